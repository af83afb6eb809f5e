"""Vectors of texts: what is similar in meaning is near, across languages. Pure: no Django.

`encoder.load().encode(texts)` is the model, whose files training/ creates.
"""
