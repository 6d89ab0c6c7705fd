"""LibCST's parser, called so that it is quick and whatever fails in it can be caught."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import libcst as cst

from wflint.syntax.node_classes import without_validation
from wflint.system import interrupts

_PANIC = "the parser failed on the code"


class ParserPanic(Exception):
    """LibCST's parser stumbled over itself."""


UNREADABLE = (
    ParserPanic,
    *(cst.ParserSyntaxError, cst.CSTLogicError, cst.CSTValidationError),
    *(RecursionError, MemoryError, UnicodeError, SyntaxError),
)
"""The errors that LibCST raises for text that it does not read."""

_Tree = TypeVar("_Tree", cst.Module, cst.BaseExpression)


def quickly(parse: Callable[[str], _Tree], text: str) -> _Tree:
    """Parse a text; whatever fails in the parser is an :class:`Exception`.

    The parser is written in Rust, whose panics arrive as a ``BaseException`` of their own, so that
    nobody catches them by chance.
    """
    try:
        with without_validation():
            return parse(text)
    except (Exception, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:
        if interrupts.happened():
            raise KeyboardInterrupt from None
        raise ParserPanic(_PANIC) from None
