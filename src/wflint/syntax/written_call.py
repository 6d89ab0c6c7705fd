"""A call that stands alone in a text."""

from __future__ import annotations

import ast
import warnings


def parsed_call(text: str) -> ast.Call | None:
    """Return the call that a text is; ``None`` if it is none that this Python reads.

    The text is read in brackets, so that it may go over several lines.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(f"({text})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree if isinstance(tree, ast.Call) else None
