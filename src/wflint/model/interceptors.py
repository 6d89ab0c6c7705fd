"""The interceptors of a program: what they may change of what passes through them.

An outbound interceptor sees each command before it is given, and an inbound one each call of an
activity, run method or handler. Either may fill in options, change the arguments, or make another
error of one. An interceptor counts for a workflow unless no process loads both.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from wflint.facts.ids import Cls
from wflint.inference.resolver import Resolver
from wflint.model.loaded_together import LoadedTogether
from wflint.model.steps import function_node
from wflint.project.module import Module
from wflint.syntax.guard import parse_or_empty
from wflint.syntax.inner_nodes import all_nodes
from wflint.temporal.api import CallKind
from wflint.temporal.regions import Region

_RUN, _START = "execute_workflow", "start_workflow"
_METHODS: dict[CallKind, tuple[str, ...]] = {
    CallKind.ACTIVITY: ("execute_activity", "start_activity"),
    CallKind.CHILD_WORKFLOW: (_RUN, "start_child_workflow"),
    CallKind.CONTINUE_AS_NEW: (_RUN, "continue_as_new"),
    CallKind.LOCAL_ACTIVITY: ("execute_activity", "start_local_activity"),
    CallKind.NEXUS_OPERATION: ("start_nexus_operation",),
    CallKind.QUERY: ("handle_query", "query_workflow"),
    CallKind.SIGNAL: (
        *("handle_signal", "signal_child_workflow"),
        *("signal_external_workflow", "signal_workflow"),
    ),
    CallKind.SIGNAL_WITH_START: (_RUN, _START, "handle_signal"),
    CallKind.UPDATE: (
        *("handle_update_handler", "handle_update_validator"),
        *("start_update_with_start_workflow", "start_workflow_update"),
    ),
    CallKind.WORKFLOW: (_RUN, _START, "start_update_with_start_workflow"),
}
"""The methods of interceptors that what is asked for passes through, from both sides."""

_OF_REGIONS = {
    Region.RUN: _RUN,
    Region.SIGNAL: "handle_signal",
    Region.UPDATE: "handle_update_handler",
}
_ALL = frozenset({*(name for names in _METHODS.values() for name in names), *_OF_REGIONS.values()})
_MAY_HAVE = re.compile(rf"\bdef (?:{'|'.join(sorted(_ALL))})\b")
_SET_BY_NAME = "setattr"


class _Method(NamedTuple):
    name: str
    path: str
    node: ast.FunctionDef


class Interceptors:
    """Answers for one program; ``named`` gives its files that name Temporal."""

    def __init__(self, resolver: Resolver, named: Callable[[], Iterable[str]]) -> None:
        self._resolver = resolver
        self._store = resolver.store
        self._named = named
        self._loaded = LoadedTogether(resolver, named)
        self._setting: dict[tuple[CallKind, str], frozenset[str]] = {}

    def may_set(self, kind: CallKind, option: str, workflow: str) -> bool:
        """True if one may give an option of some calls a value, or another one.

        ``workflow`` is the file of the workflow that makes the calls, or of whoever else does.
        """
        key = kind, option
        if key not in self._setting:
            methods = (m for m in self._methods if m.name in _METHODS.get(kind, ()))
            self._setting[key] = frozenset(m.path for m in methods if self._sets(m, option))
        return any(self._loaded.may_meet(workflow, path) for path in self._setting[key])

    def may_turn_errors(self, kinds: Region, workflow: str) -> bool:
        """True if one may make another error of what comes out of run methods or handlers.

        ``workflow`` is the file of the workflow that has them.
        """
        names = {name for kind, name in _OF_REGIONS.items() if kind & kinds}
        turning = {path for name, path in self._turning_errors if name in names}
        return any(self._loaded.may_meet(workflow, path) for path in turning)

    @cached_property
    def _turning_errors(self) -> frozenset[tuple[str, str]]:
        """The names and files of the methods that may make another error of one."""
        return frozenset((m.name, m.path) for m in self._methods if _may_turn_errors(m.node))

    def _sets(self, method: _Method, option: str) -> bool:
        """True if a method sets an option, or anything in its file that it may hand it to."""
        if any(_gives(node, option) for node in all_nodes(method.node)):
            return True
        module = self._store.load(method.path)
        names = module.notes.answer("attributes set", list[str], lambda: _attributes_set(module))
        return option in names or _SET_BY_NAME in names

    @cached_property
    def _methods(self) -> tuple[_Method, ...]:
        paths = (path for path in self._named() if _MAY_HAVE.search(self._store.text(path)))
        return tuple(method for path in paths for method in self._methods_in(path))

    def _methods_in(self, path: str) -> Iterator[_Method]:
        module = self._store.load(path)
        for qualname, facts in module.facts.classes.items():
            heads = [head for name, head in facts.methods.items() if name in _ALL]
            if not heads or not self._intercepts(Cls(path, qualname)):
                continue
            for head in heads:
                node = function_node(module.source, head.start, head.end)
                if node is not None:
                    yield _Method(head.name, path, node)

    def _intercepts(self, cls: Cls) -> bool:
        externals = self._resolver.order(cls)[1]
        return any(
            base.startswith("temporalio.") and base.endswith("Interceptor") for base in externals
        )


def _gives(node: ast.AST, option: str) -> bool:
    """True for a keyword of a call, as of ``dataclasses.replace(input, args=...)``."""
    return isinstance(node, ast.keyword) and node.arg == option


def _attributes_set(module: Module) -> list[str]:
    """Return the names of all attributes that a module sets, or changes what they hold."""
    found: dict[str, None] = {}
    for node in all_nodes(parse_or_empty(module.source)):
        match node:
            case ast.Attribute(attr=name, ctx=ast.Store()):
                found[name] = None
            case ast.Call(func=ast.Name(id="setattr")):
                found[_SET_BY_NAME] = None
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr=name), attr=changer)):
                if changer in ("append", "extend", "insert", "pop", "remove"):
                    found[name] = None
    return list(found)


def _may_turn_errors(method: ast.FunctionDef) -> bool:
    """True if a method has a handler that does more than raise the same error again."""
    handlers = (node for node in all_nodes(method) if isinstance(node, ast.ExceptHandler))
    return any(not _raises_again(handler) for handler in handlers)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    if not isinstance(handler.body[-1], ast.Raise):
        return False
    raised = (node.exc for node in all_nodes(handler) if isinstance(node, ast.Raise))
    return all(
        error is None or (isinstance(error, ast.Name) and error.id == handler.name)
        for error in raised
    )
