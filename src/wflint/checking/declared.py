"""What the annotations of a function say about tests of its parameters."""

from __future__ import annotations

import ast
from functools import lru_cache

from wflint.checking.blocks import stores
from wflint.syntax.guard import Function
from wflint.syntax.parameters import with_defaults
from wflint.syntax.unparsed import unparsed

_ANYTHING = frozenset({"Any", "None", "Optional", "Union", "object"})
"""Names in annotations that let ``None`` in, or whatever it may be."""


def declared_in(function: Function, test: ast.expr) -> set[tuple[str, bool]]:
    """Return how parts of a test come out, by the annotations of what they test.

    Only parameters count that the function gives no other value.
    """
    classes = _classes_of_parameters(function)
    found: set[tuple[str, bool]] = set()
    for node in ast.walk(test):
        match node:
            case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=name), given]):
                tested = given.elts if isinstance(given, ast.Tuple) else [given]
                if classes.get(name) in {unparsed(one) for one in tested}:
                    found.add((unparsed(node), True))
            case ast.Compare(left=ast.Name(id=name), comparators=[ast.Constant(value=None)]):
                if name in classes:
                    found.add((f"{name} is None", False))
    return found


@lru_cache(maxsize=32)
def _classes_of_parameters(function: Function) -> dict[str, str]:
    """Return the classes of the parameters that are never ``None`` and get no other value."""
    args, known = function.args, stores(function)
    optional = {
        arg.arg
        for arg, default in with_defaults(args)
        if isinstance(default, ast.Constant) and default.value is None
    }
    named = {
        arg.arg: _class_in(arg.annotation)
        for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs)
        if arg.arg not in known and arg.arg not in optional
    }
    return {name: cls for name, cls in named.items() if cls}


def _class_in(annotation: ast.expr | None) -> str:
    """Return the class that an annotation names; ``""`` if it is several, or may be anything."""
    match annotation:
        case ast.Subscript(value=(ast.Name() | ast.Attribute()) as outer):
            name = unparsed(outer)
        case ast.Name() | ast.Attribute():
            name = unparsed(annotation)
        case _:
            return ""
    last = name.rpartition(".")[2]
    is_variable = len(last) == 1  # of a type, as a rule
    return "" if last in _ANYTHING or is_variable else name
