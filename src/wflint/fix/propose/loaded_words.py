"""Finds the words that the code of a file loads: names, attributes and what imports name.

They tell which functions may refer to something, without reading what any of them does. What stands
in comments and texts is none of them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from wflint.facts.imports import is_main_block
from wflint.facts.model import FunctionHead
from wflint.files.source import Source, UnreadableSource
from wflint.project.module import Module
from wflint.syntax.guard import BLOCKS, Function, NewerSyntax, inner_statements, parse, span
from wflint.syntax.inner_nodes import all_nodes, inner_nodes

MODULE_LEVEL = -1
"""Stands for the code that runs when the module is imported, in place of a function's number."""

_WORD = re.compile(r"\w+")
_GETATTR = "getattr"
_WITH_WORDS = frozenset({ast.Attribute, ast.Constant, ast.ImportFrom, ast.Name, ast.alias})


class LoadedWords(Struct, array_like=True):
    """The words of a file.

    ``places`` are the outermost functions that load a word, by their number in the facts of the
    module, or :data:`MODULE_LEVEL`. ``main`` are the words of code that runs only in a script.
    """

    places: dict[str, list[int]] = {}
    main: list[str] = []


def loaded_words(module: Module) -> LoadedWords:
    """The words of a module, noted with it."""
    return module.notes.answer("words", LoadedWords, lambda: _find(module))


def _find(module: Module) -> LoadedWords:
    functions = list(module.facts.functions.values())
    try:
        tree = parse(module.source)
    except UnreadableSource:
        return LoadedWords()
    except NewerSyntax:
        return _in_text(module.source.text, functions)
    numbers = {head.start: number for number, head in enumerate(functions)}
    with_texts = _GETATTR in module.source.text and _has_getattr(tree)
    found = _Places(module.source, numbers, with_texts)
    found.read(tree)
    for head in functions:
        found.add_text(head)
    return LoadedWords(found.places, sorted(_in_main(tree)))


def _in_text(text: str, functions: list[FunctionHead]) -> LoadedWords:
    """All words of a text of which nobody knows what is code."""
    places: dict[str, list[int]] = {}
    for number, head in enumerate(functions):
        for word in sorted(set(_WORD.findall(text, head.start, head.end))):
            places.setdefault(word, []).append(number)
    for word in sorted(set(_WORD.findall(text))):
        places.setdefault(word, []).append(MODULE_LEVEL)
    at = text.find("__main__")
    main = set(_WORD.findall(text, at)) if at >= 0 else set()
    return LoadedWords(places, sorted(main))


class _Places:
    """Finds where words are loaded; ``numbers`` are those of the functions by where they start."""

    def __init__(self, source: Source, numbers: dict[int, int], with_texts: bool) -> None:
        self.places: dict[str, list[int]] = {}
        self._source = source
        self._numbers = numbers
        self._with_texts = with_texts
        self._met: set[int] = set()

    def read(self, tree: ast.Module) -> None:
        """Read a module, function by function."""
        at_import: set[str] = set()
        pending: list[ast.AST] = list(reversed(tree.body))
        while pending:
            node = pending.pop()
            if isinstance(node, BLOCKS):
                inner = inner_statements(node)
                inside = {id(statement) for statement in inner}
                pending += reversed(inner)
                at_import.update(self._words([node], inside))
            elif isinstance(node, Function):
                at_import.update(self._words([node], {id(part) for part in node.body}))
                if not self._add(node, span(self._source, node)[0]):
                    at_import.update(self._words([node]))
            else:
                at_import.update(self._words([node]))
                for part in all_nodes(node):
                    if isinstance(part, ast.Lambda):
                        self._add(part, span(self._source, part)[0])
        self._put(at_import, MODULE_LEVEL)

    def add_text(self, head: FunctionHead) -> None:
        """Take all words of the text of a function that was not met."""
        number = self._numbers.get(head.start)
        if number is not None and number not in self._met:
            self._put(set(_WORD.findall(self._source.text, head.start, head.end)), number)

    def _add(self, node: ast.AST, start: int) -> bool:
        number = self._numbers.get(start)
        if number is not None and number not in self._met:
            self._met.add(number)
            self._put(set(self._words([node])), number)
        return number is not None

    def _put(self, words: set[str], number: int) -> None:
        for word in sorted(words):
            self.places.setdefault(word, []).append(number)

    def _words(
        self, nodes: Iterable[ast.AST], without: set[int] | frozenset[int] = frozenset()
    ) -> Iterator[str]:
        pending = list(nodes)
        while pending:
            node = pending.pop()
            if id(node) in without:
                continue
            if type(node) in _WITH_WORDS:
                yield from _own_words(node, self._with_texts)
            pending += inner_nodes(node)


def _own_words(node: ast.AST, with_texts: bool) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Load() | ast.Del()) | ast.Attribute(attr=name):
            yield name
        case ast.alias(name=name, asname=given):
            yield from name.split(".")
            if given is not None:
                yield given
        case ast.ImportFrom(module=str(module)):
            yield from module.split(".")
        case ast.Constant(value=str(text)) if with_texts and text.isidentifier():
            yield text


def _has_getattr(tree: ast.Module) -> bool:
    """True if texts may be names of attributes that are loaded."""
    return any(
        isinstance(node, (ast.Name, ast.Attribute, ast.alias))
        and _GETATTR in _own_words(node, with_texts=False)
        for node in all_nodes(tree)
    )


def _in_main(tree: ast.Module) -> set[str]:
    """The names in the blocks of a module that only run when it is a script."""
    blocks = (node for node in tree.body if is_main_block(node))
    nodes = [node for block in blocks for node in all_nodes(block)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return names | {node.attr for node in nodes if isinstance(node, ast.Attribute)}
