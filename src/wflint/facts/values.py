"""The shapes of arguments and of module-level values."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst
from msgspec.structs import replace

from wflint import limits
from wflint.facts.model import Kind, Ref, Value, ValueType, value_type
from wflint.facts.refs import LITERALS, Refs
from wflint.facts.scopes import How, Scope

MOST_VALUES = 24
"""The number of parts of a dict, list or call that keep their values; options are fewer."""

_LISTS = (cst.List, cst.Tuple)


def value(refs: Refs, node: cst.BaseExpression, scope: Scope | None) -> Value:
    """The shape of an argument or of a module-level value."""
    if isinstance(node, (cst.Name, cst.Attribute, cst.Lambda)):
        return _named(refs, node, scope)
    if isinstance(node, cst.Call):
        return _call_value(refs, node, scope)
    if isinstance(node, cst.Dict):
        return _dict_value(refs, node, scope)
    if isinstance(node, cst.Await):
        return Value(ValueType.AWAIT, ref=refs.ref(node, scope))
    if isinstance(node, cst.SimpleString):
        kind = "bytes" if "b" in node.prefix else "str"
        text = str(node.raw_value)[: limits.KEPT_TEXT]
        return Value(value_type(kind), text, refs.ref(node, scope))
    if isinstance(node, (cst.Integer, cst.Float)):
        kind = "int" if isinstance(node, cst.Integer) else "float"
        return Value(value_type(kind), node.value, Ref(Kind.LITERAL, kind))
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        inner = node.expression
        if isinstance(inner, (cst.Integer, cst.Float)):
            kind = "int" if isinstance(inner, cst.Integer) else "float"
            return Value(value_type(kind), "-" + inner.value, Ref(Kind.LITERAL, kind))
    if isinstance(node, (cst.List, cst.Tuple, cst.Set)):
        plain = all(isinstance(e, cst.Element) for e in node.elements)
        kind = value_type(LITERALS[type(node)])
        items, values = _read(refs, [("", e.value) for e in node.elements], scope)
        return Value(kind, "", refs.ref(node, scope), items, plain, values)
    if isinstance(node, cst.FormattedString):
        return Value(ValueType.FSTRING, ref=refs.ref(node, scope))
    return Value(value_type(LITERALS.get(type(node), "")), ref=refs.ref(node, scope))


def _named(refs: Refs, node: cst.Name | cst.Attribute | cst.Lambda, scope: Scope | None) -> Value:
    if isinstance(node, cst.Lambda):
        return Value(ValueType.LAMBDA, ref=refs.ref(node, scope))
    constant = _constant(node)
    if constant is not None:
        return constant
    if isinstance(node, cst.Name):
        assigned = refs.assigned(node.value, scope)
        is_list = isinstance(assigned, _LISTS)
        if is_list or isinstance(assigned, cst.Dict) or _is_keyword_call(assigned):
            assert assigned is not None
            found = value(refs, assigned, scope)
            if is_list:
                found = replace(found, ref=refs.ref(node, scope))
            is_changed = node.value in refs.changed or node.value in refs.rebound
            return replace(found, complete=False) if is_changed else found
        if _is_param(node.value, scope):
            return Value(ValueType.NAME, node.value, refs.ref(node, scope))
    return Value(ValueType.NAME, ref=refs.ref(node, scope))


def _constant(node: cst.Name | cst.Attribute) -> Value | None:
    """Return `None`, `True` or `False` as a value."""
    if not isinstance(node, cst.Name):
        return None
    if node.value == "None":
        return Value(ValueType.NONE)
    if node.value in ("True", "False"):
        return Value(ValueType.BOOL, node.value, Ref(Kind.LITERAL, "bool"))
    return None


def _call_value(refs: Refs, node: cst.Call, scope: Scope | None) -> Value:
    pairs = [(a.keyword.value, a.value) for a in node.args if a.keyword is not None]
    complete = all(a.keyword is not None for a in node.args)
    keys, values = _read(refs, pairs, scope)
    return Value(ValueType.CALL, "", refs.ref(node, scope), keys, complete, values)


def _dict_value(refs: Refs, node: cst.Dict, scope: Scope | None) -> Value:
    pairs = [
        (str(e.key.raw_value), e.value)
        for e in node.elements
        if isinstance(e, cst.DictElement) and isinstance(e.key, cst.SimpleString)
    ]
    keys, values = _read(refs, pairs, scope)
    complete = len(pairs) == len(node.elements)
    return Value(ValueType.DICT, "", refs.ref(node, scope), keys, complete, values)


def _read(
    refs: Refs, pairs: Sequence[tuple[str, cst.BaseExpression]], scope: Scope | None
) -> tuple[tuple[str, ...], tuple[Value, ...]]:
    """Return keys and what stands under them, a level deep."""
    keys = tuple(key for key, _ in pairs)
    if len(pairs) > MOST_VALUES:
        return keys, ()
    return keys, tuple(_shallow(refs, node, scope) for _, node in pairs)


def _shallow(refs: Refs, node: cst.BaseExpression, scope: Scope | None) -> Value:
    """Return the shape of a part of a value; what is in that is not looked at, but for calls.

    Of a list or tuple it is known how long it is.
    """
    if isinstance(node, _LISTS):
        ref = Ref(Kind.LITERAL, LITERALS[type(node)])
        is_plain = all(isinstance(e, cst.Element) for e in node.elements)
        return Value(value_type(ref.name), "", ref, ("",) * len(node.elements), is_plain)
    if isinstance(node, (cst.Dict, cst.Set)):
        ref = Ref(Kind.LITERAL, LITERALS[type(node)])
        return Value(value_type(ref.name), ref=ref, complete=not node.elements)
    if isinstance(node, cst.Call):
        return Value(ValueType.CALL, ref=refs.ref(node, scope), complete=False)
    if isinstance(node, (cst.Name, cst.Attribute)):
        return _constant(node) or Value(ValueType.NAME, ref=refs.ref(node, scope))
    return value(refs, node, scope)


def _is_param(name: str, scope: Scope | None) -> bool:
    """True if a name is a parameter that nothing else is assigned to."""
    found = scope.find(name) if scope is not None else None
    return found is not None and all(b.how is How.PARAM for b in found[1])


def _is_keyword_call(node: cst.BaseExpression | None) -> bool:
    return isinstance(node, cst.Call) and all(a.keyword or a.star for a in node.args)
