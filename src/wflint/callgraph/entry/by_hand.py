"""Places where a module uses decorators other than by writing them over its own definitions."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from wflint.files.source import UnreadableSource
from wflint.project.module import Module
from wflint.syntax.guard import Function, NewerSyntax, parse
from wflint.syntax.inner_nodes import inner_nodes
from wflint.syntax.words import dotted_name

_DEF = re.compile(r"^[ \t]*(?:async[ \t]+)?def\b", re.MULTILINE)


class ByHand(Struct, array_like=True):
    """The uses in one module.

    ``functions`` are those with such a use, ``in_body`` says that a call stands outside of them.
    """

    functions: list[str] = field(default_factory=list)
    in_body: bool = False


def by_hand(module: Module, spelled: Iterable[str]) -> ByHand:
    """Return the places where a module uses decorators, in any of the spellings ``spelled``."""
    names = sorted(spelled)
    question = f"by hand {' '.join(names)}"
    return (
        module.notes.answer(question, ByHand, lambda: _look(module, names)) if names else ByHand()
    )


def _look(module: Module, names: list[str]) -> ByHand:
    if not any(_is_beside_definitions(module.source.searchable, name) for name in names):
        return ByHand()  # as in nearly all modules; the text tells at less cost than the tree
    try:
        tree = parse(module.source)
    except (NewerSyntax, UnreadableSource):
        return ByHand()
    found, functions = ByHand(), dict[str, None]()
    bodies = _bodies(module)
    begins = [begin for begin, _, _ in bodies]
    for node, in_function in _uses(tree, frozenset(names)):
        at = module.source.offset(node.lineno, node.col_offset)
        number = bisect_right(begins, at) - 1
        if in_function and number >= 0 and at < bodies[number][1]:
            functions[bodies[number][2]] = None
        elif not in_function and isinstance(node, ast.Call):
            found.in_body = True
    found.functions = list(functions)
    return found


def _is_beside_definitions(text: str, name: str) -> bool:
    """True if a name occurs anywhere but behind ``@`` at the margin of a module or class."""
    at = text.find(name)
    while at >= 0:
        line = text[max(text.rfind("\n", at - 100, at) + 1, at - 100, 0) : at]
        if not re.fullmatch(r"(?:    |\t)?@[\w.]*", line):
            return True
        at = text.find(name, at + len(name))
    return False


def _uses(tree: ast.Module, names: frozenset[str]) -> Iterator[tuple[ast.expr, bool]]:
    """The places that use one of ``names``, and whether these are in a function.

    A class in a function is left out: the SDK takes no such class for a workflow.
    """
    pending: list[tuple[ast.AST, bool]] = [(tree, False)]
    while pending:
        node, inside = pending.pop()
        if isinstance(node, ast.ClassDef):
            pending.extend((inner, False) for inner in ([] if inside else node.body))
        elif isinstance(node, Function) and not inside:
            pending.extend((inner, True) for inner in node.body)
        else:
            used = node
            while isinstance(used, ast.Call):
                used = used.func
            if isinstance(node, ast.expr) and dotted_name(used) in names:
                yield node, inside
            pending.extend((inner, inside) for inner in inner_nodes(node))


def _bodies(module: Module) -> list[tuple[int, int, str]]:
    """Return the first and last line of each function of a module, without its own decorators."""
    found = []
    for head in module.facts.functions.values():
        line = _DEF.search(module.source.searchable, head.start, head.end)
        found.append((line.end() if line is not None else head.start, head.end, head.qualname))
    return sorted(found)
