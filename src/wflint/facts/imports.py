"""Import statements: what they bind, what they import, and when they happen in a module."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from wflint.facts.model import ImportFact, ModuleFacts
from wflint.facts.relative import absolute_base
from wflint.syntax.guard import BLOCKS, inner_statements
from wflint.syntax.inner_nodes import all_nodes
from wflint.syntax.unparsed import unparsed
from wflint.syntax.words import last_word

_PASSES_THROUGH = ("passed_through", "passthrough", "pass_through", "import_functions")
"""Parts of the names of context managers: that of the SDK, and what wrappers of it are called.

The last is that of `restack_ai`.
"""


MISSING = frozenset({"ImportError", "ModuleNotFoundError"})
ALL = frozenset({"BaseException", "Exception"})
"""Classes of what a handler gets when an import fails, and of what gets everything."""


class ImportStatement(NamedTuple):
    """An import statement as it is written.

    ``names`` are pairs of a name and what it is imported as, or ``""``. For ``from <level dots>base
    import names``, ``base`` is what stands behind the dots; for ``import names`` it is ``None``.
    """

    names: tuple[tuple[str, str], ...]
    base: str | None = None
    level: int = 0

    def bound(self, module: ModuleFacts) -> Iterator[tuple[str, str]]:
        """Return pairs of a name that is bound and the absolute dotted name that it stands for."""
        if self.base is None:
            for name, alias in self.names:
                top = name.partition(".")[0]
                yield (alias, name) if alias else (top, top)
            return
        base = absolute_base(self.base, self.level, module)
        for name, alias in self.names if base is not None else ():
            if name != "*":
                yield alias or name, f"{base}.{name}" if base else name

    def star(self, module: ModuleFacts) -> str | None:
        """Return the module of which all names are imported."""
        if self.base is None or self.names[0][0] != "*":
            return None
        return absolute_base(self.base, self.level, module)

    def imported(self, module: ModuleFacts) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Return the absolute names of the modules that are imported, with what is taken of each.

        From ``from . import name`` where that is not inside a package, ``name`` is a module.
        """
        base = "" if self.base is None else absolute_base(self.base, self.level, module)
        names = tuple(name for name, _ in self.names)
        if base:
            yield base, names
        elif base is not None:
            for name in names:
                yield name, ()


def written_import(node: ast.Import | ast.ImportFrom) -> ImportStatement:
    """Return an import statement."""
    names = tuple((alias.name, alias.asname or "") for alias in node.names)
    if isinstance(node, ast.Import):
        return ImportStatement(names)
    return ImportStatement(names, node.module or "", node.level)


class _Place(NamedTuple):
    """The place of a statement; see :class:`ImportFact`."""

    passed_through: bool = False
    typed: bool = False
    fallback: bool = False
    guarded: bool = False

    def fact(self, module: str, names: tuple[str, ...], offset: int, relative: bool) -> ImportFact:
        """Return a module that is imported there."""
        passed, typed, fallback, guarded = self
        return ImportFact(module, names, passed, typed, fallback, offset, relative, guarded)


def read_imports(
    tree: ast.Module, module: ModuleFacts, line_starts: Sequence[int]
) -> tuple[ImportFact, ...]:
    """The imports that happen when a module is imported, in source order.

    ``line_starts`` are the offsets of the lines; without any, the offsets are 0.
    """
    return tuple(_imports_in(tree.body, module, line_starts))


def late_imports(
    tree: ast.Module, module: ModuleFacts, line_starts: Sequence[int]
) -> list[ImportFact]:
    """Return the imports in functions of a module, which happen when these run."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    blocks = [node.body for node in all_nodes(tree) if isinstance(node, functions)]
    return [fact for block in blocks for fact in _imports_in(block, module, line_starts)]


def _imports_in(
    statements: Sequence[ast.stmt], module: ModuleFacts, line_starts: Sequence[int]
) -> list[ImportFact]:
    found: list[ImportFact] = []
    pending: list[tuple[ast.stmt, _Place]] = [(node, _Place()) for node in reversed(statements)]
    while pending:
        node, place = pending.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            offset = line_starts[node.lineno - 1] if line_starts else 0
            statement = written_import(node)
            for name, names in statement.imported(module):
                found.append(place.fact(name, names, offset, statement.level > 0))
        elif isinstance(node, BLOCKS) and not is_main_block(node):
            inside = place
            if isinstance(node, ast.With) and any(_passes_through(i) for i in node.items):
                inside = place._replace(passed_through=True)
            typed, fallback = typed_branch(node), _except_branches(node)
            guarded = node.body if fallback and isinstance(node, ast.Try) else []
            for inner in reversed(inner_statements(node)):
                is_typed, is_fallback = inner in typed, inner in fallback
                at = inside._replace(
                    typed=inside.typed or is_typed,
                    fallback=inside.fallback or is_fallback,
                    guarded=inside.guarded or inner in guarded,
                )
                pending.append((inner, at))
    return found


def is_main_block(node: ast.stmt) -> bool:
    """True if a statement is ``if __name__ == "__main__":``."""
    match node:
        case ast.If(test=ast.Compare(left=left, ops=[ast.Eq()], comparators=[right])):
            name, text = (right, left) if isinstance(left, ast.Constant) else (left, right)
            match name, text:
                case ast.Name(id="__name__"), ast.Constant(value="__main__"):
                    return True
    return False


def typed_branch(node: ast.stmt) -> list[ast.stmt]:
    """The statements of ``if TYPE_CHECKING:``, or of its ``else`` when that is negated."""
    if not isinstance(node, ast.If):
        return []
    negated = isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not)
    test = node.test.operand if isinstance(node.test, ast.UnaryOp) else node.test
    if last_word(test) != "TYPE_CHECKING":
        return []
    return node.orelse if negated else node.body


def _except_branches(node: ast.stmt) -> list[ast.stmt]:
    handlers = getattr(node, "handlers", ())
    return [inner for handler in handlers for inner in handler.body]


def _passes_through(item: ast.withitem) -> bool:
    name = last_word(item.context_expr)
    return any(part in name for part in _PASSES_THROUGH)


def catches_missing(node: ast.Try) -> bool:
    """True if a `try` is there for an import that fails.

    What catches everything is there for something else where more than an import is tried.
    """
    if all(isinstance(handler.body[-1], ast.Raise) for handler in node.handlers):
        return False
    caught = {name for handler in node.handlers for name in caught_by(handler)}
    is_import = isinstance(node.body[0], (ast.Import, ast.ImportFrom)) and len(node.body) <= 2
    return not caught.isdisjoint(MISSING) or (is_import and not caught.isdisjoint(ALL))


def caught_by(handler: ast.ExceptHandler) -> list[str]:
    """Return the last words of the classes that a handler is for."""
    if handler.type is None:
        return ["BaseException"]
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [unparsed(one).rpartition(".")[2] for one in types]
