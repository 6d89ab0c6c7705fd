"""Which attributes the text of a class and of a module assigns to, found in one look at each."""

from __future__ import annotations

import re

from wflint.facts.ids import Cls
from wflint.facts.model import FunctionHead
from wflint.inference.resolver import Resolver

_STORE = re.compile(r"\.(?=(\w+)\b\s*(?::[^=\n]{1,1000})?(?:[-+*/|&^%@]|//|\*\*|>>|<<)?=(?!=))")


class Stores:
    """Tells which attributes are assigned to, and where; each text is searched once."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._in_methods: dict[Cls, dict[str, FunctionHead | None]] = {}
        self._of_others: dict[str, frozenset[str]] = {}

    def in_methods(self, cls: Cls) -> dict[str, FunctionHead | None]:
        """By attribute the method of a class that assigns to it; ``None`` if that is done twice.

        The methods of a class in a function cannot be told from one another, so they count as two.
        """
        if cls not in self._in_methods:
            self._in_methods[cls] = self._find(cls)
        return self._in_methods[cls]

    def _find(self, cls: Cls) -> dict[str, FunctionHead | None]:
        facts = self._resolver.facts_of(cls)
        heads: dict[tuple[int, int], list[FunctionHead]] = {}
        for head in facts.methods.values() if facts is not None else ():
            heads.setdefault((head.start, head.end), []).append(head)
        text = self._resolver.store.load(cls.path).source.searchable
        found: dict[str, FunctionHead | None] = {}
        for (start, end), here in heads.items():
            only = here[0] if len(here) == 1 else None
            for store in _STORE.finditer(text, start, end):
                found[store[1]] = None if store[1] in found else only
        return found

    def of_other_objects(self, path: str) -> frozenset[str]:
        """Return the attributes that a module assigns to of other objects than ``self``."""
        if path not in self._of_others:
            text = self._resolver.store.load(path).source.searchable
            self._of_others[path] = frozenset(
                store[1]
                for store in _STORE.finditer(text)
                if not text.endswith("self", 0, store.start())
            )
        return self._of_others[path]
