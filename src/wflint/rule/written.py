"""A value, and where it is written."""

from __future__ import annotations

from msgspec import Struct

from wflint.facts.ids import Cls
from wflint.facts.model import Value


class Written(Struct, frozen=True):
    """A value with the file that it is written in; there its names have their meaning.

    ``receiver`` is the class of ``self``.
    """

    value: Value
    path: str
    receiver: Cls | None = None

    def at(self, value: Value) -> Written:
        """Return another value that is written in the same place."""
        return Written(value, self.path, self.receiver)
