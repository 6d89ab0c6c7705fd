"""LibCST's parser, called so that it is quick and whatever fails in it can be caught."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import libcst as cst

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


@contextmanager
def without_validation() -> Iterator[None]:
    """Leave out what LibCST does for trees that are made by hand.

    Each node checks itself in Python when it is made, although the parser makes none that is wrong;
    that is a tenth to a quarter of the time of a parse. And the checks do not know all that the
    parser reads, such as two template strings side by side.
    """
    validate = cst.CSTNode.__post_init__
    cst.CSTNode.__post_init__ = _no_validation  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        cst.CSTNode.__post_init__ = validate  # type: ignore[method-assign]


def _no_validation(node: cst.CSTNode) -> None:
    pass
