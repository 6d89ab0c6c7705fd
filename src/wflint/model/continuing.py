"""Facts read off the source text of a workflow, such as whether it may continue as new."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection

from wflint.facts.ids import Cls
from wflint.inference.resolver import Resolver
from wflint.model.state_flow import HARMLESS_BASES
from wflint.project.module import Module
from wflint.project.store import Store

_WORDS = ("continue_as_new", "ContinueAsNew")


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
    found = re.finditer(pattern, module.source.searchable)
    heads = [module.function_at(match.start()) for match in found]
    return sorted({head.owner if head is not None else "" for head in heads})
