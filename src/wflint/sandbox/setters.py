"""Which functions of a module may set a variable, as its text has it."""

from __future__ import annotations

import re
from bisect import bisect_right

from wflint.facts.model import FunctionHead
from wflint.project.module import Module

_SET = re.compile(r"(?<!\w)(\w+)\b(?=[^=\n]{0,200}=(?!=)\s*(?!False\b|None\b|0\b|\"\"|''))")
"""A word before an assignment of something that is true, as far as one can see."""


class Setters:
    """The functions that may set the variables of a module and of its classes.

    The text is searched once, for all variables.
    """

    def __init__(self, module: Module) -> None:
        self._text = module.source.searchable
        self._heads: dict[tuple[int, int], list[FunctionHead]] = {}
        for head in module.facts.functions.values():
            self._heads.setdefault((head.start, head.end), []).append(head)
        self._spans = sorted(self._heads)
        self._places: dict[str, list[int]] = {}
        for found in _SET.finditer(self._text):
            self._places.setdefault(found[1], []).append(found.start())

    def of(self, owner: str, name: str) -> list[FunctionHead]:
        """Return what may set a variable to something true, or an attribute of the class ``owner``.

        For an attribute these are methods of the class.
        """
        heads: dict[str, FunctionHead] = {}
        for place in self._places.get(name, ()):
            if self._is_named(owner, place):
                heads.update((h.qualname, h) for h in self._around(place) if owner in ("", h.owner))
        return list(heads.values())

    def _is_named(self, owner: str, place: int) -> bool:
        """True if a word stands behind the name of its class, or alone if there is none."""
        if owner:
            return self._text.endswith(("cls.", f"{owner}."), 0, place)
        return not self._text.endswith(".", 0, place)

    def _around(self, place: int) -> list[FunctionHead]:
        """The functions that an offset stands in."""
        number = bisect_right(self._spans, (place, len(self._text))) - 1
        if number < 0 or place >= self._spans[number][1]:
            return []
        return self._heads[self._spans[number]]
