"""What the source text of a workflow shows: whether it may continue as new, for example."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection
from operator import attrgetter

from wflint.facts.ids import Cls
from wflint.inference.resolver import Resolver
from wflint.model.state_flow import HARMLESS_BASES
from wflint.project.module import Module
from wflint.project.store import Store

_WORDS = ("continue_as_new", "ContinueAsNew")
_START = attrgetter("start")


def may_continue(resolver: Resolver, cls: Cls) -> bool:
    """True if a workflow may continue as new: a class that it is made of speaks of it, or is not
    known."""
    order, externals = resolver.order(cls)
    if not HARMLESS_BASES.issuperset(externals):
        return True
    return speak_of(resolver.store, order, _WORDS)


def speak_of(store: Store, classes: Collection[Cls], words: Collection[str]) -> bool:
    """True if the files of some classes have one of the words, but for methods of other classes."""
    pattern = "|".join(map(re.escape, words))
    for cls in classes:
        owners = _speaking(store.load(cls.path), pattern)
        at = bisect_left(owners, cls.qualname)
        if owners[:1] == [""] or owners[at : at + 1] == [cls.qualname]:
            return True
    return False


def _speaking(module: Module, pattern: str) -> list[str]:
    """Return the classes whose methods have a match, sorted; ``""`` for a match in none."""
    return module.notes.answer(f"who has {pattern}", list[str], lambda: _find(module, pattern))


def _find(module: Module, pattern: str) -> list[str]:
    heads = sorted(module.facts.functions.values(), key=_START)
    owners: set[str] = set()
    for found in re.finditer(pattern, module.source.searchable):
        number = bisect_right(heads, found.start(), key=_START) - 1
        is_inside = number >= 0 and found.start() < heads[number].end
        owners.add(heads[number].owner if is_inside else "")
    return sorted(owners)
