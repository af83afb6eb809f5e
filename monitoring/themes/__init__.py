"""Themes: what the mentions of a time are about, found from the vectors of their texts. Pure: no Django.

`groups.py` groups the vectors, `names.py` and `subjects.py` name the groups, `identity.py` says which of them were
there before.
"""
