"""The prompts of the assistant, as messages of a chat. Pure: data in, messages out.

`fence.py` encodes data that may hold instructions of strangers; `summary.py`, `reply.py` and `query.py` have the three
uses, in English and French. assistant/answers.py reads what comes back.
"""
