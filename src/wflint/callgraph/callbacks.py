"""Functions of the project that something outside of it calls, because it was given them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wflint.callgraph.contexts import is_quiet
from wflint.callgraph.events import ExternalArgument
from wflint.callgraph.framework_code import FrameworkCode
from wflint.callgraph.graph import Hop, Node
from wflint.facts.builtin_calls import CALLED_BY_BUILTINS, COMPARED_BY
from wflint.facts.model import Call, Value, ValueType
from wflint.inference.library_types import CONTEXT_RUN, STARTS_THREAD, calls_its_arguments
from wflint.inference.values import (
    AbstractValue,
    ClassValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
)
from wflint.temporal.regions import REGISTERED_BY, Region

if TYPE_CHECKING:
    from wflint.callgraph.builder import CallGraphBuilder

_FORMAT = ("__format__|__str__|__repr__",)
_RUN_ELSEWHERE = {
    "run": "asyncio.run",  # refuses to work where a loop runs
    "run_coroutine_threadsafe": "asyncio.run_coroutine_threadsafe",
    "run_until_complete": "asyncio.AbstractEventLoop.run_until_complete",
}

_RUN_HERE = frozenset({"run", "run_until_complete"})


class Callbacks:
    """The part of a search that follows what is called back."""

    def __init__(self, reach: CallGraphBuilder) -> None:
        self.reach = reach
        self.resolver = reach.resolver
        self.framework_code = FrameworkCode(reach.resolver)
        self.in_own_loop: set[Hop] = set()  # where coroutines begin that a loop of their own runs

    def follow(self, node: Node, call: Call, entity: ExternalValue) -> None:
        """Follow what a function outside the project calls of what it is given."""
        if calls_its_arguments(entity.name):
            self.arguments(node, call, REGISTERED_BY.get(entity.name))
        self._in_framework(node, call, entity.name)
        if self.reach.border.in_threads and entity.name in STARTS_THREAD:
            self._start_thread(node, call, *STARTS_THREAD[entity.name])
        methods = CALLED_BY_BUILTINS.get(entity.name)
        args = [a for a in call.args if not a.star]
        value = self.reach.contexts.value
        if methods is not None and args and not args[0].keyword:
            self._ask(node, call, value(args[0].value, node), methods)
        if entity.name == "builtins.str.format":
            for arg in args:
                self._ask(node, call, value(arg.value, node), _FORMAT)
        if entity.name in COMPARED_BY and all(a.keyword != "key" for a in args):
            given = [e for a in args for e in value(a.value, node)]
            inner = [i for e in given for i in self.resolver.contents.element(e)]
            self._ask(node, call, (*given[1:], *inner), ("__lt__|__gt__",))

    def _in_framework(self, node: Node, call: Call, name: str) -> None:
        """Follow the tools of agents and the like, which run where the agent does.

        What becomes of their results and errors is up to the framework.
        """
        reach = self.reach
        if not reach.border.runs_agents:
            return
        at = (node.fn.path, node.receiver, node.env)
        given = [
            found
            for found in self.framework_code.given(call, name, *at)
            if isinstance(found, FunctionValue) or reach.border.knows(found)
        ]
        if not given and self.framework_code.is_unknown(call, name, *at):
            reach.reached.unknown_code.setdefault(node.fn, call.written)
        for found in given:
            if isinstance(found, ExternalValue):
                reach.events.append(ExternalArgument(node, call, call.site, found))
            elif not reach.border.ends_at(found.fn):
                to = reach.contexts.node(found, quiet=is_quiet(node, call))
                reach.connect(node, to, call.site)
                reach.reached.registered.setdefault(Hop(node, call.site), {})[to] = Region.HOOK

    def _ask(
        self, node: Node, call: Call, given: Iterable[AbstractValue], methods: tuple[str, ...]
    ) -> None:
        """Methods that a function outside the project calls of what it is given."""
        for entity in given:
            if isinstance(entity, InstanceValue):
                for found in self.reach.implied.called_on(entity, methods):
                    self.reach.follow(node, found, call.site, call.flags)

    def _start_thread(self, node: Node, call: Call, position: int, name: str) -> None:
        """Follow the function that a thread runs, which may be told the context to run in."""
        plain = [arg for arg in call.args if not arg.keyword]
        given = next((arg for arg in call.args if arg.keyword == name), None)
        if given is None and not any(arg.star for arg in plain[: position + 1]):
            given = next(iter(plain[position : position + 1]), None)
        if given is None:
            return
        found = self.reach.contexts.value(given.value, node)
        if any(isinstance(e, ExternalValue) and e.name == CONTEXT_RUN for e in found):
            given = next(iter(plain[position + 1 : position + 2]), given)
        self._handed(node, call, given.value, given.site, Region.THREAD)

    def arguments(self, node: Node, call: Call, region: Region | None = None) -> None:
        """Functions that are handed to something that calls them, then or as a handler."""
        for arg in call.args:
            begins = Region.VALIDATOR if region and arg.keyword == "validator" else region
            self._handed(node, call, arg.value, arg.site, begins)

    def _handed(
        self, node: Node, call: Call, value: Value, site: int, region: Region | None
    ) -> None:
        reach = self.reach
        for entity in reach.contexts.value(value, node):
            if isinstance(entity, ExternalValue) and region is Region.THREAD:
                continue  # what blocks does so there
            if isinstance(entity, ExternalValue) and not entity.instance:
                reach.events.append(ExternalArgument(node, call, site, entity))
            elif isinstance(entity, FunctionValue) and not reach.border.ends_at(entity.fn):
                to = reach.contexts.node(entity, quiet=is_quiet(node, call))
                reach.connect(node, to, call.site)
                if region is not None:
                    reach.reached.registered.setdefault(Hop(node, call.site), {})[to] = region
            elif isinstance(entity, ClassValue) and value.type in (ValueType.NAME, ValueType.CALL):
                reach.making.construct(node, replace(call, args=()), entity)

    def _has_no_loop(self, node: Node) -> bool:
        """True if a function may run in a thread without a loop, where it can run one itself."""
        return self.reach.border.in_threads and not self.reach.store.body(node.fn).head.is_async

    def given_away(self, node: Node, call: Call) -> Iterable[int]:
        """The sites of coroutines that a call gives to another thread, or that never begin."""
        last = call.written.rpartition(".")[2]
        if last not in _RUN_ELSEWHERE:
            return ()
        path, receiver = node.fn.path, node.receiver
        found = self.resolver.resolve(call.target, path, receiver, env=node.env)
        if not any(
            isinstance(e, ExternalValue) and e.name in _RUN_ELSEWHERE.values() for e in found
        ):
            return ()
        sites = [arg.site for arg in call.args]
        if last in _RUN_HERE and self._has_no_loop(node):
            self.in_own_loop.update(Hop(node, site) for site in sites)
            return ()
        return sites
