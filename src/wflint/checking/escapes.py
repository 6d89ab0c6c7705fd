"""Follows an error from where it is raised up to the SDK, which is not told what somebody catches.

What comes out of a run method or of a handler of signals and updates ends the workflow if it is a
failure, and else only the workflow task, which is tried again for ever.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Sequence
from functools import cached_property

from wflint.callgraph.awaited import awaited_as, gone_through
from wflint.callgraph.catching import Catching
from wflint.callgraph.graph import CallGraph, Hop, Node, Ways
from wflint.callgraph.managers import Managers, may_keep
from wflint.checking.foregone import is_foregone, is_refused_before
from wflint.checking.pieces import place_of
from wflint.checking.validated import Validated
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import (
    AFTER_INIT,
    Call,
    Decorator,
    Flag,
    Ref,
    Site,
    ValueType,
)
from wflint.facts.questions import IN_WORKFLOW, RAISES
from wflint.facts.sites import between, call_at, last_words, tries_around
from wflint.inference.resolver import Resolver
from wflint.inference.values import ExternalValue, FunctionValue
from wflint.project.store import Store
from wflint.temporal.errors import FAILS_WORKFLOW
from wflint.temporal.regions import Region

FAILING = Region.RUN | Region.SIGNAL | Region.UPDATE | Region.INIT
"""Where an error that nobody catches is the workflow's, or that of its task.

It is an answer to a query, it rejects an update when it comes from a validator, and frameworks and
converters may do with it as they like.
"""

_AWAITED_FOR = frozenset({"gather", "shield", "wait_for"})
_CALL_AT_ONCE = ("asyncio.gather", "asyncio.shield", "asyncio.wait_for", "builtins.", "functools.")
_TRANSPARENT = (
    "abc.",
    "builtins.",
    "contextlib.",
    "dataclasses.",
    "functools.",
    "temporalio.workflow.",
    "typing.",
    "typing_extensions.",
)
"""Beginnings of decorators that pass on what the function raises."""

_OF_FUNCTIONS = frozenset({"deleter", "getter", "register", "setter", "validator"})
"""Decorators that are attributes of another function."""

_PROTOCOLS = {
    "__anext__": ("builtins.StopAsyncIteration",),
    "__delitem__": ("builtins.LookupError",),
    "__getattr__": ("builtins.AttributeError",),
    "__getattribute__": ("builtins.AttributeError",),
    "__getitem__": ("builtins.LookupError",),
    "__missing__": ("builtins.LookupError",),
    "__next__": ("builtins.StopIteration",),
}
"""Errors that Python itself expects of methods."""

_SDK = "temporalio"
_CONSTRUCTORS = AFTER_INIT | {"__init__", "__new__"}
"""Those of classes that are no workflows refuse what the code itself has given them: a bug."""

_NEVER_HEARD = frozenset({"__del__"})


class Escapes:
    """Answers for the graph of workflow code."""

    def __init__(
        self,
        graph: CallGraph,
        resolver: Resolver,
        catching: Catching,
        may_have: Callable[[Cls, Collection[str]], bool],
        is_test: Callable[[str], bool] = lambda _: False,
        may_be_turned: Callable[[Region, str], bool] = lambda *_: False,
    ) -> None:
        self._whole = graph
        self._part = graph.within(FAILING)
        self._resolver = resolver
        self._store: Store = resolver.store
        self._catching = catching
        self._managers = Managers(resolver, catching)
        self._may_have = may_have
        self._is_test = is_test
        self._may_be_turned = may_be_turned
        self._entered = {node.fn.path for node in graph.entries}
        self._workflows = {entry.receiver for entry in self._part.entries.values()}
        self._opaque: dict[Fn, bool] = {}
        self._generators: dict[Fn, dict[Ref, Site]] = {}
        self._failing: dict[tuple[Cls, Region, tuple[str, ...]], bool] = {}
        self._ways: dict[tuple[Node, Site, tuple[str, ...]], Ways] = {}
        self._going_on: dict[tuple[Hop, Node, tuple[str, ...]], bool] = {}

    @property
    def order(self) -> list[Node]:
        """The functions whose errors may end a workflow task."""
        return self._part.order

    def fails_task(self, node: Node, site: Site, classes: tuple[str, ...]) -> bool:
        """True if an error of some classes, raised at a site, ends a workflow task."""
        return bool(self.regions(node, site, classes))

    def regions(self, node: Node, site: Site, classes: tuple[str, ...]) -> Region:
        """Return the regions whose tasks such an error ends."""
        return self._regions(node, site, classes) if _is_no_failure(classes) else Region(0)

    def failing(self, node: Node, site: Site, classes: tuple[str, ...]) -> Region:
        """Return the regions that a failure, raised at a site, comes out of."""
        return Region(0) if _is_no_failure(classes) else self._regions(node, site, classes)

    def _regions(self, node: Node, site: Site, classes: tuple[str, ...]) -> Region:
        found = Region(0)
        for entry in self.ways(node, site, classes).entries:
            found |= self._part.entries[entry].kind & FAILING
        return found

    def ways(self, node: Node, site: Site, classes: tuple[str, ...]) -> Ways:
        """Return the ways on which an error of some classes, raised at a site, gets to the SDK.

        They lead from entry points of workflows, which are no test's, and nobody on them may catch
        it. If it is no failure, the workflow is not known to fail with it: it ends the task.
        """
        key = node, site, classes
        if key not in self._ways:
            self._ways[key] = self._find_ways(*key)
        return self._ways[key]

    def _find_ways(self, node: Node, site: Site, classes: tuple[str, ...]) -> Ways:
        found = Ways()
        if node not in self._part.parents:
            return found
        if not self._gets_out(node, site, classes):
            return found
        seen = {node}
        pending = deque([node])
        is_checked = node.fn in self._of_validators or self._is_refused_before(node, site)
        while pending:
            at = pending.popleft()
            if self._ends_at(at, classes, is_checked):
                found.entries.add(at)
            for hop in self._part.callers(at):
                if not self._goes_on(hop, at, classes):
                    continue
                if at == node and self._is_foregone(node, site, hop):
                    continue
                found.calls.add((hop, at))
                if hop.node not in seen:
                    seen.add(hop.node)
                    pending.append(hop.node)
        return found

    def is_known_to_workflows(self, node: Node) -> bool:
        """True if a function belongs to workflows, or is called directly by what does.

        That is what a class or a file of workflows has, and what two files in a row know the SDK
        for: that of the function, and that of a caller.
        """
        if self._is_of_workflows(node):
            return True
        callers = [hop.node for hop in self._part.callers(node)]
        return any(map(self._is_of_workflows, callers)) or (
            self._knows_sdk(node.fn.path) and any(self._knows_sdk(one.fn.path) for one in callers)
        )

    def _is_of_workflows(self, node: Node) -> bool:
        return node.fn.path in self._entered or node.receiver in self._workflows

    def _knows_sdk(self, path: str) -> bool:
        imports = self._store.load(path).facts.imports
        return any(one.module.startswith(_SDK) for one in imports)

    @cached_property
    def _validated(self) -> Validated:
        return Validated(self._whole, self._store)

    @cached_property
    def _of_validators(self) -> set[Fn]:
        """The functions that validators of updates call: what these refuse, no update gets."""
        return {node.fn for node in self._whole.within(Region.VALIDATOR).order}

    def _ends_at(self, node: Node, classes: tuple[str, ...], is_checked: bool) -> bool:
        entry = self._part.entries.get(node)
        failing = FAILING & ~Region.UPDATE if is_checked else FAILING
        if entry is None or not entry.kind & failing or not entry.receiver.qualname:
            return False
        key = entry.receiver, entry.kind, classes
        if key not in self._failing:
            workflow = entry.receiver
            is_test = self._is_test(workflow.path)
            is_told = _is_no_failure(classes) and (
                self._may_have(workflow, classes) or self._may_be_turned(entry.kind, workflow.path)
            )
            self._failing[key] = not is_test and not is_told
        return self._failing[key]

    def _is_foregone(self, node: Node, site: Site, hop: Hop) -> bool:
        """True if a caller has just made sure that what is raised at a site cannot be."""
        raised = place_of(self._store, node.fn, site)
        called = place_of(self._store, hop.node.fn, hop.site)
        said = self._validated.facts(hop.node)
        return raised is not None and called is not None and is_foregone(raised, called, said)

    def _is_refused_before(self, node: Node, site: Site) -> bool:
        """True if the validator of an update refuses what its handler raises about at a site."""
        said = self._validated.facts(node)
        raised = place_of(self._store, node.fn, site) if said else None
        return raised is not None and is_refused_before(raised, said)

    def _goes_on(self, hop: Hop, callee: Node, classes: tuple[str, ...]) -> bool:
        """True if an error of what is called at a hop surely comes out of the caller."""
        key = hop, callee, classes
        if key not in self._going_on:
            self._going_on[key] = self._comes_out(*key)
        return self._going_on[key]

    def _comes_out(self, hop: Hop, callee: Node, classes: tuple[str, ...]) -> bool:
        if callee in self._whole.registered.get(hop, ()):
            return False
        site = self._comes_to(hop, callee)
        return site is not None and self._gets_out(hop.node, site, classes)

    def _comes_to(self, hop: Hop, callee: Node) -> Site | None:
        """Return where the caller surely gets the errors of what is called, if it does."""
        body = self._store.body(hop.node.fn)
        call = call_at(body, hop.site)
        if call is None:
            return hop.site  # an operator, a property, a decorator
        head = self._store.body(callee.fn).head
        if head.is_generator:  # nothing of it runs before
            return self._gone_through(hop.node.fn).get(call.target)
        if head.is_async and not call.flags & Flag.AWAITED:
            is_given = self._is_awaited_for(hop.node, call)
            return hop.site if is_given else awaited_as(call, body)
        name = self._whole.outcomes.get(hop.node.fn, {}).get(hop.site, "")
        return hop.site if name in ("", "own") or name.startswith(_CALL_AT_ONCE) else None

    def _gone_through(self, fn: Fn) -> dict[Ref, Site]:
        if fn not in self._generators:
            self._generators[fn] = gone_through(self._store.body(fn))
        return self._generators[fn]

    def _is_awaited_for(self, node: Node, call: Call) -> bool:
        """True if a coroutine is given to a function that is awaited and raises its errors."""
        before = between(self._store.body(node.fn).calls, 0, call.site)
        outcomes = self._whole.outcomes.get(node.fn, {})
        return any(
            outer.flags & Flag.AWAITED
            and not _AWAITED_FOR.isdisjoint(last_words(outer, outcomes))
            and all(arg.keyword != "return_exceptions" and arg.star != "**" for arg in outer.args)
            and (_is_given(call, outer) or _is_one_of(call, outer, before))
            for outer in before
        )

    def _gets_out(self, node: Node, site: Site, classes: tuple[str, ...]) -> bool:
        """True if an error that is raised at a site of a function surely comes out of that."""
        body = self._store.body(node.fn)
        name = body.head.name
        if name in _NEVER_HEARD or not set(_PROTOCOLS.get(name, ())).isdisjoint(classes):
            return False
        if name in _CONSTRUCTORS and node not in self._part.entries:
            return False
        if self._is_opaque(node.fn) or self._asks_where(node):
            return False
        around = tries_around(body, site)
        if any(may_keep(self._catching, tried, body, node, classes) for tried in around):
            return False
        return not self._managers.may_keep(node, site, classes)

    def _asks_where(self, node: Node) -> bool:
        """True if a function asks where it runs: it raises where nobody is to call it."""
        outcomes = self._whole.outcomes.get(node.fn, {})
        if not IN_WORKFLOW.isdisjoint(outcomes.values()):
            return True
        module = self._store.load(node.fn.path).facts.name
        return bool(self._store.guards(node.fn.path, f"{module}.{node.fn.qualname}") & RAISES)

    def _is_opaque(self, fn: Fn) -> bool:
        """True if a decorator of a function may catch what that raises."""
        if fn not in self._opaque:
            decorators = self._store.body(fn).head.decorators
            self._opaque[fn] = any(self._may_change(one, fn.path) for one in decorators)
        return self._opaque[fn]

    def _may_change(self, decorator: Decorator, path: str) -> bool:
        if decorator.target.path[-1:] and decorator.target.path[-1] in _OF_FUNCTIONS:
            return False
        for entity in self._resolver.resolve(decorator.target, path):
            match entity:
                case ExternalValue(name=name) if name.startswith(_TRANSPARENT):
                    pass
                case FunctionValue(fn=fn) if not self._may_catch(fn):
                    pass
                case _:
                    return True
        return False

    def _may_catch(self, decorator: Fn) -> bool:
        """True if a decorator of the project has a handler, in itself or in its wrapper."""
        return any(body.tries for body in self._store.with_nested(decorator))


def _is_no_failure(classes: Collection[str]) -> bool:
    """True of errors that the SDK does not take for a failure of the workflow by themselves."""
    return FAILS_WORKFLOW.isdisjoint(classes)


def _is_given(call: Call, outer: Call) -> bool:
    """True if a call is itself an argument of another one."""
    return any(arg.site == call.site for arg in outer.args)


def _is_one_of(call: Call, outer: Call, before: Sequence[Call]) -> bool:
    """True if a call makes the elements that are spread: ``gather(*(f(x) for x in y))``.

    Between the two stand at most calls that give what the loop runs over.
    """
    looping = [one for one in (*before, call) if one.flags & Flag.IN_LOOP and one.site > outer.site]
    if outer.flags & Flag.IN_LOOP or looping != [call]:
        return False
    kinds = {arg.value.type for arg in outer.args if arg.star == "*" and arg.site < call.site}
    return not kinds.isdisjoint({ValueType.LIST, ValueType.GENERATOR})
