"""Parameters of functions, in trees of ``ast``."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def with_defaults(args: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr]]:
    """Yield the parameters that have a default value, each with it, in the order of the source."""
    plain = [*args.posonlyargs, *args.args]
    first = len(plain) - len(args.defaults)
    yield from zip(plain[first:], args.defaults, strict=True)
    for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        if default is not None:
            yield arg, default
