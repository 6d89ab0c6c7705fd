"""Expressions that are only read for a text: one that is logged, or that a function returns."""

from __future__ import annotations

import libcst as cst

from wflint.facts.frames import Entry

_LEVELS = frozenset(
    {"critical", "debug", "error", "exception", "fatal", "info", "log", "warn", "warning"}
)
_TEXTS = frozenset({"repr", "str"})
_PARTS = frozenset(
    {
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


def is_only_text(entry: Entry) -> bool:
    """True if a name, or an attribute of it, only becomes a part of a text that nobody looks at.

    A logger and a class are told by their names, as is what makes texts: whatever else they may be,
    no test is made there.
    """
    is_text, around = False, entry.parent
    while around is not None:
        kind = type(around.node)
        if kind is cst.Return:
            return is_text
        if kind is cst.Arg:
            around = around.parent
            func = around.node.func if around and isinstance(around.node, cst.Call) else None
            if func is None or _is_log(func):
                return func is not None
            if isinstance(func, cst.Name) and func.value in _TEXTS:
                is_text = True
            elif not (is_text and _is_class(func)):
                return False
        elif kind not in _PARTS:
            return False
        is_text |= kind is cst.FormattedStringExpression
        around = around.parent if around is not None else None
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
