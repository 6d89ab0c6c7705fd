"""Compares what a function does in two texts of a file, wherever it stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import fields, replace

from wflint.checking.analysis import AnalysisResult
from wflint.facts.model import FunctionBody, FunctionHead, ImportFact, Kind, Use
from wflint.files.source import Source
from wflint.project.store import Store
from wflint.project.supposing import bodies_as_if, module_as_if
from wflint.workspace.idle import Idle
from wflint.workspace.same_code import Renamed

_WORD = re.compile(r"\w+")
_SITES = frozenset({"end", "given", "last", "last_end", "leaves", "site", "start"})
_OFFSETS = {FunctionHead: {"start", "end"}, ImportFact: {"offset"}}


def is_idle(plain: Source, after: Source, idle: Idle, answer: AnalysisResult, path: str) -> bool:
    """True if a function has the same facts with a statement as without it."""
    found = _bodies_in_both(answer.store, path, plain, after, idle.row)
    return found is not None and _are_alike(*found, idle.names)


def is_renamed(
    before: Source, after: Source, renamed: Renamed, answer: AnalysisResult, path: str
) -> bool:
    """True if a function has the same facts, but for the names in a statement."""
    found = _bodies_in_both(answer.store, path, before, after, renamed.move.first)
    return found is not None and _are_renamed(*found, renamed.names)


def _bodies_in_both(
    store: Store, path: str, before: Source, after: Source, row: int
) -> tuple[list[FunctionBody], list[FunctionBody]] | None:
    """Return what the function around a row does in two texts of a file.

    ``None`` if there is no such function, or if other things in the file are not the same.
    """
    old, new = module_as_if(store, path, before), module_as_if(store, path, after)
    if old is None or new is None or not _is_same_outline(old.facts, new.facts):
        return None
    offset, functions = after.line_starts[row - 1], new.facts.functions.values()
    around = [head.qualname for head in functions if head.start <= offset < head.end]
    if len(around) != 1:
        return None
    left, right = (bodies_as_if(store, module, around[0]) for module in (old, new))
    return (left, right) if left is not None and right is not None else None


def _are_alike(
    before: Sequence[FunctionBody], after: Sequence[FunctionBody], names: frozenset[str]
) -> bool:
    """True if functions do the same, though sites are others, but for uses of some names."""
    left = [part for body in before for part in _parts(body)]
    right = [part for body in after for part in _parts(_without_uses(body, names))]
    return _ranked(left) == _ranked(right)


def _are_renamed(
    before: Sequence[FunctionBody], after: Sequence[FunctionBody], names: Mapping[str, str]
) -> bool:
    """True if functions do the same at the same sites, but for what some names have become."""

    def renamed(part: object) -> object:
        if not isinstance(part, str):
            return part
        return _WORD.sub(lambda word: names.get(word[0], word[0]), part)

    left = [renamed(part) for body in before for part in _parts(body)]
    return left == [part for body in after for part in _parts(body)]


def _is_same_outline(before: object, after: object) -> bool:
    """True if modules hold the same, wherever it stands."""
    return list(_parts(before)) == list(_parts(after))


def _without_uses(body: FunctionBody, names: frozenset[str]) -> FunctionBody:
    return replace(body, uses=tuple(use for use in body.uses if not _is_of(use, names)))


def _is_of(use: Use, names: frozenset[str]) -> bool:
    target = use.target
    return target.kind is Kind.GLOBAL and target.name in names and not target.path


class _Site(int):
    """The number of a place."""


def _parts(value: object) -> Iterator[object]:
    """Yield what a fact is made of, offsets left out."""
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, Struct):
            kind = type(one)
            yield kind
            left_out = _OFFSETS.get(kind, set())
            for field in fields(kind):
                inner = getattr(one, field.name)
                if field.name in left_out:
                    continue
                pending.append(_as_sites(inner) if field.name in _SITES else inner)
        elif isinstance(one, (tuple, list)):
            yield len(one)
            pending += one
        elif isinstance(one, dict):
            yield tuple(one)
            pending += one.values()
        else:
            yield one


def _as_sites(value: object) -> object:
    if isinstance(value, int):
        return _Site(value)
    return tuple(map(_Site, value)) if isinstance(value, tuple) else value


def _ranked(parts: Sequence[object]) -> list[object]:
    """The same with sites counted from 0, in their order."""
    known = sorted({part for part in parts if isinstance(part, _Site) and part >= 0})
    rank = {site: number for number, site in enumerate(known)}
    return [("site", rank.get(part, -1)) if isinstance(part, _Site) else part for part in parts]
