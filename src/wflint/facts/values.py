"""The shapes of arguments and of module-level values."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence

import libcst as cst
from msgspec.structs import replace

from wflint import limits
from wflint.facts.model import SPREAD, Kind, Ref, Value, ValueType, value_type
from wflint.facts.refs import LITERALS, Refs
from wflint.facts.scopes import How, Scope

MOST_VALUES = 24
"""The number of parts of a dict, list or call that keep their values; options are fewer."""

_LISTS = (cst.List, cst.Tuple)
_NUMBERS = (ValueType.INT, ValueType.FLOAT)
_FACTORS = 4
_TEXT_DEPTH = 3
_TEXTS = frozenset({"builtins.format", "builtins.repr", "builtins.str"})
_OPERATORS: dict[type[cst.CSTNode], Callable[[int, int], int]] = {
    cst.Add: operator.add,
    cst.Multiply: operator.mul,
    cst.Subtract: operator.sub,
}


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
        return _joined(refs, ValueType.FSTRING, node, _filled_in(node), scope)
    if isinstance(node, cst.BinaryOperation):
        return _binary(refs, node, scope)
    kind = value_type(LITERALS.get(type(node), ""))
    is_written_out = not isinstance(node, cst.BaseComp)
    return Value(kind, ref=refs.ref(node, scope), complete=is_written_out)


def _named(refs: Refs, node: cst.Name | cst.Attribute | cst.Lambda, scope: Scope | None) -> Value:
    if isinstance(node, cst.Lambda):
        return Value(ValueType.LAMBDA, ref=refs.ref(node, scope))
    constant = _constant(node)
    if constant is not None:
        return constant
    if isinstance(node, cst.Name):
        assigned = refs.assigned_or_declared(node.value, scope)
        is_list = isinstance(assigned, _LISTS)
        text = _text(refs, assigned, scope) if assigned is not None else None
        if text is not None and text.type is not ValueType.OTHER:
            return replace(text, ref=refs.ref(node, scope))
        if assigned is not None and (is_list or _are_options(refs, assigned, scope)):
            found = value(refs, assigned, scope)
            if is_list:
                found = replace(found, ref=refs.ref(node, scope))
            is_changed = _may_have_changed(refs, node.value, assigned, scope)
            return replace(found, complete=False) if is_changed else found
        if _is_param(node.value, scope):
            return Value(ValueType.NAME, node.value, refs.ref(node, scope))
    return Value(ValueType.NAME, ref=refs.ref(node, scope))


def _may_have_changed(
    refs: Refs, name: str, assigned: cst.BaseExpression, scope: Scope | None
) -> bool:
    """True if what a name stands for may not be what it was assigned."""
    if name in refs.changed or name in refs.rebound:
        return True
    can_change = isinstance(assigned, (cst.Dict, cst.List)) or (
        isinstance(assigned, cst.Call)
        and refs.external(refs.ref(assigned.func, scope)) == "builtins.dict"
    )
    return can_change and name in refs.handed_on()


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
    """Return the shape of a call: what is given by position stands under empty keys."""
    keys, complete = _argument_keys(node)
    pairs = [(key, arg.value) for key, arg in zip(keys, node.args, strict=False)]
    keys, values = _read(refs, pairs, scope)
    return Value(ValueType.CALL, "", refs.ref(node, scope), keys, complete, values)


def _argument_keys(node: cst.Call) -> tuple[tuple[str, ...], bool]:
    """Return the keys of arguments up to any ``*spread``, and if there is none."""
    keys: list[str] = []
    for arg in node.args:
        if arg.star == "*":
            return tuple(keys), False
        keys.append(SPREAD if arg.star else arg.keyword.value if arg.keyword is not None else "")
    return tuple(keys), True


def _dict_value(refs: Refs, node: cst.Dict, scope: Scope | None) -> Value:
    pairs: list[tuple[str, cst.BaseExpression]] = []
    for element in node.elements:
        if isinstance(element, cst.StarredDictElement):
            pairs.append((SPREAD, element.value))
        elif isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString):
            pairs.append((str(element.key.raw_value), element.value))
    keys, values = _read(refs, pairs, scope)
    complete = len(pairs) == len(node.elements)
    return Value(ValueType.DICT, "", refs.ref(node, scope), keys, complete, values)


def _binary(refs: Refs, node: cst.BinaryOperation, scope: Scope | None) -> Value:
    """Return a number for ``60 * 60``, a dict for ``OPTIONS | {...}``, else what it is made of."""
    sides = (node.left, node.right)
    if isinstance(node.operator, cst.BitOr) and any(isinstance(s, cst.Dict) for s in sides):
        values = tuple(
            _dict_value(refs, s, scope) if isinstance(s, cst.Dict) else _shallow(refs, s, scope)
            for s in sides
        )
        return Value(ValueType.DICT, "", refs.ref(node, scope), (SPREAD, SPREAD), values=values)
    number = _whole_number(node)
    if number is not None:
        return Value(ValueType.INT, str(number), Ref(Kind.LITERAL, "int"))
    return _joined(refs, ValueType.OTHER, node, sides, scope)


def _whole_number(node: cst.BaseExpression) -> int | None:
    """Return what ``24 * 60 * 60`` is; ``None`` for anything but small numbers."""
    steps: list[tuple[Callable[[int, int], int], int]] = []
    while isinstance(node, cst.BinaryOperation):
        compute, right = _OPERATORS.get(type(node.operator)), _small(node.right)
        if compute is None or right is None or len(steps) >= _FACTORS:
            return None
        steps.append((compute, right))
        node = node.left
    found = _small(node)
    if found is None:
        return None
    for compute, right in reversed(steps):
        found = compute(found, right)
    return found


def _small(node: cst.BaseExpression) -> int | None:
    is_number = isinstance(node, cst.Integer) and len(node.value) <= limits.INDEX_LENGTH
    return node.evaluated_value if is_number else None  # type: ignore[attr-defined]


def _joined(
    refs: Refs,
    kind: ValueType,
    node: cst.BaseExpression,
    parts: Sequence[cst.BaseExpression],
    scope: Scope | None,
) -> Value:
    """Return the shape of something that is made of parts."""
    keys, values = _read(refs, [("", part) for part in parts], scope)
    return Value(kind, "", refs.ref(node, scope), keys, True, values)


def _filled_in(node: cst.FormattedString) -> list[cst.BaseExpression]:
    """Return the expressions in an f-string."""
    parts = node.parts
    return [p.expression for p in parts if isinstance(p, cst.FormattedStringExpression)]


def _read(
    refs: Refs, pairs: Sequence[tuple[str, cst.BaseExpression]], scope: Scope | None
) -> tuple[tuple[str, ...], tuple[Value, ...]]:
    """Return keys and what stands under them, a level deep."""
    keys = tuple(key for key, _ in pairs)
    if len(pairs) > MOST_VALUES:
        return keys, ()
    return keys, tuple(_shallow(refs, node, scope) for _, node in pairs)


def _shallow(refs: Refs, node: cst.BaseExpression, scope: Scope | None) -> Value:
    """Return the shape of a part of a value. Of what a call is given only plain parts are known.

    Of a list or tuple it is known how long it is.
    """
    text = _text(refs, node, scope)
    if text is not None:
        return text
    if isinstance(node, cst.Call):
        keys, complete = _argument_keys(node)
        values = tuple(_plain(refs, arg.value, scope) for arg in node.args[: len(keys)])
        if all(part is _NOT_PLAIN for part in values) or len(values) > MOST_VALUES:
            return Value(ValueType.CALL, ref=refs.ref(node, scope), complete=not node.args)
        return Value(ValueType.CALL, "", refs.ref(node, scope), keys, complete, values)
    return _plain_container(node) or _plain_name(refs, node, scope) or value(refs, node, scope)


def _text(
    refs: Refs, node: cst.BaseExpression, scope: Scope | None, depth: int = _TEXT_DEPTH
) -> Value | None:
    """Return the shape of a text that is put together, with the names and calls in it."""
    kind, parts = ValueType.OTHER, list[cst.BaseExpression]()
    if isinstance(node, cst.FormattedString):
        kind, parts = ValueType.FSTRING, _filled_in(node)
    elif isinstance(node, cst.BinaryOperation) and _whole_number(node) is None:
        parts = [node.left, node.right]
    elif isinstance(node, cst.Call) and _makes_text(refs, node, scope):
        kind, parts = ValueType.CALL, [node.args[0].value]
    if not parts:
        return None
    ref = refs.ref(node, scope)
    if depth == 0 or len(parts) > MOST_VALUES:
        return Value(kind, ref=ref, complete=kind is not ValueType.CALL)
    values = tuple(
        _text(refs, part, scope, depth - 1) or _outline(refs, part, scope) for part in parts
    )
    return Value(kind, "", ref, ("",) * len(values), True, values)


def _makes_text(refs: Refs, node: cst.Call, scope: Scope | None) -> bool:
    is_plain = len(node.args) == 1 and not node.args[0].star and node.args[0].keyword is None
    return is_plain and refs.external(refs.ref(node.func, scope)) in _TEXTS


def _outline(refs: Refs, node: cst.BaseExpression, scope: Scope | None) -> Value:
    """Return the shape of a part of a text: of a call, what is called."""
    if isinstance(node, cst.Call):
        return Value(ValueType.CALL, ref=refs.ref(node, scope), complete=not node.args)
    return _plain(refs, node, scope)


def _plain_container(node: cst.BaseExpression) -> Value | None:
    """Return the shape of a container without what is in it."""
    if isinstance(node, _LISTS):
        ref = Ref(Kind.LITERAL, LITERALS[type(node)])
        is_plain = all(isinstance(e, cst.Element) for e in node.elements)
        return Value(value_type(ref.name), "", ref, ("",) * len(node.elements), is_plain)
    if isinstance(node, (cst.Dict, cst.Set)):
        ref = Ref(Kind.LITERAL, LITERALS[type(node)])
        return Value(value_type(ref.name), ref=ref, complete=not node.elements)
    return None


def _plain_name(refs: Refs, node: cst.BaseExpression, scope: Scope | None) -> Value | None:
    if not isinstance(node, (cst.Name, cst.Attribute)):
        return None
    return _constant(node) or Value(ValueType.NAME, ref=refs.ref(node, scope))


_NOT_PLAIN = Value(ValueType.OTHER)
_PLAIN = (cst.Integer, cst.Float, cst.UnaryOperation, cst.SimpleString)


def _plain(refs: Refs, node: cst.BaseExpression, scope: Scope | None) -> Value:
    """Return the shape of a literal or name; of anything else nothing is known."""
    named = _plain_name(refs, node, scope)
    if named is not None:
        return named
    if isinstance(node, _PLAIN) or _whole_number(node) is not None:
        return value(refs, node, scope)
    return _plain_container(node) or _NOT_PLAIN


def _is_param(name: str, scope: Scope | None) -> bool:
    """True if a name is a parameter that nothing else is assigned to."""
    found = scope.find(name) if scope is not None else None
    return found is not None and all(b.how is How.PARAM for b in found[1])


def _are_options(refs: Refs, node: cst.BaseExpression, scope: Scope | None) -> bool:
    """True for what a local name is read through for: keywords, and lengths of time."""
    if isinstance(node, cst.Dict):
        return True
    if not isinstance(node, cst.Call):
        return False
    if all(a.keyword or a.star for a in node.args):
        return True
    return refs.external(refs.ref(node.func, scope)) in _READ_THROUGH


_READ_THROUGH = frozenset({"builtins.dict", "datetime.timedelta"})


def option(refs: Refs, node: cst.BaseExpression, scope: Scope | None) -> Value | None:
    """Return the shape of what may be an option, or several; else ``None``."""
    found = value(refs, node, scope)
    return found if _is_option(refs, found) else None


def _is_option(refs: Refs, found: Value) -> bool:
    """True for a number, for keywords, and for an object of the SDK that is made of some."""
    if found.type is ValueType.DICT:
        return bool(found.items)
    if found.type is ValueType.CALL:
        name = refs.external(found.ref)
        if not found.items and found.complete:
            return True  # a function may give them
        return name in _READ_THROUGH or name.startswith(("temporalio.common.", "temporalio.w"))
    return found.type in _NUMBERS
