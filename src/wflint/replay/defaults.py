"""What new code finds in old data where that has nothing: default values of new fields."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from wflint.callgraph.graph import Node
from wflint.facts.ids import Cls
from wflint.inference.values import ClassValue
from wflint.replay.sides import Side
from wflint.replay.terms import Callee
from wflint.replay.values import Symbol, parameter
from wflint.syntax.expression_text import parsed_expression


def known_defaults(old: Side, new: Side) -> dict[str, Symbol]:
    """Return the values that parameters, and their fields, have whatever histories there are.

    Those that only the new code has are not in old data, so they have their default values.
    """
    found: dict[str, Symbol] = {}
    pairs = [("run", "run", old.run, new.run)]
    pairs += [
        (kind, name, old.handlers[kind, name], callee)
        for (kind, name), callee in new.handlers.items()
        if (kind, name) in old.handlers
    ]
    for kind, label, before, after in pairs:
        mine, its = _params(old, before), _params(new, after)
        for number, (default, cls) in enumerate(its):
            key = parameter(kind, label, number).key
            if number >= len(mine):
                found.update({key: default} if default is not None else {})
                continue
            of = mine[number][1]
            if of is not None and cls is not None:
                found.update(_new_fields(key, _fields(old, of), new, cls))
    return found


def _params(side: Side, callee: Callee) -> list[tuple[Symbol | None, Cls | None]]:
    """Return the default value and the class of each parameter, where these are known."""
    code = side.functions.code(callee.node)
    classes = {p.name: _class_of(side, callee.node, p.name) for p in code.body.head.params}
    defaults: dict[str, Symbol | None] = {}
    if code.definition is not None:
        args = code.definition.args
        plain = [*args.posonlyargs, *args.args]
        given = plain[len(plain) - len(args.defaults) :]
        defaults = {a.arg: _literal(d) for a, d in zip(given, args.defaults, strict=True)}
    return [(defaults.get(name), classes.get(name)) for name in code.params]


def _class_of(side: Side, node: Node, name: str) -> Cls | None:
    head = side.functions.code(node).body.head
    annotation = next(p.annotation for p in head.params if p.name == name)
    found = side.functions.referred(annotation, node)
    only = found[0] if len(found) == 1 else None
    return only.cls if isinstance(only, ClassValue) else None


def _fields(side: Side, cls: Cls) -> frozenset[str]:
    """Return the fields that a class has, with those of its bases."""
    return frozenset(name for owner in side.functions.bases(cls) for name in owner.fields)


def _new_fields(
    key: str, known: frozenset[str], new: Side, cls: Cls
) -> Iterator[tuple[str, Symbol]]:
    """Yield the fields that old data lacks, with their default values."""
    if not known:
        return  # what is in its data is not seen
    for name in sorted(_fields(new, cls) - known):
        written = new.functions.names.of_class(cls, name)
        default = _literal_text(written)
        if default is not None:
            yield f"{key}.{name}", default


def _literal_text(code: str) -> Symbol | None:
    try:
        return _literal(parsed_expression(code)) if code else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _literal(node: ast.expr) -> Symbol | None:
    if not isinstance(node, ast.Constant) or node.value is ...:
        return None
    text = node.value if isinstance(node.value, str) else None
    return Symbol(repr(node.value), text)
