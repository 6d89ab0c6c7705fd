"""Finds sets that may hold ``None``, which has no order. Types do not tell: they leave it out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.facts.context import Context
    from wflint.facts.model import FunctionHead


def names_behind(expr: cst.BaseExpression, ctx: Context) -> str:
    """The names that a set is made of, with a comma between them and a dot before attributes."""
    from wflint.syntax.walk import walk

    made = ctx.assigned(expr) if isinstance(expr, cst.Name) else None
    parts = [part for node in (expr, made) if node is not None for part in walk(node)]
    names = {part.value for part in parts if isinstance(part, cst.Name)}
    names |= {f".{part.attr.value}" for part in parts if isinstance(part, cst.Attribute)}
    return ",".join(sorted(names))


def may_hold_none(names: str, head: FunctionHead, source: str) -> bool:
    """True if the code declares that one of the names holds ``None`` among others.

    Local names are declared in the function, attributes anywhere in the file.
    """
    text = source if "." in names else source[head.start : head.end]
    words = names.replace(".", "").split(",")
    declared = rf"\b(?:{'|'.join(words)})\s*:[^=#\n]*\[[^\]=#\n]*\b(?:None|Optional)\b"
    return "None" in words or bool(names and re.search(declared, text))
