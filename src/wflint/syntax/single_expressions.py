"""Single expressions, as decorators, annotations and module-level values have them."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache

import libcst as cst

from wflint.syntax.light.module import light_expression
from wflint.syntax.light.tree import Unsure
from wflint.syntax.parser import UNREADABLE, quickly


@lru_cache(maxsize=4096)
def read_expression(text: str) -> cst.BaseExpression | None:
    """Return the expression that a text is, for its meaning; ``None`` if it cannot be read."""
    wrapped = f"({text})" if "\n" in text or "\r" in text else text
    with suppress(Unsure):
        return light_expression(wrapped)
    try:
        return quickly(cst.parse_expression, wrapped)
    except UNREADABLE:
        return None
