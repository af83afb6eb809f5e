"""Repair texts that were decoded with a wrong encoding before they came into a feed. Pure; called by the parsers.

In: a text as the feed has it. Out: "été" for "Ã©tÃ©", if all of it is so: a text that has other letters is right.
"""

import re

# The characters of the bytes 0x80-0x9f in windows-1252; as Latin-1 they are control characters.
_WINDOWS = {n: c for n in range(0x80, 0xA0) if (c := bytes([n]).decode("windows-1252", "ignore"))}
_BYTES_OF_WINDOWS = {ord(character): chr(number) for number, character in _WINDOWS.items()}
_C1 = re.compile("[\x80-\x9f]")
# UTF-8 that was read as Latin-1 or windows-1252: the start of a character of two to four bytes, and its other bytes.
_OTHER = "[\x80-\xbf]"
_SEQUENCE = re.compile(f"[\xc2-\xdf]{_OTHER}|[\xe0-\xef]{_OTHER}{{2}}|[\xf0-\xf4]{_OTHER}{{3}}")
# The first letters show that most texts are right; anything else takes longer than parsing them.
_MAY_BE_BYTES = re.compile(rf"[\x00-\x7f]*+[\xc2-\xf4][\x80-\xbf{''.join(_WINDOWS.values())}]")
# Words in capitals that end in such a letter, before a space or a quotation mark: "MANHÃ »".
_UNCERTAIN = re.compile("(?<=[A-Z])[\xc2\xc3][\xa0\xab\xbb]")


def repair_encoding(text: str) -> str:
    """Return the text as it was meant."""
    if text.isascii():
        return text
    if _MAY_BE_BYTES.match(text):
        text = _repaired(text.translate(_BYTES_OF_WINDOWS)) or text
    return text.translate(_WINDOWS) if _C1.search(text) else text


def _repaired(as_bytes: str) -> str:
    """Return the text that these bytes are in UTF-8, "" if they are not, or may be meant as they are."""
    try:
        text = as_bytes.encode("iso-8859-1").decode("utf-8")
    except UnicodeError:
        return ""
    return text if _SEQUENCE.search(_UNCERTAIN.sub("", as_bytes)) else ""
