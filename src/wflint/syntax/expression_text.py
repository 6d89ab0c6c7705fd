"""Parses texts that may or may not be expressions."""

from __future__ import annotations

import ast
import warnings


def parsed_expression(text: str) -> ast.expr:
    """Return the expression that a text is, without Python's warnings about it.

    Raises what :func:`ast.parse` raises.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text, mode="eval").body
