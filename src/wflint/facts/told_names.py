"""Local names that tell if code runs in a workflow: what a ``try`` or a branch puts into them.

```python
inside = True
try:
    workflow.info()
except Exception:
    inside = False
```
"""

from __future__ import annotations

import libcst as cst

from wflint.facts.model import Flag
from wflint.facts.scopes import Bound, How, Scope, inside

_ONE_SIDE = int(Flag.IN_WORKFLOW | Flag.NOT_IN_WORKFLOW)


def asked_before(
    node: cst.CSTNode, scope: Scope | None
) -> tuple[cst.BaseExpression, int, int] | None:
    """Return what a local name is where it is true, and the flags where it is true and false.

    ``try: loop = get_running_loop()``, and ``except RuntimeError: loop = None``; or ``True`` and
    ``False``: also where that handler may run, the name tells if it has.
    """
    found = scope.find(node.value) if scope is not None and isinstance(node, cst.Name) else None
    bindings = found[1] if found is not None else []
    others = [b for b in bindings if not _is(b, "None", "False")]
    if len(bindings) < 2 or len(others) != 1:
        return None
    bound, value = others[0], bound_to(others[0])
    if value is None or not (isinstance(value, cst.Call) or _is(bound, "True")):
        return None
    constants = [b for b in bindings if b is not bound]
    yes = bound.flags & _ONE_SIDE
    for constant in constants:
        if constant.block is not None and bound.order < constant.order:
            yes |= constant.block.instead
    no = 0
    for flag in (Flag.NOT_IN_WORKFLOW, Flag.IN_WORKFLOW):
        never = all(b.flags & flag or _is_replaced(b, bound, flag) for b in constants)
        no |= flag if never and not bound.flags & flag else 0
    return value, yes if yes != _ONE_SIDE else 0, no if no != _ONE_SIDE else 0


def _is_replaced(constant: Bound, bound: Bound, flag: int) -> bool:
    """True if what has not the flag surely comes from a constant to what the name is bound to."""
    if constant.order > bound.order:
        return False
    block = bound.block
    if block is not None and block.instead & flag and block.parent is constant.block:
        return True
    return block is constant.block


def may_be_missing(node: cst.CSTNode, scope: Scope | None) -> bool:
    """True for a local name that is also bound to ``None``, and not surely to more after that.

    What stands in one block with it, further down, surely is.
    """
    found = scope.find(node.value) if scope is not None and isinstance(node, cst.Name) else None
    bindings = inside(found[1]) if found is not None else []
    if len(bindings) < 2:
        return False
    last = max((b for b in bindings if not _is_none(b)), key=lambda b: b.order, default=None)
    return last is None or any(
        _is_none(b) and (b.order > last.order or b.block is not last.block) for b in bindings
    )


def _is_none(bound: Bound) -> bool:
    return _is(bound, "None")


def _is(bound: Bound, *constants: str) -> bool:
    node = bound_to(bound)
    return isinstance(node, cst.Name) and node.value in constants


def bound_to(bound: Bound) -> cst.BaseExpression | None:
    """The value that a binding gives to the name, if it is the whole of one."""
    if bound.parts:
        return None
    return bound.value if bound.how is How.ANNOTATION else bound.node


def is_from_around(node: cst.CSTNode, scope: Scope | None) -> bool:
    """True for a name that a function around the one of ``scope`` binds."""
    found = scope.find(node.value) if scope is not None and isinstance(node, cst.Name) else None
    return scope is not None and found is not None and found[0] is not scope.of_function
