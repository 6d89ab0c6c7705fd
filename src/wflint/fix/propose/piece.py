"""A function with the place of each of its nodes in the file."""

from __future__ import annotations

import libcst as cst

from wflint.facts.bodies import BodyReader
from wflint.files.source import Source
from wflint.syntax.positions import all_spans


class PieceText:
    """The text of one outermost function, or of a module's own code, node by node."""

    def __init__(self, reader: BodyReader, source: Source) -> None:
        assert reader.piece is not None
        self.reader = reader
        self.source = source
        self.piece = reader.piece
        self._spans = all_spans(reader.piece.module)
        self._whole: dict[int, tuple[int, int]] | None = None

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
