"""Finds sets that may hold ``None``, which has no order. Types do not tell: they leave it out."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.facts.context import Context
    from wflint.facts.model import FunctionHead

_WITH_NONE = re.compile(r"\b(\w+)(?=\s*:[^=#\n]{0,300}\[[^\]=#\n]{0,300}\b(?:None|Optional)\b)")


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
    start, end = (0, len(source)) if "." in names else (head.start, head.end)
    words = names.replace(".", "").split(",")
    declared = _declared(source)
    return "None" in words or any(
        start <= place < end for word in words for place in declared.get(word, ())
    )


@lru_cache(maxsize=8)
def _declared(source: str) -> dict[str, list[int]]:
    """Where a text declares that a name holds ``None`` among others, by the name."""
    found: dict[str, list[int]] = {}
    for match in _WITH_NONE.finditer(source):
        found.setdefault(match[1], []).append(match.start())
    return found
