"""Which functions of a module may set a variable, judging by its text."""

from __future__ import annotations

import re

from wflint.facts.model import FunctionHead
from wflint.project.module import Module

_SET = re.compile(
    r"(?<!\w)(\w+)\b(?=[^=\n]{0,200}=(?!=|\s*(?:(?:False|None)\b|0(?![.\w])|\"\"|'')))"
)
"""A word before an assignment of something that is true, as far as one can see."""


class Setters:
    """The functions that may set the variables of a module and of its classes.

    The text is searched once, for all variables.
    """

    def __init__(self, module: Module) -> None:
        self._module = module
        self._places: dict[str, list[int]] = {}
        for found in _SET.finditer(module.source.searchable):
            self._places.setdefault(found[1], []).append(found.start())

    def of(self, owner: str, name: str) -> list[FunctionHead]:
        """Return what may set a variable to something true, or an attribute of the class ``owner``.

        For an attribute these are methods of the class.
        """
        places = (place for place in self._places.get(name, ()) if self._is_named(owner, place))
        heads = (self._module.function_at(place) for place in places)
        found = {h.qualname: h for h in heads if h is not None and owner in ("", h.owner)}
        return list(found.values())

    def _is_named(self, owner: str, place: int) -> bool:
        """True if a word stands behind the name of its class, or alone if there is none."""
        text = self._module.source.searchable
        if owner:
            return text.endswith(("cls.", f"{owner}."), 0, place)
        return not text.endswith(".", 0, place)
