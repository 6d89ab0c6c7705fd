"""The shapes of arguments and of module-level values."""

from __future__ import annotations

import libcst as cst
from msgspec.structs import replace

from wflint import limits
from wflint.facts.model import Kind, Ref, Value, ValueType, value_type
from wflint.facts.refs import LITERALS, Refs
from wflint.facts.scopes import How, Scope


def value(refs: Refs, node: cst.BaseExpression, scope: Scope | None) -> Value:
    """The shape of an argument or of a module-level value."""
    if isinstance(node, (cst.Name, cst.Attribute, cst.Lambda)):
        return _named(refs, node, scope)
    if isinstance(node, cst.Call):
        return _call_value(refs, node, scope)
    if isinstance(node, cst.Dict):
        return replace(_dict_value(node), ref=refs.ref(node, scope))
    if isinstance(node, cst.Await):
        return Value(ValueType.AWAIT, ref=refs.ref(node, scope))
    if isinstance(node, cst.SimpleString):
        kind = "bytes" if "b" in node.prefix else "str"
        return Value(
            value_type(kind), str(node.raw_value)[: limits.KEPT_TEXT], Ref(Kind.LITERAL, kind)
        )
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
        items = tuple("" for _ in node.elements)
        kind = value_type(LITERALS[type(node)])
        return Value(kind, ref=refs.ref(node, scope), items=items, complete=plain)
    if isinstance(node, cst.FormattedString):
        return Value(ValueType.FSTRING, ref=Ref(Kind.LITERAL, "str"))
    return Value(value_type(LITERALS.get(type(node), "")), ref=refs.ref(node, scope))


def _named(refs: Refs, node: cst.Name | cst.Attribute | cst.Lambda, scope: Scope | None) -> Value:
    if isinstance(node, cst.Lambda):
        return Value(ValueType.LAMBDA, ref=refs.ref(node, scope))
    if isinstance(node, cst.Name):
        if node.value == "None":
            return Value(ValueType.NONE)
        if node.value in ("True", "False"):
            return Value(ValueType.BOOL, node.value, Ref(Kind.LITERAL, "bool"))
        assigned = refs.assigned(node.value, scope)
        if isinstance(assigned, cst.Dict) or _is_keyword_call(assigned):
            assert assigned is not None
            found = value(refs, assigned, scope)
            return replace(found, complete=False) if node.value in refs.changed else found
        if _is_param(node.value, scope):
            return Value(ValueType.NAME, node.value, refs.ref(node, scope))
    return Value(ValueType.NAME, ref=refs.ref(node, scope))


def _call_value(refs: Refs, node: cst.Call, scope: Scope | None) -> Value:
    pairs = [(a.keyword.value, a.value) for a in node.args if a.keyword is not None]
    complete = all(a.keyword is not None for a in node.args)
    none = tuple(k for k, v in pairs if _is_none(v))
    numbers = tuple(k for k, v in pairs if _is_number(v))
    keys = tuple(k for k, _ in pairs)
    return Value(ValueType.CALL, "", refs.ref(node, scope), keys, complete, none, numbers)


def _dict_value(node: cst.Dict) -> Value:
    pairs = [
        (str(e.key.raw_value), e.value)
        for e in node.elements
        if isinstance(e, cst.DictElement) and isinstance(e.key, cst.SimpleString)
    ]
    return Value(
        ValueType.DICT,
        items=tuple(k for k, _ in pairs),
        complete=len(pairs) == len(node.elements),
        none_keys=tuple(k for k, v in pairs if _is_none(v)),
        number_keys=tuple(k for k, v in pairs if _is_number(v)),
    )


def _is_param(name: str, scope: Scope | None) -> bool:
    """Whether a name is a parameter that nothing else is assigned to."""
    found = scope.find(name) if scope is not None else None
    return found is not None and all(b.how is How.PARAM for b in found[1])


def _is_keyword_call(node: cst.BaseExpression | None) -> bool:
    return isinstance(node, cst.Call) and all(a.keyword or a.star for a in node.args)


def _is_none(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and node.value == "None"


def _is_number(node: cst.BaseExpression) -> bool:
    return isinstance(node, (cst.Integer, cst.Float))
