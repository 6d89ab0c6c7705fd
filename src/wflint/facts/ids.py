"""Identifiers of the project's functions and classes."""

from __future__ import annotations

import re
from typing import NamedTuple


def shown_name(qualname: str) -> str:
    """A qualname without what tells definitions of one name apart: ``#2``, ``@setter``."""
    return re.sub(r"[#@]\w+|^<module>\.", "", qualname)


PROPERTIES = frozenset({"property", "cached_property", "computed_field", "hybrid_property"})
"""The last words of decorators that make a method run when an attribute is read."""

MODULE_BODY = "<module>"
"""The name of what runs when a module is imported, without the bodies of its classes."""


class Fn(NamedTuple):
    """A function of the project: the path of its file and its qualname."""

    path: str
    qualname: str

    @property
    def shown(self) -> str:
        """The qualname as people read it."""
        return shown_name(self.qualname)


class Cls(NamedTuple):
    """A class of the project: the path of its file and its qualname."""

    path: str
    qualname: str
