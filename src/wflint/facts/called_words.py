"""The words in the names of what a module calls when it is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from wflint.facts.model import Binding, BindingKind
from wflint.syntax.inner_nodes import all_nodes


class CalledWords:
    """Collects them statement by statement."""

    def __init__(self) -> None:
        self._words: set[str] = set()

    def note(self, node: ast.stmt) -> None:
        """Note what a statement calls; of a compound one, what its header does."""
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr)):
            if not isinstance(node.value, ast.Constant):
                self._note_calls(node)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._note_header(node)
        elif isinstance(node, (ast.With, ast.For, ast.While, ast.If)):
            for part in (getattr(node, "test", None), getattr(node, "iter", None)):
                if part is not None:
                    self._note_calls(part)
            for item in getattr(node, "items", ()):
                self._note_calls(item)

    def sorted(self, bindings: Mapping[str, Iterable[Binding]]) -> tuple[str, ...]:
        """Return the words, with those of the imports that the called names come from."""
        words = set(self._words)
        for name in self._words:
            for binding in bindings.get(name, ()):
                if binding.what is BindingKind.IMPORT:
                    words.update(binding.target.split("."))
        return tuple(sorted(words))

    def _note_calls(self, node: ast.AST) -> None:
        for inner in all_nodes(node):
            if isinstance(inner, ast.Call):
                callee = inner.func
                while isinstance(callee, ast.Attribute):
                    self._words.add(callee.attr)
                    callee = callee.value
                if isinstance(callee, ast.Name):
                    self._words.add(callee.id)

    def _note_header(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        """Decorators are called, and default values and the like are evaluated."""
        evaluated: list[ast.expr | None] = [*node.decorator_list]
        if isinstance(node, ast.ClassDef):
            evaluated += [keyword.value for keyword in node.keywords]
        else:
            evaluated += [*node.args.defaults, *node.args.kw_defaults]
        for part in evaluated:
            if isinstance(part, ast.AST):
                self._note_calls(part)
        self._words.update(n.id for n in node.decorator_list if isinstance(n, ast.Name))
