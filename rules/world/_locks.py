"""The uses of a lock, and what they become when it is one of asyncio."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wflint.rule import NoFix, TextEdit, Withheld

if TYPE_CHECKING:
    from wflint.rule import FixView, Source

_SAME = frozenset({"locked", "release"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def made_async(at: FixView) -> list[TextEdit]:
    """Return edits that put `async with` and `await` at all uses, in this file, of a lock.

    Raises :class:`Withheld` where one of them cannot wait, or where not all of them are in sight.
    """
    file = _File(at.module_tree(), at.source)
    target = file.target_of(at.span(at.call))
    edits = [file.edit(use) for use in file.others_like(target)]
    return [edit for edit in edits if edit is not None]


class _File:
    """A file as a tree in which one can go up."""

    def __init__(self, tree: ast.Module, source: Source) -> None:
        self.source = source
        self.nodes = list(ast.walk(tree))
        self.up = {id(child): node for node in self.nodes for child in ast.iter_child_nodes(node)}

    def around(self, node: ast.AST) -> list[ast.AST]:
        """The nodes around a node, the nearest first."""
        found: list[ast.AST] = []
        outer = self.up.get(id(node))
        while outer is not None:
            found.append(outer)
            outer = self.up.get(id(outer))
        return found

    def target_of(self, span: tuple[int, int]) -> ast.Name | ast.Attribute:
        """The local name, or the attribute of `self`, that the call at a place is assigned to."""
        for node in self.nodes:
            match node:
                case ast.Assign(
                    value=ast.Call() as call,
                    targets=[ast.Name() | ast.Attribute(value=ast.Name(id="self")) as target],
                ) if self._span(call) == span:
                    return target
        raise NoFix

    def others_like(self, target: ast.Name | ast.Attribute) -> list[ast.Name | ast.Attribute]:
        """The places that read what was assigned to ``target``."""
        name = _name(target)
        whole: ast.AST = self._function(target) if isinstance(target, ast.Name) else self.nodes[0]
        found = []
        for node in self.nodes:
            if isinstance(node, ast.Global) and name in node.names:
                raise Withheld(f"`{name}` is global")
            if not isinstance(node, type(target)) or _name(node) != name or node is target:
                continue
            if whole not in self.around(node):
                continue
            if not isinstance(node.ctx, ast.Load):
                raise Withheld(f"something else is also assigned to `{name}`")
            found.append(node)
        return found

    def _function(self, target: ast.Name) -> ast.AST:
        """The outermost function around a local name."""
        around = [n for n in self.around(target) if isinstance(n, (*_FUNCTIONS, ast.ClassDef))]
        functions = [n for n in around if isinstance(n, _FUNCTIONS)]
        if not functions or around[0] is not functions[0]:
            raise NoFix
        return functions[-1]

    def edit(self, use: ast.Name | ast.Attribute) -> TextEdit | None:
        """Return the edit that makes one use asynchronous; ``None`` if both are the same."""
        shown = ast.unparse(use)
        around = self.around(use)
        start: ast.expr | ast.stmt
        match around:
            case [ast.Attribute(attr=method), ast.Call(), *_] if method in _SAME:
                return None
            case [ast.withitem(optional_vars=None), ast.With(items=[_]) as start, *_]:
                keyword = "async "
            case [
                ast.Attribute(attr="acquire"),
                ast.Call(args=[], keywords=[]) as start,
                ast.Expr(),
                *_,
            ]:
                keyword = "await "
            case _:
                raise Withheld(f"`asyncio.Lock` cannot replace one use of `{shown}`")
        function = next((n for n in around if isinstance(n, _FUNCTIONS)), None)
        if not isinstance(function, ast.AsyncFunctionDef):
            raise Withheld(f"`{shown}` is acquired in a function that is not `async`")
        at, _ = self._span(start)
        return TextEdit(at, at, keyword)

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        return (
            self.source.offset(node.lineno, node.col_offset),
            self.source.offset(node.end_lineno or 0, node.end_col_offset or 0),
        )


def _name(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr
