"""Parses texts that are taken for expressions, whatever they are."""

from __future__ import annotations

import ast
import warnings


def parsed_expression(text: str) -> ast.expr:
    """Return the expression that a text is; Python's warnings about it are nobody's business.

    Raises what :func:`ast.parse` raises.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text, mode="eval").body
