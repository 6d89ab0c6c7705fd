"""The pieces of a module that LibCST reads: single functions, expressions, the module without them.

A module of thousands of lines of which a workflow uses one helper costs one ``ast`` parse and one
small LibCST parse. Each piece knows how its own offsets map to those of the file.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import libcst as cst

from wflint.files.source import TOO_DEEP, Source, UnreadableSource
from wflint.syntax.light.module import light_tree
from wflint.syntax.light.tree import LightTree, Unsure
from wflint.syntax.parser import UNREADABLE, quickly
from wflint.syntax.patterns import has_deep_patterns
from wflint.syntax.standalone import standalone

_TOO_LONG = "the code is too long or too deep to be analysed"


@dataclass(slots=True)
class Piece:
    """A parsed part of a module.

    ``shifts`` are pairs (offset in the piece, what to add to it to get the offset in the file),
    sorted. ``light`` is set if it is read for its meaning only, see :mod:`wflint.syntax.light`.
    """

    module: cst.Module
    text: str
    shifts: list[tuple[int, int]]
    light: LightTree | None = None

    def file_offset(self, offset: int) -> int:
        """The offset in the file of an offset in the piece."""
        return shifted(self.shifts, offset)

    def code(self, node: cst.CSTNode) -> str:
        """The text of an expression."""
        text = self.light.code(node) if self.light is not None else None
        return text if text is not None else self.module.code_for_node(node)


def shifted(shifts: list[tuple[int, int]], offset: int) -> int:
    """The offset in the file of an offset in a piece."""
    at = bisect.bisect_right(shifts, (offset, 1 << 60)) - 1
    return offset + (shifts[at][1] if at >= 0 else 0)


def read_function(source: Source, start: int, end: int, *, light: bool = False) -> Piece:
    """The function between two offsets, decorators included. It must not be nested too deeply."""
    text, header = standalone(source.text[start:end])
    shift = start - len(header)
    return _piece(source, text, start, [(0, shift)], light)


def read_lambda(source: Source, start: int, end: int, *, light: bool = False) -> Piece:
    """The lambda between two offsets. It must not be nested too deeply."""
    text = f"({source.text[start:end]})\n"  # it may go over several lines
    return _piece(source, text, start, [(0, start - 1)], light)


def function_node(piece: Piece) -> cst.FunctionDef | cst.Lambda | None:
    """Return what :func:`read_function` or :func:`read_lambda` parsed."""
    body = piece.module.body
    node: cst.CSTNode | None = body[0] if body else None
    if isinstance(node, cst.If):
        inner = node.body.body
        node = inner[0] if inner else None
    elif isinstance(node, cst.SimpleStatementLine) and isinstance(node.body[0], cst.Expr):
        node = node.body[0].value
    return node if isinstance(node, (cst.FunctionDef, cst.Lambda)) else None


def read_skeleton(source: Source, cuts: Sequence[tuple[int, int]], *, light: bool = False) -> Piece:
    """The module with ``...`` for what :func:`wflint.syntax.cuts.skeleton_cuts` gives."""
    text, shifts = skeleton_text(source, cuts)
    return _piece(source, text, 0, shifts, light)


def skeleton_text(
    source: Source, cuts: Sequence[tuple[int, int]]
) -> tuple[str, list[tuple[int, int]]]:
    """Return the text of the skeleton, and its shifts: see :class:`Piece`."""
    parts: list[str] = []
    shifts: list[tuple[int, int]] = []
    at = length = 0
    for start, end in cuts:
        shifts.append((length, at - length))
        kept = source.text[at:start]
        parts += (kept, "...")
        length += len(kept) + 3
        at = end
    shifts.append((length, at - length))
    parts.append(source.text[at:])
    return "".join(parts), shifts


def read_whole(source: Source, refused: UnreadableSource) -> Piece:
    """A whole module whose syntax is newer than the running Python's.

    Raises ``refused`` if LibCST does not know it either.
    """
    return Piece(_parse(source, source.text, 0, refused), source.text, [(0, 0)])


def _piece(
    source: Source, text: str, start: int, shifts: list[tuple[int, int]], light: bool
) -> Piece:
    """Read a text that stands at an offset of a source."""
    if has_deep_patterns(text):
        raise UnreadableSource(TOO_DEEP, source.location(start).row)
    if light:
        with suppress(Unsure):
            tree = light_tree(text)
            return Piece(tree.module, text, shifts, tree)
    return Piece(_parse(source, text, start), text, shifts)


def _parse(
    source: Source, text: str, start: int, refused: UnreadableSource | None = None
) -> cst.Module:
    if has_deep_patterns(text):
        raise UnreadableSource(TOO_DEEP, source.location(start).row)
    try:
        return quickly(cst.parse_module, text)
    except cst.ParserSyntaxError:
        if refused is not None:  # Python's own words are clearer than LibCST's
            raise refused from None
        # Python accepts it, LibCST does not: thousands of adjoining strings, for instance.
        raise UnreadableSource(_TOO_LONG, source.location(start).row) from None
    except UNREADABLE as error:
        row = source.location(start).row
        raise UnreadableSource(str(error) or _TOO_LONG, row) from None
