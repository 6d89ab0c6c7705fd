"""Compares what a function does in two texts of a file, wherever it stands in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise, repeat

from msgspec import Struct
from msgspec.structs import fields, replace

from wflint.facts.model import FunctionBody, FunctionHead, ImportFact, Kind, Use
from wflint.files.source import Source
from wflint.latest import Latest
from wflint.project.module import Module
from wflint.project.store import Store
from wflint.project.supposing import bodies_as_if, module_as_if
from wflint.workspace.idle import Idle
from wflint.workspace.same_code import Renamed

_MOST = 3
"""How many readings are kept: each key that is typed is compared with the one before."""

_WORD = re.compile(r"\w+")
_SITES = frozenset({"end", "given", "last", "last_end", "leaves", "site", "start"})
_OFFSETS = {FunctionHead: {"start", "end"}, ImportFact: {"offset"}}


class Alike:
    """Compares texts of files as one program reads them. The last few readings are kept."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._modules: Latest[tuple[str, str], Module | None] = Latest(lambda: _MOST)
        self._bodies: Latest[tuple[str, str, str], list[FunctionBody] | None] = Latest(
            lambda: _MOST
        )

    def is_idle(self, path: str, plain: Source, after: Source, idle: Idle) -> bool:
        """True if a function has the same facts with a statement as without it."""
        found = self._bodies_in_both(path, plain, after, idle.row)
        return found is not None and _are_alike(*found, idle.names)

    def is_renamed(self, path: str, before: Source, after: Source, renamed: Renamed) -> bool:
        """True if a function has the same facts, but for the names in a statement."""
        found = self._bodies_in_both(path, before, after, renamed.move.first)
        return found is not None and _agree(*found, renamed.names)

    def _bodies_in_both(
        self, path: str, before: Source, after: Source, row: int
    ) -> tuple[list[FunctionBody], list[FunctionBody]] | None:
        """Return what the function around a row does in two texts of a file.

        ``None`` if there is no such function, or if other things in the file are not the same.
        """
        old, new = self._module(path, before), self._module(path, after)
        if old is None or new is None or not _agree(old.facts, new.facts):
            return None
        offset, functions = after.line_starts[row - 1], new.facts.functions.values()
        around = [head.qualname for head in functions if head.start <= offset < head.end]
        if len(around) != 1:
            return None
        left, right = (self._does(module, around[0]) for module in (old, new))
        return (left, right) if left is not None and right is not None else None

    def _module(self, path: str, source: Source) -> Module | None:
        key = path, source.text
        return self._modules.get(key, lambda: module_as_if(self.store, path, source))

    def _does(self, module: Module, qualname: str) -> list[FunctionBody] | None:
        key = module.path, module.source.text, qualname
        return self._bodies.get(key, lambda: bodies_as_if(self.store, module, qualname))


def _are_alike(
    before: Sequence[FunctionBody], after: Sequence[FunctionBody], names: frozenset[str]
) -> bool:
    """True if functions do the same, though sites are others, but for uses of some names."""
    sites: dict[int, int] = {}
    if not _agree(before, [_without_uses(body, names) for body in after], sites=sites):
        return False
    return all(one < other for one, other in pairwise(sites[site] for site in sorted(sites)))


def _without_uses(body: FunctionBody, names: frozenset[str]) -> FunctionBody:
    return replace(body, uses=tuple(use for use in body.uses if not _is_of(use, names)))


def _is_of(use: Use, names: frozenset[str]) -> bool:
    target = use.target
    return target.kind is Kind.GLOBAL and target.name in names and not target.path


def _agree(
    left: object,
    right: object,
    names: Mapping[str, str] | None = None,
    sites: dict[int, int] | None = None,
) -> bool:
    """True if facts are the same, offsets left out, but for what some names have become.

    With ``sites`` they may be others; it is filled with which stands for which.
    """
    pending: list[tuple[object, object, bool]] = [(left, right, False)]
    while pending:
        one, other, is_site = pending.pop()
        if sites is None and one == other:
            continue
        if type(one) is not type(other):
            return False
        if isinstance(one, Struct):
            plain, placed = _fields_of(type(one))
            pending += [(getattr(one, name), getattr(other, name), False) for name in plain]
            pending += [(getattr(one, name), getattr(other, name), True) for name in placed]
        elif isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)):
            if len(one) != len(other):
                return False
            pending += zip(one, other, repeat(is_site))
        elif isinstance(one, dict) and isinstance(other, dict):
            if list(one) != list(other):
                return False
            pending += zip(one.values(), other.values(), repeat(is_site))
        elif sites is not None and is_site and isinstance(one, int) and isinstance(other, int):
            if min(one, other) < 0 and one != other:
                return False
            if one >= 0 and sites.setdefault(one, other) != other:
                return False
        elif one != other and not (isinstance(one, str) and _renamed(one, names or {}) == other):
            return False
    return True


def _renamed(text: str, names: Mapping[str, str]) -> str:
    return _WORD.sub(lambda word: names.get(word[0], word[0]), text)


@cache
def _fields_of(kind: type[Struct]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the fields of a kind of facts, and those that hold sites; offsets are left out."""
    names = {field.name for field in fields(kind)} - _OFFSETS.get(kind, set())
    return tuple(sorted(names - _SITES)), tuple(sorted(names & _SITES))
