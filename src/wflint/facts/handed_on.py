"""Tells which names of a function stand for something that is handed on, or changed by others.

A list or dict that is written out is only what stands there while nothing else has it: a helper
that gets it may add to it, and so may whoever finds it under another name. What only reads it, such
as a builtin, a logger or a call of the SDK, does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import libcst as cst

from wflint.facts.frames import Entry
from wflint.temporal.api import calls_by_last_word

CHANGERS = frozenset(
    {
        *("append", "clear", "extend", "insert", "pop", "popitem"),
        *("remove", "setdefault", "update"),
    }
)
"""The methods of lists and dicts that change how much is in them."""

_LOGGING = ("critical", "debug", "error", "exception", "info", "log", "warning")
_READING = frozenset({*_LOGGING, "extend", "format", "join", "update"})
"""Methods that only read what they are given."""

_READING_MODULES = ("builtins.", "json.", "logging.", "temporalio.")


def handed_on(
    entries: Iterable[Entry], name_of: Callable[[cst.CSTNode, Entry], str]
) -> frozenset[str]:
    """Return the names that are handed on; ``name_of`` gives the dotted name of what is called."""
    found = set[str]()
    for entry in entries:
        node = entry.node
        if type(node) is cst.Name and _is_handed_on(entry, name_of):
            found.add(node.value)
        elif type(node) is cst.Assign and len(node.targets) > 1:
            targets = (target.target for target in node.targets)  # one object with several names
            found.update(one.value for one in targets if isinstance(one, cst.Name))
    return frozenset(found)


def _is_handed_on(entry: Entry, name_of: Callable[[cst.CSTNode, Entry], str]) -> bool:
    node, above = entry.node, entry.parent
    is_part = False
    while above is not None and type(above.node) is cst.Subscript and above.node.value is node:
        node, above, is_part = above.node, above.parent, True
    if above is None:
        return False
    match above.node:
        case cst.Attribute(value=value, attr=attr):
            return value is node and attr.value in CHANGERS
        case _ if is_part:
            return False
        case cst.Arg():
            return not above.node.star and _may_change(above.parent, name_of)
        case cst.Assign(value=value) | cst.AnnAssign(value=value) | cst.NamedExpr(value=value):
            return value is node
        case cst.IfExp(test=test):
            return test is not node
        case cst.DictElement() | cst.Element() | cst.Yield():
            return True
    return False


def _may_change(at: Entry | None, name_of: Callable[[cst.CSTNode, Entry], str]) -> bool:
    """True if what is called may keep or change what it is given."""
    if at is None or not isinstance(at.node, cst.Call):
        return True
    func = at.node.func
    if name_of(func, at).startswith(_READING_MODULES):
        return False
    if not isinstance(func, cst.Attribute):
        return True
    of = func.value
    if isinstance(of, cst.Name) and of.value in ("cls", "self"):
        return True
    return func.attr.value not in _READING and func.attr.value not in calls_by_last_word()
