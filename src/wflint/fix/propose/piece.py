"""A function with the place of each of its nodes in the file."""

from __future__ import annotations

from functools import cached_property

import libcst as cst

from wflint.facts.bodies import BodyReader
from wflint.facts.context import Context
from wflint.files.source import Source
from wflint.syntax.positions import all_spans
from wflint.syntax.walk import walk


class PieceText:
    """The text of one outermost function, or of a module's own code, node by node."""

    def __init__(self, reader: BodyReader, source: Source) -> None:
        assert reader.piece is not None
        self.reader = reader
        self.source = source
        self.piece = reader.piece
        self._spans = all_spans(reader.piece.module)
        self._methods: dict[int, list[cst.FunctionDef]] = {}
        self._by_name: dict[int, dict[str, cst.FunctionDef]] = {}
        self._whole: dict[int, tuple[int, int]] | None = None

    @cached_property
    def context(self) -> Context:
        """The context that visitors are shown with the nodes, which is set to one at a time."""
        return Context(self.reader)

    @cached_property
    def functions(self) -> list[tuple[int, int]]:
        """The offsets in the file and the sites of all definitions of functions, in order."""
        entries = enumerate(self.reader.walker.entries)
        found = ((site, e.node) for site, e in entries if isinstance(e.node, cst.FunctionDef))
        return sorted((self.span(node)[0], site) for site, node in found)

    @cached_property
    def rebound(self) -> frozenset[str]:
        """The names that a `del`, `global` or `nonlocal` statement of the function mentions."""
        found: set[str] = set()
        for entry in self.reader.walker.entries:
            match entry.node:
                case cst.Del():
                    found.update(n.value for n in walk(entry.node) if isinstance(n, cst.Name))
                case cst.Global(names=items) | cst.Nonlocal(names=items):
                    found.update(item.name.value for item in items)
        return frozenset(found)

    def methods_of(self, cls: cst.ClassDef) -> list[cst.FunctionDef]:
        """The methods that a class in it defines itself."""
        if id(cls) not in self._methods:
            found = [node for node in cls.body.body if isinstance(node, cst.FunctionDef)]
            self._methods[id(cls)] = found
        return self._methods[id(cls)]

    def methods_by_name(self, cls: cst.ClassDef) -> dict[str, cst.FunctionDef]:
        """The same by their names: of equal ones the first."""
        if id(cls) not in self._by_name:
            found = reversed(self.methods_of(cls))
            self._by_name[id(cls)] = {node.name.value: node for node in found}
        return self._by_name[id(cls)]

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """The offsets of a node in the file, without parentheses and white space around it."""
        start, end = self._spans[id(node)]
        return self.piece.file_offset(start), self.piece.file_offset(end)

    def text(self, node: cst.CSTNode) -> str:
        """The source of a node, byte for byte as it stands in the file."""
        start, end = self.span(node)
        return self.source.text[start:end]

    def whole(self, node: cst.CSTNode) -> str:
        """The source of an expression together with the parentheses around it."""
        if self._whole is None:
            self._whole = all_spans(self.piece.module, with_parentheses=True)
        start, end = self._whole[id(node)]
        return self.source.text[self.piece.file_offset(start) : self.piece.file_offset(end)]
