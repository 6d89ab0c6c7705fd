"""Expressions that are only read for a text: one that is logged, or that a function returns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import libcst as cst

from wflint import limits
from wflint.facts.frames import Entry

_LEVELS = frozenset(
    {"critical", "debug", "error", "exception", "fatal", "info", "log", "warn", "warning"}
)
Goals = frozenset[str | None]
"""Local names, ``""`` where a text goes, ``None`` if it is looked at."""

_TEXTS = frozenset({"repr", "str"})
_COMMAND = re.compile(r"(?:execute|start)_(?:local_activity|activity|child_workflow)")
_PARTS = frozenset(
    {
        cst.Arg,
        cst.Attribute,
        cst.BinaryOperation,
        cst.BooleanOperation,
        cst.ConcatenatedString,
        cst.Dict,
        cst.DictElement,
        cst.Element,
        cst.FormattedString,
        cst.FormattedStringExpression,
        cst.IfExp,
        cst.List,
        cst.Tuple,
    }
)
"""What a text is put together by, and what it is taken from and put into."""


def is_only_text(entry: Entry, goals_of: Callable[[str], Goals]) -> bool:
    """True if a name, or an attribute of it, only becomes a part of a text that nobody looks at.

    A logger, a class and a command are told by their names, as is what makes texts: whatever else
    they may be, no test is made there. ``goals_of`` gives where a local name with a text goes, as
    :func:`goals` finds it.
    """
    pending = [_goal(entry, False)]
    followed: set[str] = set()
    while pending:
        goal = pending.pop()
        if goal is None or len(followed) > limits.TEXT_NAMES:
            return False
        if goal and goal not in followed:
            followed.add(goal)
            pending += goals_of(goal)
    return True


def goals(uses: Iterable[Entry]) -> Goals:
    """Return where a text goes that has a local name, by what reads that name."""
    return frozenset(_goal(use, True) for use in uses)


def _goal(entry: Entry, is_text: bool) -> str | None:
    """Return the local name that gets the text; ``""`` where it goes; ``None`` if it is looked at.

    ``is_text`` if what is there is a text already, or something that holds one.
    """
    inner, around = entry, entry.parent
    while around is not None:
        node = around.node
        if isinstance(node, (cst.If, cst.IfExp)) and inner.node is node.test:
            return ""  # that there is a cause says nothing of it
        if isinstance(node, cst.Return):
            return "" if is_text else None
        if isinstance(node, (cst.Assign, cst.AnnAssign)):
            return _local(node) if is_text else None
        if isinstance(node, cst.Call):
            if not isinstance(inner.node, cst.Arg):
                return None
            if _is_log(node.func) or (is_text and _is_command(node.func)):
                return ""
            if isinstance(node.func, cst.Name) and node.func.value in _TEXTS:
                is_text = True
            elif not (is_text and _is_class(node.func)):
                return None
        elif type(node) not in _PARTS and not _asks_for_truth(node):
            return None
        is_text |= isinstance(node, cst.FormattedStringExpression)
        inner, around = around, around.parent
    return None


def _asks_for_truth(node: cst.CSTNode) -> bool:
    """True for `not error.cause`, and `error.cause is not None`."""
    match node:
        case cst.UnaryOperation(operator=cst.Not()):
            return True
        case cst.Comparison(
            comparisons=[
                cst.ComparisonTarget(
                    operator=cst.Is() | cst.IsNot(), comparator=cst.Name(value="None")
                )
            ]
        ):
            return True
    return False


def _local(node: cst.Assign | cst.AnnAssign) -> str | None:
    """The name that is assigned to, if it is a single one."""
    targets = [t.target for t in node.targets] if isinstance(node, cst.Assign) else [node.target]
    match targets:
        case [cst.Name(value=name)]:
            return name
    return None


def _is_command(func: cst.BaseExpression) -> bool:
    """True for `workflow.execute_activity`, and what else sends its arguments away."""
    match func:
        case cst.Attribute(attr=cst.Name(value=name)) | cst.Name(value=name):
            return _COMMAND.match(name) is not None
    return False


def _is_class(func: cst.BaseExpression) -> bool:
    """True for `Result`, and `dict`."""
    match func:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name == "dict" or name[:1].isupper()
    return False


def _is_log(func: cst.BaseExpression) -> bool:
    """True for `print`, and `logger.info` by whatever name that says it is a logger."""
    match func:
        case cst.Name(value=name):
            return name == "print"
        case cst.Attribute(value=owner, attr=cst.Name(value=level)):
            word = owner.attr.value if isinstance(owner, cst.Attribute) else ""
            word = owner.value if isinstance(owner, cst.Name) else word
            return level in _LEVELS and "log" in word.lower()
    return False
