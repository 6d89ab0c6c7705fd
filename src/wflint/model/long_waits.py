"""Tells waits that surely outlast the workflow task, in code that is read with ``ast``."""

from __future__ import annotations

import ast
from functools import cache, cached_property

from wflint.facts.model import BindingKind
from wflint.model.ways_out import called_word
from wflint.project.module import Module
from wflint.temporal.api import CallKind, Gives, sdk_calls
from wflint.temporal.effects import Effect

_OF_WORKFLOWS = "temporalio.workflow."


class LongWaits:
    """Answers for one function of a module."""

    def __init__(self, node: ast.FunctionDef, module: Module) -> None:
        self._node = node
        self._module = module

    def is_long(self, value: ast.expr) -> bool:
        """True if what is awaited takes longer than a workflow task: a command or its handle."""
        if isinstance(value, ast.Name):
            given = self._given.get(value.id, [])
            return bool(given) and all(self._word(one) in _giving_handles() for one in given)
        return self._word(value) in _long_names()

    def _word(self, value: ast.expr | None) -> str:
        """Return the last word of what is called; of a mere name only if the SDK has it."""
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            return self._imported.get(value.func.id, "")
        return called_word(value)

    @cached_property
    def _imported(self) -> dict[str, str]:
        """What the module imports of the functions for workflows, by its own names for them."""
        return {
            name: binding.target.removeprefix(_OF_WORKFLOWS)
            for name, bindings in self._module.facts.bindings.items()
            for binding in bindings
            if binding.what is BindingKind.IMPORT and binding.target.startswith(_OF_WORKFLOWS)
        }

    @cached_property
    def _given(self) -> dict[str, list[ast.expr | None]]:
        """What each local name is given; ``None`` for what is not known."""
        found: dict[str, list[ast.expr | None]] = {}
        plain: set[ast.AST] = set()
        for node in ast.walk(self._node):  # outer nodes come first
            match node:
                case ast.Assign(targets=[ast.Name() as name], value=value):
                    found.setdefault(name.id, []).append(value)
                    plain.add(name)
                case ast.AnnAssign(target=ast.Name() as name, value=value):
                    found.setdefault(name.id, []).append(value)
                    plain.add(name)
                case ast.Name(ctx=ast.Store()) if node not in plain:
                    found.setdefault(node.id, []).append(None)
        return found


@cache
def _long_names() -> frozenset[str]:
    return frozenset(
        name.rpartition(".")[2]
        for name, call in sdk_calls().items()
        if name.startswith(_OF_WORKFLOWS)
        and call.does & Effect.WAITS
        and call.does & Effect.COMMAND
    )


@cache
def _giving_handles() -> frozenset[str]:
    """The names of functions that begin an activity and give its handle."""
    return frozenset(
        name.rpartition(".")[2]
        for name, call in sdk_calls().items()
        if call.gives is Gives.HANDLE and call.kind is CallKind.ACTIVITY
    )
