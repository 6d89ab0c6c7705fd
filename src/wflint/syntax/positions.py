"""Positions in the text, for the few nodes that are asked for.

LibCST nodes know no position; writing the tree out while counting gives them. That costs about
a third of a parse, so it is done only for a piece of code that something is reported in.
"""

from __future__ import annotations

import sys
from collections.abc import Container, Iterable

import libcst as cst
from libcst._nodes.internal import CodegenState

_STATEMENTS = (
    cst.BaseCompoundStatement,
    cst.BaseSuite,
    cst.Else,
    cst.ExceptHandler,
    cst.ExceptStarHandler,
    cst.Finally,
    cst.MatchCase,
    cst.SimpleStatementLine,
)
"""What is written with the line ends and comments behind it."""


class _Counter(CodegenState):
    """Counts the characters that a tree is written with, instead of writing them."""

    offset: int
    last_end: int
    wanted: Container[int]
    with_parentheses: bool
    spans: dict[int, tuple[int, int]]
    starts: dict[int, int]

    def before_codegen(self, node: cst.CSTNode) -> None:
        if id(node) in self.wanted:
            self.starts[id(node)] = self.offset

    def after_codegen(self, node: cst.CSTNode) -> None:
        if id(node) in self.wanted and id(node) not in self.spans:
            self.spans[id(node)] = (self.starts[id(node)], self.offset)

    def record_syntactic_position(  # type: ignore[override]
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> _Syntactic:
        return _Syntactic(self, node, isinstance(node, _STATEMENTS))

    def add_indent_tokens(self) -> None:
        self.offset += sum(map(len, self.indent_tokens))

    def add_token(self, value: str) -> None:
        self.offset += len(value)


class _Syntactic:
    """The span of a node without the white space and parentheses around it.

    A statement ends with the last one of its parts, and not with its line.
    """

    def __init__(self, state: _Counter, node: cst.CSTNode, ends_with_part: bool) -> None:
        self.state = state
        self.node = node
        self.ends_with_part = ends_with_part

    def __enter__(self) -> None:
        self.start = self.state.offset

    def __exit__(self, *_: object) -> None:
        state = self.state
        if not self.ends_with_part:
            state.last_end = state.offset
        if id(self.node) in state.wanted and not state.with_parentheses:
            state.spans[id(self.node)] = (self.start, state.last_end)


class _Everything:
    """The ids of all nodes."""

    def __contains__(self, _: object) -> bool:
        return True


def spans(module: cst.Module, nodes: Iterable[cst.CSTNode]) -> dict[int, tuple[int, int]]:
    """The offsets (start, end) of ``nodes`` in the text of ``module``, by ``id(node)``."""
    return _spans(module, {id(node) for node in nodes})


def all_spans(module: cst.Module, with_parentheses: bool = False) -> dict[int, tuple[int, int]]:
    """The offsets (start, end) of all nodes of ``module``, by ``id(node)``.

    ``with_parentheses`` counts those around an expression as a part of it.
    """
    return _spans(module, _Everything(), with_parentheses)


def _spans(
    module: cst.Module, wanted: Container[int], with_parentheses: bool = False
) -> dict[int, tuple[int, int]]:
    state = _Counter(default_indent=module.default_indent, default_newline=module.default_newline)
    state.offset, state.last_end, state.spans, state.starts = 0, 0, {}, {}
    state.wanted, state.with_parentheses = wanted, with_parentheses
    limit = sys.getrecursionlimit()
    # LibCST writes trees recursively, a few frames a level; MAX_DEPTH bounds the levels.
    sys.setrecursionlimit(max(limit, 20_000))
    try:
        module._codegen(state)
    finally:
        sys.setrecursionlimit(limit)
    return state.spans
