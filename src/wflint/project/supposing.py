"""Reads a file as if it had another text. Nothing of that is kept."""

from __future__ import annotations

from wflint.cache.fact_cache import Notes
from wflint.facts.model import FunctionBody
from wflint.files.source import Source, UnreadableSource
from wflint.project.module import Module
from wflint.project.module_reading import read_module
from wflint.project.store import Store


def module_as_if(store: Store, path: str, source: Source) -> Module | None:
    """What a module would be with another text; ``None`` if that cannot be read."""
    store.faults.checkpoint()
    known, notes = store.load(path).facts, Notes()
    try:
        facts, whole = read_module(known.name, known.is_package, source, notes, keep_tree=True)
    except UnreadableSource:
        return None
    return Module(path, facts, lambda: source, None, whole, notes)


def bodies_as_if(store: Store, module: Module, qualname: str) -> list[FunctionBody] | None:
    """Return what an outermost function of such a module does, including the functions in it.

    Each of them is there once for each way in which the store has read bodies.
    """
    failed = len(store.faults)
    bodies: list[FunctionBody] = []
    try:
        bodies += _bodies(store, module, qualname)
        for kind, how in [*store.otherwise.items()]:
            with store.reading_otherwise(kind, *how):
                bodies += _bodies(store, module, qualname)
    except UnreadableSource:
        return None
    return bodies if bodies and len(store.faults) == failed else None


def _bodies(store: Store, module: Module, qualname: str) -> list[FunctionBody]:
    store.faults.checkpoint()
    reader = store.reader_as_if(module, qualname)
    if reader is None:
        return []
    bodies = [frame.body() for frame in reader.walker.frames]
    reader.refs.detach()
    return bodies
