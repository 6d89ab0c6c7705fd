"""Names that a project's own decorators pass on to those of the SDK."""

from __future__ import annotations

from collections.abc import Iterator

from wflint.callgraph.entry.entry_points import EntryPoints
from wflint.facts.ids import Fn
from wflint.facts.model import Decorator, Kind, ParamKind, Value, ValueType
from wflint.inference.values import ExternalValue, FunctionValue


def passed_on(roots: EntryPoints, decorator: Decorator, path: str) -> Value | None:
    """Return what a decorator gives the SDK for a name; ``None`` if that is not seen.

    That is so where its function has one decorator of the SDK inside, which gets the name from a
    parameter: `def named(name): ... @activity.defn(name=name)`.
    """
    found = roots.resolver.resolve(decorator.target, path)
    only = found[0] if len(found) == 1 else None
    if not isinstance(only, FunctionValue) or not decorator.called:
        return None
    names = [inner.option("name") for inner in _inside(roots, only.fn)]
    name = names[0] if len(names) == 1 else None
    ref = name.ref if name is not None and name.type is ValueType.NAME else None
    if ref is None or ref.kind is not Kind.PARAM or ref.path or ref.owner != only.fn.qualname:
        return None
    return _given(roots, only.fn, decorator, ref.name)


def _inside(roots: EntryPoints, fn: Fn) -> Iterator[Decorator]:
    """Yield the decorators of the SDK inside of a function."""
    for body in roots.resolver.store.with_nested(fn)[1:]:
        for decorator in body.head.decorators:
            entities = roots.resolver.resolve(decorator.target, fn.path)
            if any(isinstance(e, ExternalValue) and _is_of_sdk(e.name) for e in entities):
                yield decorator


def _is_of_sdk(name: str) -> bool:
    return name.startswith("temporalio.") and name.endswith(".defn")


def _given(roots: EntryPoints, fn: Fn, decorator: Decorator, name: str) -> Value | None:
    """Return what a decorator gives a parameter of its function."""
    head = roots.resolver.store.head(fn)
    plain = [p.name for p in head.params if p.kind is ParamKind.POSITIONAL] if head else []
    if name not in plain or decorator.is_open:
        return None
    by_name = decorator.option(name)
    return decorator.first if by_name is None and name == plain[0] else by_name
