"""Finds sort keys that different elements of a set can share."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from wflint.dataflow.order import known
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.facts.context import Context

_TELL_ONE = frozenset(
    {
        "code",
        "id",
        "identifier",
        "index",
        "key",
        "name",
        "number",
        "order",
        "path",
        "place",
        "position",
        "rank",
        "sequence",
        "slug",
        "uid",
        "uuid",
        "value",
    }
)
"""Names of what is usually another for each object."""

_SAME = (cst.Equal, cst.Is)
_ANOTHER = (cst.NotEqual, cst.IsNot)
_GETTERS = frozenset({"operator.attrgetter", "operator.itemgetter", "operator.methodcaller"})
_LOOKUPS = frozenset({"__getitem__", "count", "get"})
_LOSSY = frozenset(
    f"builtins.{name}" for name in ("abs", "bool", "hash", "id", "int", "len", "round", "type")
)
"""Functions that give the same for different values."""

_LOSSY_METHODS = frozenset(
    {"bit_length", "casefold", "count", "find", "lower", "startswith", "strip", "upper", "weekday"}
)


def has_ties(call: cst.Call, ctx: Context) -> bool:
    """True if a call sorts by a ``key=`` that is seen to be the same for different elements."""
    keys = [a.value for a in call.args if a.keyword is not None and a.keyword.value == "key"]
    if not keys or (isinstance(keys[0], cst.Name) and keys[0].value == "None"):
        return False
    key = keys[0]
    name = ctx.dotted_name(key)
    if name is not None:
        return name.startswith("builtins.") and name not in known.TEXTS
    if isinstance(key, cst.Call):
        getter = ctx.dotted_name(key.func)
        texts = [str(a.value.raw_value) for a in key.args if isinstance(a.value, cst.SimpleString)]
        several = len(key.args) > 1
        return getter in _GETTERS and not several and not any(map(_tells_one, texts))
    definition = ctx.definition(key)
    if definition is not None:
        return any(_is_lossy(result, ctx) for result in _results(definition))
    return isinstance(key, cst.Attribute) and _is_lookup(key)


def sorts_by_first(call: cst.Call, ctx: Context) -> bool:
    """True if a call sorts by a ``key=`` that is the first part of each element."""
    keys = [a.value for a in call.args if a.keyword is not None and a.keyword.value == "key"]
    match keys:
        case [cst.Call(func=func, args=[cst.Arg(value=cst.Integer(value="0"))])]:
            return ctx.dotted_name(func) == "operator.itemgetter"
        case [key]:
            definition = ctx.definition(key)
            results = _results(definition) if definition is not None else []
            return bool(results) and all(map(_is_first, results))
    return False


def _is_first(result: cst.BaseExpression) -> bool:
    """`pair[0]`."""
    match result:
        case cst.Subscript(
            value=cst.Name(),
            slice=[cst.SubscriptElement(slice=cst.Index(value=cst.Integer(value="0")))],
        ):
            return True
    return False


def matches_one(test: cst.BaseExpression, elements: Collection[str], *, says: bool = True) -> bool:
    """True if a condition holds for one element at most: `x.id == wanted`, `x is wanted`.

    Without ``says``: if that is so of its opposite, such as that of `x.id != wanted`.
    """
    for part in parts_of_test(test, says):
        match part.expr:
            case cst.Comparison(
                left=left, comparisons=[cst.ComparisonTarget(operator=operator, comparator=right)]
            ) if isinstance(operator, _SAME if part.says else _ANOTHER):
                for side, other in ((left, right), (right, left)):
                    if _names_element(side, elements) and not names_in(other) & set(elements):
                        return True
    return False


class Part(NamedTuple):
    """An expression that is true, or false."""

    expr: cst.BaseExpression
    says: bool


def parts_of_test(test: cst.BaseExpression, says: bool) -> list[Part]:
    """Return the parts of a condition and what each of them is, if it is true, or false."""
    found: list[Part] = []
    pending = [Part(test, says)]
    while pending:
        node, is_true = pending.pop()
        match node:
            case cst.UnaryOperation(operator=cst.Not(), expression=inner):
                pending.append(Part(inner, not is_true))
            case cst.BooleanOperation(operator=operator, left=left, right=right) if (
                isinstance(operator, cst.And) is is_true
            ):
                pending += [Part(right, is_true), Part(left, is_true)]
            case _:
                found.append(Part(node, is_true))
    return found


def _names_element(node: cst.BaseExpression, elements: Collection[str]) -> bool:
    """`x`, or `x.id`."""
    match node:
        case cst.Name(value=name):
            return name in elements
        case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value=attribute)):
            return name in elements and _tells_one(attribute)
    return False


def names_in(node: cst.CSTNode) -> set[str]:
    """All plain names below a node."""
    from wflint.syntax.walk import walk

    return {n.value for n in walk(node) if isinstance(n, cst.Name)}


def _results(definition: cst.FunctionDef | cst.Lambda) -> list[cst.BaseExpression]:
    """Return the results of a key function."""
    from wflint.syntax.walk import walk

    if isinstance(definition, cst.Lambda):
        return [definition.body]
    nodes = walk(definition, into_functions=False)
    return [n.value for n in nodes if isinstance(n, cst.Return) and n.value is not None]


def _is_lossy(result: cst.BaseExpression, ctx: Context) -> bool:
    """`len(x)`, `x.age`, `x[0]`, `-x.age`, `scores[x]`; not `x`, `x.id`, `(x.age, x.id)`."""
    match result:
        case cst.Tuple(elements=[cst.Element(value=only)]):
            return _is_lossy(only, ctx)
        case cst.UnaryOperation(expression=inner):
            return not isinstance(inner, cst.Name)
        case cst.Attribute(attr=cst.Name(value=attribute)):
            return not _tells_one(attribute)
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=cst.Integer()))]):
            return True
        case cst.Subscript(value=cst.Name(value=table)):
            return not _tells_one(table)
        case cst.Comparison():
            return True
        case cst.Call(func=cst.Attribute(attr=cst.Name(value=method)) as func):
            return method in _LOSSY_METHODS or _is_lookup(func)
        case cst.Call(func=func, args=[cst.Arg(value=inner)]):
            function = ctx.dotted_name(func)
            return function in _LOSSY or (function in known.TEXTS and _is_lossy(inner, ctx))
    return False


def _is_lookup(func: cst.Attribute) -> bool:
    """`scores.get`: many may have the same score; `places.get` tells one from the other."""
    of = func.value
    name = of.attr.value if isinstance(of, cst.Attribute) else getattr(of, "value", "")
    return func.attr.value in _LOOKUPS and not (isinstance(name, str) and _tells_one(name))


def _tells_one(name: str) -> bool:
    """True if what has this name is as good as the object itself, or says where its place is."""
    last = name.rpartition(".")[2].strip("_").lower()
    words = last.split("_")
    return any(w in _TELL_ONE or w.removesuffix("s") in _TELL_ONE for w in (last, words[-1]))
