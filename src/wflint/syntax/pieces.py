"""Pieces of a module that LibCST reads: the module without its function bodies, and single functions.

A module of thousands of lines of which a workflow uses one helper costs one ``ast`` parse and two
small LibCST parses. Each piece knows how its own offsets map to those of the file.
"""

from __future__ import annotations

import bisect
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import libcst as cst

from wflint.source import Source, UnreadableSource
from wflint.syntax.guard import FunctionSpan, Outline, check_depth
from wflint.syntax.positions import spans
from wflint.syntax.walk import children

_HEADER = "if 1:\n"


@dataclass(slots=True)
class Piece:
    """A parsed part of a module.

    ``shifts`` are pairs (offset in the piece, what to add to it to get the offset in the file),
    sorted.
    """

    module: cst.Module
    text: str
    shifts: list[tuple[int, int]]

    def file_offset(self, offset: int) -> int:
        """The offset in the file of an offset in the piece."""
        at = bisect.bisect_right(self.shifts, (offset, 1 << 60)) - 1
        return offset + (self.shifts[at][1] if at >= 0 else 0)


def read_skeleton(source: Source, outline: Outline) -> Piece:
    """The module with ``...`` for the body of each function and each very long value.

    When the running Python refuses the text, the whole module is read.
    Raises :class:`UnreadableSource` if LibCST refuses the text.
    """
    if outline.refused is not None:
        return Piece(_parse(source, source.text, 0, outline.refused), source.text, [(0, 0)])
    cuts = [(f.body_start, f.body_end) for f in outline.functions] + outline.long_values
    parts: list[str] = []
    shifts: list[tuple[int, int]] = []
    at = length = 0
    for start, end in sorted(cuts):
        shifts.append((length, at - length))
        kept = source.text[at:start]
        parts += (kept, "...")
        length += len(kept) + 3
        at = end
    shifts.append((length, at - length))
    parts.append(source.text[at:])
    text = "".join(parts)
    return Piece(_parse(source, text, 0), text, shifts)


def read_function(source: Source, span: FunctionSpan) -> Piece:
    """One function or method with its body, decorators included."""
    if span.node is not None:
        check_depth(span.node)
    # A block of its own keeps the indentation as it is, so that strings over lines stay untouched.
    indented = source.text[span.start : span.start + 1] in (" ", "\t")
    header = _HEADER if indented else ""
    text = header + source.text[span.start : span.end] + "\n"
    shift = span.start - len(header)
    return Piece(_parse(source, text, shift), text, [(0, shift)])


def function_node(piece: Piece) -> cst.FunctionDef | None:
    """The function definition that :func:`read_function` parsed."""
    body = piece.module.body
    node: cst.CSTNode | None = body[0] if body else None
    if isinstance(node, cst.If):
        inner = node.body.body
        node = inner[0] if inner else None
    return node if isinstance(node, cst.FunctionDef) else None


@contextmanager
def _quick_parse() -> Iterator[None]:
    """Skip what LibCST does for trees made by hand, and the collector while nodes pile up.

    Each node checks itself in Python when it is made, although the parser makes none that is wrong;
    and a tree is a hundred thousand new objects of which none is garbage. Together that is a
    quarter of the time of a parse.
    """
    collecting = gc.isenabled()
    validate = cst.CSTNode.__post_init__
    gc.disable()
    cst.CSTNode.__post_init__ = _no_validation  # type: ignore[method-assign]
    try:
        yield
    finally:
        cst.CSTNode.__post_init__ = validate  # type: ignore[method-assign]
        if collecting:
            gc.enable()


def _no_validation(node: cst.CSTNode) -> None:
    pass


def _parse(
    source: Source, text: str, shift: int, refused: UnreadableSource | None = None
) -> cst.Module:
    try:
        with _quick_parse():
            return cst.parse_module(text)
    except cst.ParserSyntaxError:
        if refused is not None:  # Python's own words are clearer than LibCST's
            raise refused from None
        # Python accepts it, LibCST does not: thousands of adjoining strings, for instance.
        row = source.location(max(0, shift)).row
        raise UnreadableSource("the code is too long or too deep to be analysed", row) from None
    except (RecursionError, MemoryError, UnicodeError, SyntaxError) as error:
        raise UnreadableSource(str(error) or "the code cannot be parsed") from None


def outline_of_tree(piece: Piece) -> Outline:
    """The outline of a module that only LibCST could read, from its tree."""
    functions: list[cst.FunctionDef] = []
    pending: list[cst.CSTNode] = [piece.module]
    leaves = (cst.Lambda, cst.Match)
    while pending:
        node = pending.pop()
        if isinstance(node, cst.FunctionDef):
            functions.append(node)
        elif not isinstance(node, leaves):
            pending.extend(reversed(children(node)))
    found = spans(piece.module, functions)
    starts = [text_start(piece.text, found[id(f)][0]) for f in functions]
    ends = [found[id(f)][1] for f in functions]
    return Outline(None, [FunctionSpan(*p, *p, None) for p in zip(starts, ends, strict=True)])


def text_start(text: str, offset: int) -> int:
    """The start of the line of an offset when only white space stands before it."""
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    return start if not text[start:offset].strip() else offset
