"""Imports that fixes have made unused, and how to take them out.

Only imports of the standard library are taken out, because others may have effects of their own.
A name that the file still reads stays, be it in an annotation in quotes, a type comment or
``__all__``, and so does one that another module takes from this one.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator

from wflint.fix.splice import Span, splice
from wflint.source import Source, UnreadableSource, decode
from wflint.syntax.guard import NewerSyntax, parse

Import = ast.Import | ast.ImportFrom


def without_unused(
    before: bytes, after: bytes, path: str, others: Callable[[], Iterable[bytes]]
) -> bytes:
    """``after`` without the imports that ``before`` used and ``after`` does not use any more.

    ``others`` gives the bytes of all files of the project, in case they import from this one.
    """
    if os.path.basename(path) == "__init__.py":
        return after  # what it imports is there for others
    try:
        old, new = decode(before), decode(after)
        tree = parse(new)
        used = _used_names(old, parse(old))
    except (UnreadableSource, NewerSyntax):
        return after
    unused = set(_imported_names(tree)) & used - _used_names(new, tree)
    unused -= _taken_by_others(unused, path, others)
    edits = sorted(_removals(tree, new, unused))
    return splice(after, edits) if edits else after


def _imports(tree: ast.Module) -> Iterator[tuple[Import, list[ast.stmt]]]:
    """The imports at module level and directly in ``with`` blocks, each with its block."""
    for block in (tree.body, *(node.body for node in tree.body if isinstance(node, ast.With))):
        for node in block:
            if isinstance(node, (ast.Import, ast.ImportFrom)) and _is_standard(node):
                yield node, block


def _is_standard(node: Import) -> bool:
    if isinstance(node, ast.ImportFrom):
        root = (node.module or "").partition(".")[0]
        return node.level == 0 and root in sys.stdlib_module_names and root != "__future__"
    return all(alias.name.partition(".")[0] in sys.stdlib_module_names for alias in node.names)


def _imported_names(tree: ast.Module) -> Iterator[str]:
    for node, _ in _imports(tree):
        yield from (_bound(alias) for alias in node.names if not _is_meant_for_others(alias))


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _is_meant_for_others(alias: ast.alias) -> bool:
    """``import a as a`` and ``from a import b as b`` say that others may take the name."""
    return alias.name == "*" or alias.asname == alias.name


def _used_names(source: Source, tree: ast.Module) -> set[str]:
    """The names that a module reads: in code, and in strings and comments that hold types."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= _names_in_type(node.value)
    for comment in re.findall(r"#\s*type:\s*([^\r\n]*)", source.text):
        found.update(re.findall(r"\w+", comment))
    return found


def _names_in_type(text: str) -> set[str]:
    """The names in a string that may be an annotation, or an entry of ``__all__``."""
    try:
        expression = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}


def _taken_by_others(names: set[str], path: str, others: Callable[[], Iterable[bytes]]) -> set[str]:
    """The names that other modules may take from this one."""
    if not names:
        return set()
    module = os.path.basename(path).removesuffix(".py")
    taken: set[str] = set()
    for data in others():
        if module.encode() not in data:
            continue
        text = data.decode("utf-8", "replace")
        from_it = rf"\bfrom\s+[\w.]*\b{re.escape(module)}\s+import\s+(\([^)]*\)|[^\n]*)"
        lists = re.findall(from_it, text)
        named = {word for found in lists for word in re.findall(r"\w+|\*", found)}
        read = set(re.findall(rf"\b{re.escape(module)}\s*\.\s*(\w+)", text))
        taken |= names if "*" in named else names & (named | read)
    return taken


def _removals(tree: ast.Module, source: Source, unused: set[str]) -> Iterator[Span]:
    gone: dict[int, int] = {}
    for node, block in _imports(tree):
        drop = [a for a in node.names if _bound(a) in unused and not _is_meant_for_others(a)]
        rows = (node.lineno, node.end_lineno or node.lineno)
        if not drop or _has_comment_or_company(node, block, source):
            continue
        start = source.offset(node.lineno, node.col_offset)
        end = source.offset(rows[1], node.end_col_offset or 0)
        kept = [alias for alias in node.names if alias not in drop]
        if kept:
            yield start, end, _without(source.text[start:end], kept)
        elif len(block) - gone.get(id(block), 0) > 1 or block is tree.body:
            gone[id(block)] = gone.get(id(block), 0) + 1
            starts = source.line_starts
            stop = starts[rows[1]] if rows[1] < len(starts) else len(source.text)
            yield starts[rows[0] - 1], stop, ""


def _has_comment_or_company(node: Import, block: list[ast.stmt], source: Source) -> bool:
    """Whether a comment (``noqa``, say) or another statement stands on the lines of an import."""
    rows = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    if any("#" in source.line(row) for row in rows):
        return True
    return any(
        other is not node and (other.lineno in rows or (other.end_lineno or 0) in rows)
        for other in block
    )


def _without(text: str, kept: list[ast.alias]) -> str:
    """An import statement with some of its names only, in its own form."""
    names = [f"{a.name} as {a.asname}" if a.asname else a.name for a in kept]
    match = re.search(r"\bimport\b", text)
    assert match is not None
    head, tail = text[: match.end()], text[match.end() :]
    lines = tail.splitlines(keepends=True)
    if len(lines) == 1:
        return f"{head} {', '.join(names)}"
    wanted = {"", *(alias.name for alias in kept)}
    return head + "".join(line for line in lines if _only_name_in(line) in wanted)


def _only_name_in(line: str) -> str:
    """The name in a line that holds just one of several imported names, or ``""``."""
    match = re.fullmatch(r"\s*(\w+)(?:\s+as\s+\w+)?\s*,?\s*", line)
    return match[1] if match else ""
