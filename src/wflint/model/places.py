"""Finds the site of code that is known by its offsets in a file."""

from __future__ import annotations

from collections.abc import Iterator, Set

from wflint.facts.ids import MODULE_BODY, Fn
from wflint.project import trees
from wflint.project.module import Module
from wflint.project.store import Store
from wflint.rule.place import Place

Span = tuple[int, int]


def call_at(store: Store, path: str, offset: int) -> Place | None:
    """Return the call that begins at an offset, as the facts have it."""
    for piece in _pieces(store, store.load(path), offset):
        for body in store.with_nested(piece):
            fn = Fn(path, body.head.qualname)
            sites = {call.site for call in body.calls}
            for site, (start, _) in sorted(store.locate(fn, sites).items()):
                if start == offset:
                    return Place(fn, site)
    return None


def code_at(store: Store, path: str, start: int, end: int) -> Place | None:
    """Return the innermost code that stands between two offsets."""
    module = store.load(path)
    found = module.notes.answer(
        f"code at {start} {end}",
        list[tuple[str, int]],
        lambda: list(_code_at(store, module, (start, end))),
    )
    return Place(Fn(path, found[0][0]), found[0][1]) if found else None


def _code_at(store: Store, module: Module, span: Span) -> Iterator[tuple[str, int]]:
    for piece in _pieces(store, module, span[0]):
        reader = store.reader(piece)
        found = trees.sites_at(reader, {span}) if reader is not None else {}
        if span in found:
            yield piece.qualname, found[span]
            return


def sites_in_module(store: Store, module: Module, spans: Set[Span]) -> dict[Span, int]:
    """Return the sites, in the body of the module itself, of what stands between given offsets."""
    reader = store.reader(Fn(module.path, MODULE_BODY))
    return trees.sites_at(reader, spans) if reader is not None else {}


def _pieces(store: Store, module: Module, offset: int) -> Iterator[Fn]:
    for qualname, head in module.facts.functions.items():
        if head.start <= offset < head.end:
            yield Fn(module.path, qualname)
    yield from (Fn(module.path, name) for name in store.module_bodies(module.path))
