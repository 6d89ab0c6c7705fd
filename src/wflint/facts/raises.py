"""The ``raise`` statements of a function: what they raise, or that they raise it again."""

from __future__ import annotations

import libcst as cst

from wflint.facts.frames import Entry
from wflint.facts.model import Raise, Site
from wflint.facts.refs import Refs
from wflint.syntax.walk import children

_HANDLERS = (cst.ExceptHandler, cst.ExceptStarHandler)
_AGAIN = frozenset({"add_note", "with_traceback"})


def read_raise(site: Site, entry: Entry, node: cst.Raise, refs: Refs, under: int) -> Raise:
    """Return the facts of a ``raise``; ``under`` is the number of its condition."""
    state = entry.state
    if node.exc is None or _is_caught(node.exc, entry):
        return Raise(site, is_again=True, flags=state.flags, under=under)
    error = refs.shared(refs.ref(node.exc, state.scope))
    return Raise(site, error, False, _is_all(entry), state.flags, under)


def _is_caught(error: cst.BaseExpression, entry: Entry) -> bool:
    """True if an error is the one that a handler around the place has caught."""
    if isinstance(error, cst.Call) and isinstance(error.func, cst.Attribute):
        error = error.func.value if error.func.attr.value in _AGAIN else error
    if not isinstance(error, cst.Name):
        return False
    for node in entry.around():
        if isinstance(node, cst.FunctionDef):
            return False
        if isinstance(node, _HANDLERS) and node.name is not None:
            name = node.name.name
            if isinstance(name, cst.Name) and name.value == error.value:
                return True
    return False


def _is_all(entry: Entry) -> bool:
    """True if nothing but a docstring stands beside the statement in its function."""
    line = entry.parent
    is_suite = line is not None and isinstance(line.node, cst.SimpleStatementSuite)
    block = line if line is None or is_suite else line.parent
    if line is None or block is None:
        return False
    if block.parent is not None and not isinstance(block.parent.node, cst.FunctionDef):
        return False
    if not isinstance(block.node, cst.IndentedBlock):
        return is_suite and len(children(block.node)) == 1
    return all(_says_nothing(one) for one in block.node.body if one is not line.node)


def _says_nothing(node: cst.CSTNode) -> bool:
    """True of a docstring and of ``...``."""
    if not isinstance(node, cst.SimpleStatementLine):
        return False
    told = (cst.SimpleString, cst.ConcatenatedString, cst.Ellipsis)
    return all(isinstance(s, cst.Expr) and isinstance(s.value, told) for s in node.body)
