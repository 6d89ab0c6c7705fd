"""Attributes of a workflow that are empty when it begins: flags that only its code sets."""

from __future__ import annotations

import ast
import re

from wflint.callgraph.graph import Node
from wflint.facts.ids import Fn
from wflint.replay.code import Code
from wflint.replay.sides import Side

_FLAG = re.compile(r"self\.(\w+)")
_EMPTY_CALLS = frozenset({"deque", "dict", "list", "set"})


def flag_in(code: str) -> str:
    """Return the attribute that code is about, if it is nothing else: ``self.ready``."""
    found = _FLAG.fullmatch(code)
    return found[1] if found is not None else ""


def empty_at_first(side: Side) -> frozenset[str]:
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
