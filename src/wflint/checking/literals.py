"""All values that an annotation allows, where it is made of ``Literal``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from wflint import limits
from wflint.checking.pieces import parsed
from wflint.facts.model import BindingKind, Kind, Ref
from wflint.inference.definitions import Origin, find_origin
from wflint.inference.resolver import Resolver
from wflint.syntax.unparsed import unparsed
from wflint.syntax.words import dotted_name, last_word

_TYPE_ALIAS: type[ast.stmt] | None = getattr(ast, "TypeAlias", None)  # since Python 3.12


def allowed_by(annotation: ast.expr | None, path: str, resolver: Resolver) -> frozenset[str]:
    """Return the values that an annotation in a file allows, as they are written.

    None if that is not known: it allows more, or a name in it is no alias of the project.
    """
    found: set[str] = set()
    pending = [(annotation, path)] if annotation is not None else []
    for _ in range(limits.ANNOTATION_STEPS):
        if not pending:
            return frozenset(found)
        node, at = pending.pop()
        parts: list[ast.expr] | None = None
        match node:
            case ast.Subscript(value=of, slice=inner):
                given = inner.elts if isinstance(inner, ast.Tuple) else [inner]
                values, parts = _special(last_word(of), given)
                found |= values
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                parts = [left, right]
            case ast.Constant(value=None):
                found.add("None")
                parts = []
            case ast.Constant(value=str(text)) if len(text) <= limits.QUOTED_ANNOTATION:
                parts = [s.value for s in _statements(text) if isinstance(s, ast.Expr)]
            case ast.Name() | ast.Attribute():
                alias = _alias(dotted_name(node), at, resolver)
                if alias is not None:
                    value, at = alias
                    parts = [value]
        if parts is None:
            return frozenset()
        pending += [(part, at) for part in parts]
    return frozenset()


def _special(name: str, given: list[ast.expr]) -> tuple[set[str], list[ast.expr] | None]:
    """Return the values that a form of ``typing`` allows itself, and what it is made of."""
    if name == "Literal":
        return {unparsed(value) for value in given}, []
    if name == "Optional":
        return {"None"}, given
    if name == "Annotated":
        return set(), given[:1]
    return set(), given if name == "Union" else None


def _alias(name: str, path: str, resolver: Resolver) -> tuple[ast.expr, str] | None:
    """Return what a name is an alias of, and the file that this stands in."""
    origin = _origin(name, path, resolver)
    if origin is None or origin.rest or not origin.name.name:
        return None
    file, own = origin.name
    text = resolver.store.text(file)
    kinds = {b.what for b in resolver.store.load(file).facts.bindings[own]}
    if kinds != {BindingKind.VALUE} or "Literal" not in text:
        return None  # most names are those of classes
    values = list(_values(text, own))
    return (values[0], file) if len(values) == 1 else None


def _origin(name: str, path: str, resolver: Resolver) -> Origin | None:
    """Where a name is defined, also if it is only imported for type checkers."""
    first, *rest = name.split(".")
    if not first:
        return None
    found = find_origin(Ref(Kind.GLOBAL, first, tuple(rest)), path, resolver)
    if found is not None:
        return found
    bindings = resolver.store.load(path).facts.bindings.get(first, ())
    targets = {b.target for b in bindings if b.what is BindingKind.IMPORT}
    if len(targets) != 1:
        return None
    return find_origin(Ref(Kind.IMPORT, targets.pop(), tuple(rest)), path, resolver)


def _values(text: str, name: str) -> Iterator[ast.expr]:
    """Yield what a module gives a name."""
    for statement in _statements(text):
        match statement:
            case ast.Assign(targets=targets, value=value):
                names = [t.id for t in targets if isinstance(t, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=only), value=ast.expr() as value):
                names = [only]
            case _ if _TYPE_ALIAS is not None and isinstance(statement, _TYPE_ALIAS):
                names, value = [last_word(statement.name)], statement.value  # type: ignore[attr-defined]
            case _:
                continue
        if name in names:
            yield value


def _statements(text: str) -> list[ast.stmt]:
    tree = parsed(text)
    return tree.body if tree is not None else []
