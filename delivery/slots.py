"""The links of one reader in a message that several readers share.

A template writes `Slots.slot(name)` where a reader has a link of their own, so the message is rendered once for all of
them; `filled` puts the links of one reader there. A shared message never contains a link of anybody. Pure.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Slots:
    """The slots of one rendering. No content can contain them: their key is random."""

    key: str = field(default_factory=lambda: secrets.token_hex(8))

    def slot(self, name: str) -> str:
        """Return what stands for a link; `name` consists of letters, digits and hyphens."""
        return f"[[{self.key}:{name}]]"

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(rf"\[\[{self.key}:([a-z0-9-]+)\]\]")

    def filled(self, body: str, values: Mapping[str, str]) -> str:
        """Return a body with the values in its slots. Raise KeyError if one has no value."""
        return self._pattern.sub(lambda match: values[match[1]], body)
