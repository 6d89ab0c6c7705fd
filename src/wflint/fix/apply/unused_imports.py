"""Imports that fixes have made unused, and how to take them out.

Only imports of the standard library are taken out, because others may have effects of their own.
A name that the file may still need stays, also in an annotation in quotes, a type comment or
``__all__``, and so does one that another module may take from this one. So does an import with a
comment (``noqa``, say), one in ``if``, and one in ``try`` outside of functions or with an
``except ImportError``. A group of imports that gets empty takes its blank lines along.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterable, Iterator

from wflint.facts.imports import catches_missing
from wflint.files.source import Source, UnreadableSource, decode
from wflint.fix.apply.blank_lines import without_lines
from wflint.fix.apply.splice import Span, splice
from wflint.fix.apply.taken_names import taken_from
from wflint.standard_library import STANDARD_MODULES
from wflint.syntax.guard import Function, NewerSyntax, parse
from wflint.syntax.validity import is_python

Import = ast.Import | ast.ImportFrom

_SEES_ALL = frozenset({"eval", "exec", "globals", "locals", "vars"})
"""Functions by which code may use names that it does not write."""


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
        used, needed = _used_names(old, parse(old)), _used_names(new, tree)
        unused = set(_imported_names(tree)) & used - needed
        if not unused or _sees_all(tree):
            return after
        unused -= taken_from(path, unused, others())
        cleaned = splice(after, sorted(_removals(tree, new, unused)))
    except (UnreadableSource, NewerSyntax):
        return after
    return cleaned if is_python(cleaned) else after


def _imports(tree: ast.Module) -> Iterator[tuple[Import, list[ast.stmt]]]:
    """The imports that may be taken out, each with its block."""
    for block in _blocks(tree):
        for node in block:
            if isinstance(node, (ast.Import, ast.ImportFrom)) and _is_standard(node):
                yield node, block


def _blocks(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """The module, functions, and blocks in them that always run, at least up to a point."""
    yield tree.body
    yield from (node.body for node in tree.body if isinstance(node, ast.With))
    pending = [n.body for n in ast.walk(tree) if isinstance(n, Function)]
    while pending:
        block = pending.pop()
        yield block
        for node in block:
            is_attempt = isinstance(node, ast.Try) and catches_missing(node)
            if isinstance(node, (ast.With, ast.AsyncWith, ast.Try)) and not is_attempt:
                pending.append(node.body)


def _sees_all(tree: ast.Module) -> bool:
    """True if code calls one of those functions, or hands it on."""
    called: set[str] = set()
    read: set[str] = set()
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            called.add(node.func.id)
        elif isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
    return not _SEES_ALL.isdisjoint(called | (read - bound))


def _is_standard(node: Import) -> bool:
    if isinstance(node, ast.ImportFrom):
        root = (node.module or "").partition(".")[0]
        return node.level == 0 and root in STANDARD_MODULES and root != "__future__"
    return all(alias.name.partition(".")[0] in STANDARD_MODULES for alias in node.names)


def _imported_names(tree: ast.Module) -> Iterator[str]:
    for node, _ in _imports(tree):
        yield from (_bound(alias) for alias in node.names if not _is_meant_for_others(alias))


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _is_meant_for_others(alias: ast.alias) -> bool:
    """``import a as a`` and ``from a import b as b`` say that others may take the name."""
    return alias.name == "*" or alias.asname == alias.name


def _used_names(source: Source, tree: ast.Module) -> set[str]:
    """The names that a module reads: in code, and in strings and comments that hold code."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Global):
            found.update(node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= _names_in_text(node.value)
        elif isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            found |= _names_in_all(node)
    for comment in re.findall(r"#\s*type:\s*([^\r\n]*)", source.text):
        found.update(re.findall(r"\w+", comment))
    return found


def _names_in_text(text: str) -> set[str]:
    """The names in a string that is an expression, as annotations are, or that has a doctest."""
    found = {
        word for line in re.findall(r">>>(.*)", text) for word in re.findall(r"[^\W\d]\w*", line)
    }
    try:
        expression = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return found
    return found | {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}


def _names_in_all(node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> set[str]:
    """The words in what is given to ``__all__``, such as ``"a b".split()``."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if node.value is None or not any(getattr(t, "id", "") == "__all__" for t in targets):
        return set()
    return set(re.findall(r"\w+", ast.unparse(node.value)))


def _removals(tree: ast.Module, source: Source, unused: set[str]) -> Iterator[Span]:
    gone: dict[int, int] = {}
    rows: set[int] = set()
    for node, block in _imports(tree):
        dropped = [_bound(a) in unused and not _is_meant_for_others(a) for a in node.names]
        if not any(dropped) or _has_comment_or_company(node, block, source):
            continue
        if not all(dropped):
            yield from _out_of_list(node, dropped, source)
        elif len(block) - gone.get(id(block), 0) > 1 or block is tree.body:
            gone[id(block)] = gone.get(id(block), 0) + 1
            rows.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    yield from without_lines(source, rows)


def _has_comment_or_company(node: Import, block: list[ast.stmt], source: Source) -> bool:
    """True if a comment (``noqa``, say) or another statement stands on the lines of an import."""
    rows = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    if any("#" in source.line(row) for row in rows):
        return True
    return any(
        other is not node and (other.lineno in rows or (other.end_lineno or 0) in rows)
        for other in block
    )


def _out_of_list(node: Import, dropped: list[bool], source: Source) -> Iterator[Span]:
    """Take some names out of the list of an import, each with a comma."""
    starts = [source.offset(a.lineno, a.col_offset) for a in node.names]
    ends = [source.offset(a.end_lineno or 0, a.end_col_offset or 0) for a in node.names]
    last = max(index for index, is_dropped in enumerate(dropped) if not is_dropped)
    for index in range(last):
        if dropped[index]:
            yield starts[index], starts[index + 1], ""
    if last + 1 < len(dropped):
        yield ends[last], ends[-1], ""
