"""Evaluation of a module's statements at its import: what they evaluate, and keep it as.

Facts tell what is called; whether a value is kept under a name, and whether an error is caught,
is asked only of the few places that something is wrong with, and read from the source again.
"""

from __future__ import annotations

import ast
import bisect
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from wflint import limits
from wflint.files.source import Source, UnreadableSource
from wflint.latest import Latest
from wflint.project.module import Module
from wflint.project.trees import skeleton_cuts
from wflint.syntax.guard import (
    BLOCKS,
    Function,
    NewerSyntax,
    inner_statements,
    parse_or_empty,
    span,
)
from wflint.syntax.inner_nodes import all_nodes, inner_nodes
from wflint.syntax.parameters import with_defaults
from wflint.syntax.words import dotted_names

_BROAD = frozenset({"BaseException", "Exception"})


class Held(NamedTuple):
    """A value that outlives the import.

    ``names`` are those that it is bound to: in the module, in the class ``owner``, or, for a
    default value, the parameter of ``function``. ``start`` and ``end`` are the offsets of the
    statement, or of the default value; ``reads`` are the dotted names that it is made from.
    """

    names: tuple[str, ...]
    start: int
    end: int
    owner: str = ""
    function: str = ""
    reads: frozenset[str] = frozenset()


def latest_trees() -> Latest[Source, ast.Module]:
    """Keep the ``ast`` of the modules that were asked about last."""
    return Latest(lambda: limits.KEPT_MODULE_TREES)


class ModuleValues:
    """The values of one module. A module that only LibCST can read has none."""

    def __init__(self, module: Module, trees: Latest[Source, ast.Module]) -> None:
        self._module = module
        self._trees = trees
        self.held = read_held(module)
        self._starts = [held.start for held in self.held]
        self._returned: dict[int, frozenset[str]] = {}  # by the line of the function

    @property
    def source(self) -> Source:
        """The text of the module."""
        return self._module.source

    @property
    def tree(self) -> ast.Module:
        """The module; asked for only where something is asked about single places."""
        return self._trees.get(self.source, lambda: parse_or_empty(self.source))

    def at(self, offset: int) -> Held | None:
        """The value that an expression at ``offset`` becomes part of."""
        number = bisect.bisect_right(self._starts, offset) - 1  # none is part of another one
        held = self.held[number] if number >= 0 else None
        return held if held is not None and held.end > offset else None

    @cached_property
    def defaults(self) -> dict[str, list[Held]]:
        """The default values of parameters that are made from names, by function."""
        found: dict[str, list[Held]] = {}
        for held in self.held:
            if held.function and held.reads:
                found.setdefault(held.function, []).append(held)
        return found

    @cached_property
    def _read_by(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for held in self.held:
            for name in held.names if not held.owner and not held.function else ():
                found.setdefault(name, set()).update(held.reads)
        return {name: frozenset(reads) for name, reads in found.items()}

    def read_by(self, name: str) -> frozenset[str]:
        """The names that the value of a module-level name is made from."""
        return self._read_by.get(name, frozenset())

    def ingredients(self, held: Held) -> frozenset[str]:
        """The names that a value is made from, and those that these are made from."""
        found = set(held.reads)
        pending = list(found)
        while pending:
            new = self.read_by(_first(pending.pop())) - found
            found |= new
            pending += sorted(new)
        return frozenset(found)

    def is_certain(self, offset: int) -> bool:
        """True if the code at ``offset`` surely runs with its function, and nothing catches errors.

        A condition around it, or one before it that may leave, makes it uncertain.
        """
        return self.runs_always(offset, _BROAD)

    def runs_always(self, offset: int, errors: frozenset[str]) -> bool:
        """True if the code at ``offset`` surely runs with its function, and none catches errors.

        ``errors`` are the names of those that must not be caught.
        """
        question = f"certain {offset} {' '.join(sorted(errors))}"
        return self._module.notes.answer(question, bool, lambda: self._is_certain(offset, errors))

    def _is_certain(self, offset: int, errors: frozenset[str]) -> bool:
        certain = True
        body: list[ast.stmt] = self.tree.body
        while True:
            node = self._around(body, offset)
            if node is None:
                return certain
            certain = certain and not any(_may_leave(n) for n in body[: body.index(node)])
            inner: list[ast.stmt] = getattr(node, "body", [])
            inside = self._around(inner, offset) is not None
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                certain = certain or inside
            elif inside:
                certain = certain and not _is_conditional(node, errors)
            else:
                inner = inner_statements(node)
                if self._around(inner, offset) is None:
                    return certain and not self._is_optional(node, offset)
                certain = False
            body = inner

    def is_returned(self, offset: int) -> bool:
        """True if what stands at ``offset`` in a function becomes part of what that returns."""
        question = f"returned {offset}"
        return self._module.notes.answer(question, bool, lambda: self._is_returned(offset))

    def _is_returned(self, offset: int) -> bool:
        body: list[ast.stmt] = self.tree.body
        returned: frozenset[str] = frozenset()
        while True:
            node = self._around(body, offset)
            if isinstance(node, ast.Return):
                return True
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
                return not returned.isdisjoint(_bound(node))
            if node is None:
                return False
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                returned = self._names_returned(node)
            body = inner_statements(node) or getattr(node, "body", [])

    def _names_returned(self, function: ast.stmt) -> frozenset[str]:
        """The variables that what a function returns is made from."""
        known = self._returned.get(function.lineno)
        if known is None:
            values = [n.value for n in all_nodes(function) if isinstance(n, ast.Return)]
            names = {_first(read) for value in values if value for read in dotted_names([value])}
            known = self._returned[function.lineno] = frozenset(names)
        return known

    def _is_optional(self, node: ast.stmt, offset: int) -> bool:
        """True if a simple statement may be carried out without the expression at ``offset``."""
        for part in all_nodes(node):
            match part:
                case ast.IfExp():
                    rest = [part.body, part.orelse]
                case ast.BoolOp():
                    rest = part.values[1:]
                case ast.Lambda():
                    rest = [part.body]
                case ast.comprehension():
                    rest = part.ifs
                case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                    rest = [] if _is_filled(part.generators[0].iter) else [part.elt]
                case ast.DictComp():
                    filled = _is_filled(part.generators[0].iter)
                    rest = [] if filled else [part.key, part.value]
                case _:
                    continue
            if any(start <= offset < end for start, end in (span(self.source, n) for n in rest)):
                return True
        return False

    def _around(self, body: list[ast.stmt], offset: int) -> ast.stmt | None:
        """The statement of a block that ``offset`` is in."""
        row = self.source.location(offset).row
        for node in body:
            if row > (node.end_lineno or row):
                continue
            start, end = span(self.source, node)
            if start <= offset < end:
                return node
            if node.lineno > row and start > offset:
                return None
        return None


def read_held(module: Module) -> list[Held]:
    """Return the values in the skeleton of a module, in the order of their places."""
    return module.notes.answer("held", list[Held], lambda: _find_held(module))


def _find_held(module: Module) -> list[Held]:
    from wflint.syntax.pieces import shifted, skeleton_text  # loads LibCST

    try:
        cuts = skeleton_cuts(module)
    except (NewerSyntax, UnreadableSource):
        return []
    text, shifts = skeleton_text(module.source, cuts)
    skeleton = Source(text)
    found = [
        held._replace(start=shifted(shifts, held.start), end=shifted(shifts, held.end))
        for held in _held(skeleton, parse_or_empty(skeleton))
    ]
    return sorted(found, key=lambda held: held.start)


def _held(source: Source, tree: ast.Module) -> Iterator[Held]:
    pending: list[tuple[ast.stmt, str]] = [(node, "") for node in tree.body]
    while pending:
        node, owner = pending.pop()
        if isinstance(node, Function):
            yield from _defaults(source, node, _below(owner, node.name))
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            names = tuple(_bound(node))
            if names and node.value is not None:
                yield Held(names, *span(source, node), owner, reads=dotted_names([node.value]))
        elif isinstance(node, BLOCKS):
            inside = _below(owner, node.name) if isinstance(node, ast.ClassDef) else owner
            pending.extend((inner, inside) for inner in inner_statements(node))


def _defaults(source: Source, node: Function, qualname: str) -> Iterator[Held]:
    for arg, default in with_defaults(node.args):
        where = span(source, default)
        yield Held((arg.arg,), *where, function=qualname, reads=dotted_names([default]))


def _bound(node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        parts = target.elts if isinstance(target, (ast.List, ast.Tuple)) else [target]
        for part in parts:
            inner = part.value if isinstance(part, ast.Starred) else part
            if isinstance(inner, ast.Name):
                yield inner.id


def _first(name: str) -> str:
    return name.partition(".")[0]


def _below(owner: str, name: str) -> str:
    return f"{owner}.{name}" if owner else name


def _is_conditional(node: ast.stmt, errors: frozenset[str]) -> bool:
    """True if the body of a compound statement may be left out, or some errors are caught."""
    if isinstance(node, (ast.If, ast.While, ast.Match)):
        return True
    if isinstance(node, ast.For):
        return not _is_filled(node.iter)
    if isinstance(node, ast.With):
        return bool(errors) and any(
            "suppress" in ast.dump(item.context_expr) for item in node.items
        )
    return any(_catches(handler, errors) for handler in getattr(node, "handlers", ()))


def _is_filled(node: ast.expr) -> bool:
    """True if a loop over an expression surely has a first round."""
    match node:
        case ast.List() | ast.Tuple() | ast.Set():
            return bool(node.elts)
        case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int(count))]):
            return count > 0
    return False


def _may_leave(node: ast.stmt) -> bool:
    """True if a statement may end its function, or the loop that it is in."""
    pending: list[ast.AST] = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, (ast.Return, ast.Raise, ast.Break, ast.Continue)):
            return True
        if not isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.expr)):
            pending.extend(inner_nodes(part))
    return False


def _catches(handler: ast.ExceptHandler, errors: frozenset[str]) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    is_bare = bool(errors) and None in kinds
    return is_bare or any(getattr(kind, "id", "") in errors for kind in kinds)
