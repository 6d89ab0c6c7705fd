"""The classes that a Worker is given as its workflows, however they came to be workflows."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator

from wflint.callgraph.entry.entry_points import EntryPoints
from wflint.facts.ids import Cls
from wflint.facts.model import Kind, Ref
from wflint.inference.values import AbstractValue, ClassValue, ExternalValue

_GIVEN = re.compile(r"\bworkflows\s*=\s*(?:\[([^\[\]=]*)\]|([\w.]+))")
_NAME = re.compile(r"[^\W\d][\w.]*")
_COLLECTIONS = ("builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset")


def listed_workflows(
    roots: EntryPoints,
    candidates: Collection[str],
    configuring: Iterable[str],
    is_test: Callable[[str], bool],
) -> set[Cls]:
    """The classes in the lists of the Workers that the files ``configuring`` set up.

    Where all classes of a name are known as workflows, a list says nothing new: only one that names
    something else costs more than to look through the text. What a test lists counts for classes of
    tests: it says nothing of what the project registers.
    """
    store = roots.resolver.store
    known = _surely_workflows(roots, candidates)
    found: set[Cls] = set()
    for path in configuring:
        for name in _names(store.text(path)):
            if name.rpartition(".")[2] not in known:
                first, *rest = name.split(".")
                ref = Ref(Kind.GLOBAL, first, tuple(rest))
                listed = _classes(roots.resolver.resolve(ref, path))
                found.update(c for c in listed if is_test(c.path) or not is_test(path))
    return {cls for cls in found if roots.resolver.facts_of(cls) is not None}


def _surely_workflows(roots: EntryPoints, candidates: Iterable[str]) -> set[str]:
    """The names under which candidates define workflows and no other classes."""
    store = roots.resolver.store
    defined = [
        Cls(path, qualname) for path in candidates for qualname in store.load(path).facts.classes
    ]
    others = {cls.qualname for cls in defined if not roots.is_workflow(cls)}
    return {cls.qualname for cls in defined} - others


def _names(text: str) -> Iterator[str]:
    """The names in the lists of workflows of a text."""
    for match in _GIVEN.finditer(text):
        yield from dict.fromkeys(_NAME.findall(match.group(1) or match.group(2) or ""))


def _classes(entities: Iterable[AbstractValue]) -> Iterator[Cls]:
    for entity in entities:
        if isinstance(entity, ClassValue):
            yield entity.cls
        elif isinstance(entity, ExternalValue) and entity.name in _COLLECTIONS:
            yield from (e.cls for arg in entity.args for e in arg if isinstance(e, ClassValue))
