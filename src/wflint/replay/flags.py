"""Attributes of a workflow whose truth is known: those that its code sets to plain values."""

from __future__ import annotations

import ast
import re

from wflint.callgraph.graph import Node
from wflint.facts.ids import Fn
from wflint.replay.code import Code
from wflint.replay.sides import Side
from wflint.replay.values import Value, known_truth

_FLAG = re.compile(r"self\.(\w+)")
_EMPTY_CALLS = frozenset({"deque", "dict", "list", "set"})


class Flags:
    """The attributes whose truth is known, at first those that the constructor leaves empty."""

    def __init__(self, side: Side) -> None:
        self._known = dict.fromkeys(_empty_at_first(side), False)

    def copy(self) -> Flags:
        """Return a copy."""
        made = Flags.__new__(Flags)
        made._known = dict(self._known)
        return made

    def state(self) -> object:
        """Return what makes a difference for what follows."""
        return tuple(sorted(self._known.items()))

    def set(self, attribute: str, value: Value | None) -> None:
        """Note that an attribute is set; it may be anything if its value is not known."""
        truth = known_truth(value) if value is not None else None
        if truth is not None:
            self._known[attribute] = truth
        else:
            self._known.pop(attribute, None)

    def truth(self, code: object) -> bool | None:
        """Return if code is true that is nothing but an attribute: ``self.ready``."""
        found = _FLAG.fullmatch(code) if isinstance(code, str) else None
        return self._known.get(found[1]) if found is not None else None


def _empty_at_first(side: Side) -> frozenset[str]:
    """Return the attributes that the constructor of a workflow sets to something that is false."""
    cls = side.workflow.cls
    init = Fn(cls.path, f"{cls.qualname}.__init__")
    store = side.functions.store
    if store.head(init) is None:
        return frozenset()
    definition = Code(Node(init, cls), store).definition
    if definition is None or isinstance(definition, ast.Lambda):
        return frozenset()
    found: dict[str, bool] = {}
    for node in ast.walk(definition):
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Attribute):
                    found[target.attr] = found.get(target.attr, True) and _is_empty(node.value)
    return frozenset(name for name, is_empty in found.items() if is_empty)


def _is_empty(value: ast.expr | None) -> bool:
    match value:
        case ast.Constant(value=constant):
            return not constant
        case ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[]):
            return True
        case ast.Call(func=ast.Name(id=name), args=[], keywords=[]):
            return name in _EMPTY_CALLS
    return False
