"""Whether an item is probably noise, learned from the decisions of a project's team. Pure: numpy only.

measure.py fits and measures a version on decided items, model.py scores others, nearest.py finds similar decided ones.
"""
