"""Parse feeds, pages and OPML files from outside with little memory and time, regardless of their content.

`parsers.py` has one function for each kind: small bodies are parsed in the calling process, large or dense ones by
`child.py` in a process of its own with limits, which `child_process.py` starts and kills.
"""
