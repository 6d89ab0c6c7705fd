"""The attributes of a workflow's object: who writes them, and who reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wflint.callgraph.entry.entry_points import Entry, EntryPoints
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Flag, FunctionBody, Kind, Ref
from wflint.rule.state_views import Access, StateView
from wflint.temporal.regions import Region

_CHANGED = Flag.STORED | Flag.DELETED


def state_of(cls: Cls, entries: Iterable[Entry], roots: EntryPoints) -> tuple[StateView, ...]:
    """Return the attributes of a workflow's objects; its methods are none.

    A method that changes what an attribute holds reads and writes it.
    """
    resolver = roots.resolver
    kinds = {entry.fn: entry.kind for entry in entries}
    in_class: set[str] = set()
    for base in resolver.order(cls)[0]:
        facts = resolver.facts_of(base)
        in_class.update(facts.attributes if facts is not None else ())
    methods = {head.name for _, head in roots.methods(cls)}
    writers: dict[str, dict[Access, None]] = {}
    readers: dict[str, dict[Access, None]] = {}
    for base, head in roots.methods(cls):
        fn = Fn(base.path, head.qualname)
        access = Access(head.name, kinds.get(fn, Region(0)))
        for body in resolver.store.with_nested(fn):
            for name in _written(body):
                writers.setdefault(name, {})[access] = None
            for name in _read(body):
                readers.setdefault(name, {})[access] = None
    names = (in_class | writers.keys() | readers.keys()) - methods
    return tuple(
        StateView(
            name, name in in_class, tuple(writers.get(name, ())), tuple(readers.get(name, ()))
        )
        for name in sorted(names)
    )


def _written(body: FunctionBody) -> Iterator[str]:
    yield from body.attributes
    yield from (
        use.target.path[0] for use in body.reads if use.flags & _CHANGED and _is_own(use.target)
    )
    yield from _changed(body)


def _changed(body: FunctionBody) -> Iterator[str]:
    yield from (m.target.path[0] for m in body.mutations if _is_own(m.target))


def _read(body: FunctionBody) -> Iterator[str]:
    for use in body.reads:
        if _is_own(use.target) and (not use.flags & _CHANGED or len(use.target.path) > 1):
            yield use.target.path[0]
    yield from (call.target.path[0] for call in body.calls if _is_own(call.target))
    yield from (o.operand.path[0] for o in body.operations if _is_own(o.operand))
    yield from _changed(body)


def _is_own(ref: Ref) -> bool:
    """True for an attribute of the object, or what is taken from it."""
    return ref.kind is Kind.SELF and bool(ref.path)
