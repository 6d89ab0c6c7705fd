"""The light tree, and the tools that make all kinds of its nodes."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, cached_property
from types import CodeType, FunctionType
from typing import Any, TypeVar

import libcst as cst

from wflint.files.source import Source


class Unsure(Exception):
    """The ``ast`` of a text does not show what LibCST would make of it."""


_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BEFORE_NAME = re.compile(r"(?:async[ \t]+)?(?:def|class)[ \t]+")
_OTHER_SPAN = (
    *(ast.AsyncFor, ast.AsyncWith, ast.For, ast.If, ast.Match, ast.Try, ast.While, ast.With),
    getattr(ast, "TryStar", ast.Try),
)
"""Nodes whose ends LibCST sees elsewhere: behind the end of a line."""


class LightTree:
    """The light tree of a text. Inner nodes are made before those around them.

    ``nodes`` are those of the ``ast``, the outermost first; ``made`` maps their ``id`` to LibCST's.
    """

    def __init__(self, text: str, nodes: Sequence[ast.AST]) -> None:
        self.nodes = nodes
        self.source = Source(text)
        self.made: dict[int, Any] = {}
        self._text = text
        self._starts = self.source.line_starts
        self._is_ascii = text.isascii()

    @property
    def module(self) -> cst.Module:
        """The module, when all has been made."""
        found = self.made[id(self.nodes[0])]
        assert isinstance(found, cst.Module)
        return found

    @cached_property
    def _origins(self) -> dict[int, ast.AST]:
        """The nodes of the ``ast`` by the ``id`` of LibCST's that were made of them."""
        return {id(self.made[id(node)]): node for node in self.nodes if id(node) in self.made}

    def span(self, made: cst.CSTNode) -> tuple[int, int] | None:
        """The offsets of a node without parentheses around it, as LibCST has them.

        A definition stands where its name does. ``None`` where only LibCST knows.
        """
        if type(made) is cst.Decorator:
            return self._decorator_span(made)
        node = self._origins.get(id(made))
        if isinstance(node, _NAMED):
            return self._name_span(node)
        if not isinstance(node, (ast.expr, ast.stmt)) or isinstance(node, _OTHER_SPAN):
            return None
        start, end = self.start(node), self.end(node)
        if isinstance(node, (ast.GeneratorExp, ast.Tuple)):
            return _inside(self._text[start:end], start, end)
        return start, end

    def _decorator_span(self, made: cst.Decorator) -> tuple[int, int] | None:
        span = self.span(made.decorator)
        if span is None:
            return None
        at = span[0] - 1
        while self._text[at : at + 1] in (" ", "\t"):
            at -= 1
        return (at, span[1]) if self._text[at : at + 1] == "@" else None

    def _name_span(self, node: _Definition) -> tuple[int, int] | None:
        found = _BEFORE_NAME.match(self._text, self.start(node))
        end = found.end() + len(node.name) if found is not None else 0
        if found is None or self._text[found.end() : end] != node.name:
            return None
        return found.end(), end

    def code(self, made: cst.CSTNode) -> str | None:
        """The text of an expression of this tree; ``None`` where that is not known."""
        node = self._origins.get(id(made))
        return self.text(node) if isinstance(node, ast.expr) else None

    def of(self, node: ast.AST) -> Any:
        """LibCST's node for a node of the ``ast``."""
        return self.made[id(node)]

    def maybe(self, node: ast.AST | None) -> Any:
        """LibCST's node for one that may be missing."""
        return None if node is None else self.made[id(node)]

    def all(self, nodes: Sequence[ast.AST]) -> list[Any]:
        """LibCST's nodes for several."""
        made = self.made
        return [made[id(node)] for node in nodes]

    def offset(self, row: int, column: int) -> int:
        """The offset of a 1-based row and a column in UTF-8 bytes."""
        if self._is_ascii:
            return self._starts[row - 1] + column
        return self.source.offset(row, column)

    def start(self, node: ast.expr | ast.stmt | ast.pattern) -> int:
        """The offset at which a node begins."""
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt | ast.pattern) -> int:
        """The offset at which a node ends."""
        return self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def text(self, node: ast.expr | ast.pattern) -> str:
        """The text of an expression, without parentheses around it."""
        return self._text[self.start(node) : self.end(node)]

    def begins_line(self, node: ast.stmt) -> bool:
        """True if a statement is the first one in its line."""
        first = self._starts[node.lineno - 1]
        before = self._text[first : self.start(node)]
        if before and not before.isspace():
            return False
        if first > 1 and self._text[first - 2 : first].rstrip("\r\n").endswith("\\"):
            raise Unsure  # a line that goes on
        return True


def _inside(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The offsets of a tuple or generator without parentheses; ``None`` if white space is there."""
    with suppress(Unsure):
        if not is_in_brackets(text):
            return start, end
        has_space = text[1:2].isspace() or text[-2:-1].isspace() or "#" in text
        return None if has_space else (start + 1, end - 1)
    return None


def is_in_brackets(text: str) -> bool:
    """True if the first bracket of a text is closed by the last one: ``(a)``, but not ``(a), (b)``.

    Raises :class:`Unsure` where that takes more than counting.
    """
    if not text.startswith("(") or not text.endswith(")"):
        return False
    if text.count("(") == text.count(")") == 1:
        return True
    if "'" in text or '"' in text or "#" in text:
        raise Unsure
    depth = 0
    for char in text[:-1]:
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return False
    return True


_Node = TypeVar("_Node", bound=cst.CSTNode)


def maker(kind: type[_Node], *first: str, **given: Any) -> Callable[..., _Node]:
    """A function that makes nodes of a kind; what is only layout is the same for all of them.

    It is called with the values of the fields ``first``, then of the others in their order. It sets
    one after the other, which takes half the time of a constructor of LibCST's: that is one of a
    frozen class, and asks each new node to check itself.
    """
    fields = {field.name: field for field in dataclasses.fields(kind)}
    usual = {name: _usual(field, given) for name, field in fields.items()}
    plain = [name for name in fields if usual[name] is dataclasses.MISSING]
    layout = [n for n, f in fields.items() if f.default_factory is not dataclasses.MISSING]
    names = list(dict.fromkeys((*first, *plain, *(n for n in fields if n not in layout), *layout)))
    known = {f"set_{n}": getattr(kind, name).__set__ for n, name in enumerate(names)}
    defaults = tuple(usual[name] for name in names if name not in plain)
    scope = {"new": object.__new__, "kind": kind, **known}
    return FunctionType(_setting(len(names)), scope, kind.__name__, defaults)


@cache
def _setting(count: int) -> CodeType:
    """Return the code of a function that makes a node of so many fields."""
    values = ", ".join(f"value_{n}" for n in range(count))
    steps = [f"set_{n}(node, value_{n})" for n in range(count)]
    lines = [f"def make({values}):", "node = new(kind)", *steps, "return node"]
    scope: dict[str, FunctionType] = {}
    exec("\n    ".join(lines), scope)
    return scope["make"].__code__


def _usual(field: dataclasses.Field[Any], given: dict[str, Any]) -> Any:
    """What a field holds that is not given to the maker; ``MISSING`` if it must be."""
    if field.name in given:
        return given[field.name]
    made = field.default_factory
    return made() if made is not dataclasses.MISSING else field.default


Name = maker(cst.Name)
_EQUAL = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
Arg = maker(cst.Arg)
KeywordArg = maker(cst.Arg, equal=_EQUAL)
StarredArg = maker(cst.Arg, "value", "star")
Asynchronous = cst.Asynchronous()
AsName = maker(cst.AsName)
