"""Expressions that are only read for the text of a log message."""

from __future__ import annotations

import libcst as cst

from wflint.facts.frames import Entry

_LEVELS = frozenset(
    {"critical", "debug", "error", "exception", "fatal", "info", "log", "warn", "warning"}
)
_TEXTS = frozenset({"repr", "str"})
_PARTS = (
    cst.Attribute,
    cst.BinaryOperation,
    cst.BooleanOperation,
    cst.ConcatenatedString,
    cst.Dict,
    cst.DictElement,
    cst.Element,
    cst.FormattedString,
    cst.FormattedStringExpression,
    cst.Tuple,
)
"""What a text is put together by, and what it is taken from."""


def is_log_text(entry: Entry) -> bool:
    """True if a name, or an attribute of it, only becomes a part of a message that is logged.

    A logger is told by its name, as is what makes texts: whatever else it may be, no test is made
    there.
    """
    around = entry.parent
    while around is not None:
        if isinstance(around.node, cst.Arg):
            around = around.parent
            func = around.node.func if around and isinstance(around.node, cst.Call) else None
            if func is not None and _is_log(func):
                return True
            if not (isinstance(func, cst.Name) and func.value in _TEXTS):
                return False
        elif not isinstance(around.node, _PARTS):
            return False
        around = around.parent if around is not None else None
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
