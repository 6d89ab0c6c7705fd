"""Values that stand in for what is missing: ``x or f()``, ``if x is None: x = f()``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import libcst as cst
from msgspec.structs import replace

from wflint import limits
from wflint.facts.frames import State
from wflint.facts.guards import DottedName, is_none, terms_of
from wflint.facts.model import AFTER_INIT, Flag
from wflint.facts.questions import NEVER_MISSING
from wflint.facts.scopes import How, Scope
from wflint.syntax.walk import walk

if TYPE_CHECKING:
    from wflint.facts.walker import Walker

_VALIDATOR = "model_validator"
"""The decorator of what a model calls when it has stored what it was given."""

_SETTERS = (["__setattr__"], ["setattr"])


class Missing(NamedTuple):
    """The meaning of a test for a value: it is missing when the test is ``true`` (or when not).

    ``surely`` is set for a comparison with ``None``; mere truth may be asked for other reasons.
    """

    value: cst.BaseExpression
    true: bool
    surely: bool = False


def missing_values(test: cst.BaseExpression, state: State) -> list[Missing]:
    """The values that a test finds missing or given: ``x is None``, ``not x``, ``x``.

    Of ``a and b`` those that are missing where it is true, of ``a or b`` where it is false: in
    constructors only. Elsewhere what a caller gives may be missing by itself.
    """
    terms, operator = terms_of(test)
    if operator is not None and not _makes_object(state):
        return []
    found = [one for term in terms if (one := _missing_value(term)) is not None]
    return [one for one in found if operator is None or one.true is (operator is cst.And)]


def _missing_value(test: cst.BaseExpression) -> Missing | None:
    true = False
    while isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        true = not true
        test = test.expression
    if isinstance(test, (cst.Name, cst.Attribute)):
        return Missing(test, true)
    if isinstance(test, cst.Comparison):
        none = is_none(test)
        return Missing(test.left, none is not true, True) if none is not None else None
    return None


def alternatives(left: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """The values of ``a or b or ...``, the last one first."""
    for _ in range(limits.ALTERNATIVES):
        if not isinstance(left, cst.BooleanOperation) or not isinstance(left.operator, cst.Or):
            yield left
            return
        yield left.right
        left = left.left


def surely_given(value: cst.CSTNode | None, name: DottedName) -> bool:
    """True of a value that is never missing, so that what stands behind ``or`` does not run."""
    if isinstance(value, cst.SimpleString):
        return bool(value.raw_value)
    if isinstance(value, cst.Integer):
        return value.value.strip("0_") != ""
    while isinstance(value, cst.Attribute):  # `workflow.info().run_id`
        value = value.value
    return isinstance(value, cst.Call) and name(value.func) in NEVER_MISSING


def assigns(block: cst.CSTNode, value: cst.BaseExpression) -> bool:
    """True if a block assigns a name or an attribute."""
    wanted = _spelled(value)
    for node in walk(block, into_functions=False):
        match node:
            case cst.AssignTarget(target=target) | cst.AnnAssign(target=target):
                if _spelled(target) == wanted:
                    return True
            case cst.Call(func=func, args=[cst.Arg(value=of), cst.Arg(value=name), cst.Arg()]):
                text = name.raw_value if isinstance(name, cst.SimpleString) else ""
                if _spelled(func)[-1:] in _SETTERS and [*_spelled(of), text] == wanted:
                    return True
    return False


def is_same(one: cst.BaseExpression, other: cst.BaseExpression) -> bool:
    """True of two equal names, or attributes of names."""
    spelled = _spelled(one)
    return bool(spelled) and spelled == _spelled(other)


def _spelled(node: cst.CSTNode) -> list[str]:
    """``a.b`` as its parts; nothing if it is something else."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    return [node.value, *reversed(parts)] if isinstance(node, cst.Name) else []


def name_of(walker: Walker, value: cst.BaseExpression, state: State) -> str:
    """The parameter that a value is; ``.name`` of one that a generated constructor has stored."""
    if isinstance(value, cst.Name):
        return value.value if is_param(value.value, state.scope) else ""
    head = state.frame.head
    if not head.params or not isinstance(value, cst.Attribute):
        return ""
    if not isinstance(value.value, cst.Name) or value.value.value != head.params[0].name:
        return ""
    if head.name == "__init__":
        return _stored_param(walker, value, state)
    return f".{value.attr.value}" if _is_after_init(state) else ""


def _makes_object(state: State) -> bool:
    return state.frame.head.name == "__init__" or _is_after_init(state)


def _is_after_init(state: State) -> bool:
    head = state.frame.head
    if head.name in AFTER_INIT:
        return True
    named = {d.last_word for d in head.decorators}
    return _VALIDATOR in named and "classmethod" not in named


def _stored_param(walker: Walker, value: cst.Attribute, state: State) -> str:
    """The parameter that the function has just stored in an attribute."""
    for entry in reversed(walker.entries):
        node = entry.node
        if entry.state.frame is not state.frame or not isinstance(
            node, (cst.Assign, cst.AnnAssign)
        ):
            continue
        if assigns(node, value) and not any(inner is value for inner in walk(node)):
            given = node.value
            is_plain = entry.state.block is None and isinstance(given, cst.Name)
            return name_of(walker, given, state) if is_plain and given is not None else ""
    return ""


def is_param(name: str, scope: Scope | None) -> bool:
    """True if a name is a parameter, whatever else it may be bound to."""
    found = scope.find(name) if scope is not None and name else None
    return found is not None and any(b.how is How.PARAM for b in found[1])


def optional(state: State, name: str) -> State:
    """The surroundings of what only runs where a parameter is missing."""
    return replace(state, flags=state.flags | Flag.OPTIONAL, fallback=name)


def behind(walker: Walker, node: cst.If, rest: Sequence[cst.BaseStatement], state: State) -> State:
    """The surroundings of ``rest`` behind ``if x is not None: return``, in a constructor."""
    for missing in missing_values(node.test, state) if _makes_object(state) else ():
        if missing.true:
            continue
        filled = any(assigns(statement, missing.value) for statement in rest[:1])
        if missing.surely or filled or _returns(node.body, missing.value):
            name = name_of(walker, missing.value, state)
            state = optional(state, name) if name else state
    return state


def _returns(block: cst.BaseSuite, value: cst.BaseExpression) -> bool:
    last: cst.CSTNode | None = block.body[-1] if block.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    returned = last.value if isinstance(last, cst.Return) else None
    return returned is not None and is_same(returned, value)
