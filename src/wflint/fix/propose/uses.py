"""The uses of a name in a whole module, to give it another name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from wflint.facts.builtin_names import is_builtin
from wflint.files.source import Source, UnreadableSource
from wflint.rule.fix import TextEdit
from wflint.syntax.guard import NewerSyntax, parse
from wflint.syntax.words import bound_by


def renamed_uses(source: Source, old: str, new: str) -> list[TextEdit] | None:
    """The edits that rename an imported name wherever a module uses it.

    ``None`` where one of the names means several things, or a string holds the old one.
    """
    try:
        tree = parse(source)
    except (NewerSyntax, UnreadableSource):
        return None
    names = list(_names(tree))
    if is_builtin(new) or new in names or names.count(old) != 1 or _is_in_text(old, tree):
        return None
    edits = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in (old, new):
            start = source.offset(node.lineno, node.col_offset)
            end = start + len(old)
            if node.id == new or source.text[start:end] != old:
                return None
            edits.append(TextEdit(start, end, new))
    return edits


def _names(tree: ast.Module) -> Iterator[str]:
    """Yield each name that a module binds, at any level, as often as it does."""
    for node in ast.walk(tree):
        yield from node.names if isinstance(node, (ast.Global, ast.Nonlocal)) else bound_by(node)


def _is_in_text(name: str, tree: ast.Module) -> bool:
    """True if a string holds the name: ``__all__``, an annotation in quotes, a patch."""
    return any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(rf"\b{re.escape(name)}\b", node.value)
        for node in ast.walk(tree)
    )
