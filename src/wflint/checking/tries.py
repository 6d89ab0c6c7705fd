"""Asks rules about the ``try`` statements of reached functions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from wflint.callgraph.awaited import (
    Awaits,
    awaited,
    awaits_later,
    cancels_something,
    keeps_handles,
    takes_back,
)
from wflint.callgraph.graph import Hop, Node, runs
from wflint.checking.cancellation_asked import is_asked_behind
from wflint.checking.last_steps import is_last_step
from wflint.checking.protected import (
    acts,
    cleans_up_around,
    may_be_caught,
    may_fail_otherwise,
    only_handles,
    runs_event_loop,
)
from wflint.checking.raising import raised
from wflint.checking.shown import is_only_shown
from wflint.checking.stretches import Stretch
from wflint.checking.summaries import source_of
from wflint.facts.model import Call, Exit, Flag, FunctionBody, Handler, Site, Try
from wflint.facts.sites import between, call_at, last_words, tries_around, tries_handling
from wflint.inference.values import ClassValue, Unresolved
from wflint.rule.views import EffectAt
from wflint.temporal.effects import Effect
from wflint.temporal.errors import classes_of
from wflint.temporal.regions import Region

if TYPE_CHECKING:
    from wflint.checking.checker import Checker


_LONGEST_HEAD = 120


class Cancelling:
    """Answers what a function does about cancellations, once for all ``try`` statements in it."""

    def __init__(self, checker: Checker, node: Node, body: FunctionBody) -> None:
        self._checker = checker
        self._node = node
        self._body = body

    @cached_property
    def later(self) -> Sequence[Awaits]:
        """What the function awaits that was begun before."""
        return awaits_later(self._body)

    @cached_property
    def has_handles(self) -> bool:
        """True if what seems to be a handle of a child is one."""
        return keeps_handles(self._body)

    @cached_property
    def cancels(self) -> bool:
        """True if the function cancels something."""
        return cancels_something(self._body)

    @cached_property
    def takes_back(self) -> bool:
        """True if the function takes a cancellation back."""
        return takes_back(self._body)

    @cached_property
    def is_caused_by_callers(self) -> bool:
        """True if all that call the function cancel something."""
        graph, store = self._checker.summaries.graph, self._checker.resolver.store
        callers = graph.callers(self._node) if self._node not in graph.entries else []
        return bool(callers) and all(cancels_something(store.body(c.node.fn)) for c in callers)


class ProtectedView:
    """A ``try`` in the body of ``node``; see :class:`~wflint.rule.try_view.TryView`."""

    def __init__(
        self,
        checker: Checker,
        statement: Try,
        node: Node,
        body: FunctionBody,
        cancelling: Cancelling,
    ) -> None:
        self.statement = statement
        self.function = body.head
        self.settings = checker.settings_of(node.fn.path)
        self._checker = checker
        self._node = node
        self._body = body
        self._cancelling = cancelling
        self._stretch = Stretch(checker, node, body)

    def effect(self, effect: Effect) -> EffectAt | None:
        """Return the nearest place where what is protected has an effect."""
        tried = self.statement
        for call in between(self._body.calls, tried.start, tried.end):
            if self._is_kept(call.site, effect):
                continue
            if effect & self._stretch.does(call):
                return EffectAt(f"{call.written}()")
            found = self._checker.summaries.behind(self._node, call.site, effect)
            if found is not None:
                return found
        return self._awaited(effect)

    def _awaited(self, effect: Effect) -> EffectAt | None:
        """Return the first place where something that was begun before has an effect."""
        if self._cancelling.is_caused_by_callers:
            return None  # maybe what is awaited
        tried, node, resolver = self.statement, self._node, self._checker.resolver
        resolve = partial(resolver.resolve, receiver=node.receiver, env=node.env)
        has_handles = self._cancelling.has_handles
        for place in between(self._cancelling.later, tried.start, tried.end):
            site = place.site
            if not runs(place, node) or self._is_kept(site, effect):
                continue
            found = awaited(place, lambda ref: resolve(ref, node.fn.path), has_handles=has_handles)
            if effect & found:
                shown = source_of(resolver.store, node.fn, site)
                return EffectAt(shown.removeprefix("await "))
        return None

    def caught(self, handler: Handler) -> tuple[str, ...]:
        """Return the dotted names of the classes that a handler is for."""
        node = self._node
        return self._checker.catching.caught(handler, node.fn.path, node.receiver)

    @property
    def is_restricted(self) -> bool:
        """True if the restrictions of the sandbox surely hold for the code."""
        return self._checker.sandboxes.restricts(self._node.fn.path, self._node.receiver)

    def shown(self, handler: Handler) -> str:
        """Return the head of a handler as the source may have it."""
        if not handler.caught:
            return "except:"
        written = self._written(handler)
        if written:
            return written
        words = [name.rpartition(".")[2] or "..." for name in self.caught(handler)]
        if self.statement.is_with:
            return f"suppress({', '.join(words)})"
        head = "except*" if self.statement.is_group else "except"
        return f"{head} {words[0] if len(words) == 1 else '(' + ', '.join(words) + ')'}"

    def _written(self, handler: Handler) -> str:
        """Return the head of a handler as the source has it, without the name of the error."""
        is_with = self.statement.is_with
        site = handler.site if is_with else handler.site + 1  # what it catches comes first in it
        text = source_of(self._checker.resolver.store, self._node.fn, site, _LONGEST_HEAD)
        if is_with or not text:
            return text
        if len(handler.caught) > 1 or text.endswith(","):
            text = f"({text})"  # the place of a tuple is that of what is in it
        return f"{'except*' if self.statement.is_group else 'except'} {text}"

    def catching(self, error: str, *, surely: bool = False) -> Handler | None:
        """Return the handler that gets, or may get, an error of Python or the SDK."""
        tried, node = self.statement, self._node
        catching = self._checker.catching.catching
        return catching(tried, error, node.fn.path, node.receiver, surely=surely)

    def raises(self, handler: Handler) -> bool:
        """True if a handler may raise, itself or by what it calls."""
        return handler.raises or self._calls_raise(handler)

    def tries_again(self, handler: Handler) -> bool:
        """True if only a counter of the loop around makes a handler raise."""
        return handler.tries_again and not self._calls_raise(handler)

    def _calls_raise(self, handler: Handler) -> bool:
        """True if a function that is called may raise; making an object does so by mistake only."""
        return any(
            self._of_call(call, Effect.RAISES) is not None and not self._makes_object(call)
            for call in between(self._body.calls, handler.site, handler.end)
        )

    def _makes_object(self, call: Call) -> bool:
        found = self._stretch.called(call)
        return bool(found) and all(isinstance(entity, ClassValue) for entity in found)

    def gives_commands(self, handler: Handler) -> bool:
        """True if a handler gives commands other than timers, itself or by what it calls."""
        return self._commands_in(handler.site, handler.end)

    def awaits_unknown(self, handler: Handler) -> bool:
        """True if a handler awaits the result of a call of which it is not known what it does."""
        calls = between(self._body.calls, handler.site, handler.end)
        return any(call.flags & Flag.AWAITED and not self._is_known(call) for call in calls)

    def _is_known(self, call: Call) -> bool:
        found = self._stretch.called(call)
        return bool(found) and not any(isinstance(entity, Unresolved) for entity in found)

    def cleans_up(self) -> bool:
        """True if the ``finally``, or a ``try`` around, gives such commands on a cancellation."""
        tried = self.statement
        if tried.last >= 0 and self._commands_in(tried.last, tried.last_end):
            return True
        return cleans_up_around(self._checker, self._node, tried.site)

    @property
    def fails_anyway(self) -> bool:
        """True if the statement only runs in handlers that always raise."""
        return only_handles(self._checker, self._node, self.statement.site, Exit.RAISES)

    @property
    def only_handles(self) -> bool:
        """True if the statement only runs in handlers."""
        return only_handles(self._checker, self._node, self.statement.site)

    def _commands_in(self, start: Site, end: Site) -> bool:
        return acts(self._checker, self._node, self._body, start, end)

    def given_to(self, handler: Handler) -> list[str]:
        """Return the dotted names of what a handler gives its error to.

        Functions of the project that only make a text of it are left out.
        """
        calls = [call_at(self._body, site) for site in handler.given]
        return [
            self._stretch.name(call) if call is not None else ""
            for call in calls
            if call is None or not self._is_only_shown(handler, call)
        ]

    def _is_only_shown(self, handler: Handler, call: Call) -> bool:
        called, store = self._stretch.called(call), self._checker.resolver.store
        return is_only_shown(store, self._node.fn, call, called, handler.name)

    @property
    def is_cancelled(self) -> bool:
        """True if a cancellation of the workflow reaches the statement, and has not come yet."""
        return self._checker.summaries.is_cancelled(self._node, self.statement.site)

    @property
    def cancels(self) -> bool:
        """True if the function, or all that call it, cancel something, which may be awaited."""
        return self._cancelling.cancels or self._cancelling.is_caused_by_callers

    def uncancels(self, handler: Handler) -> bool:
        """True if the function, or what a handler calls, takes a cancellation back."""
        graph, store = self._checker.summaries.graph, self._checker.resolver.store
        if self._cancelling.takes_back:
            return True
        edges = between(graph.callees(self._node), handler.site, handler.end)
        starts = [Hop(self._node, edge.site) for edge in edges]
        return any(takes_back(store.body(one.fn)) for one in graph.search(starts))

    def is_cancellation_asked(self) -> bool:
        """True if something asks later whether the workflow has been cancelled, or in a handler."""
        tried = self.statement
        return is_asked_behind(self._checker, self._node, tried.end, tried.flags)

    def is_last_step(self, handler: Handler) -> bool:
        """True if the workflow is over after the statement, however that comes out."""
        return is_last_step(self._checker, self._node, self.statement, handler)

    def is_handling(self, error: str) -> bool:
        """True if the statement stands in a handler of an error, or in a ``finally``."""
        node, catching = self._node, self._checker.catching.catching
        return any(
            handler is None or catching(tried, error, node.fn.path, node.receiver) is handler
            for tried, handler in tries_handling(self._body, self.statement.site)
        )

    @property
    def is_protected(self) -> bool:
        """True if another ``try`` of the function protects the statement."""
        return any(tries_around(self._body, self.statement.site))

    def raises_later(self, *errors: str) -> bool:
        """True if the function raises one of some errors itself, outside of the statement."""
        tried = self.statement
        last = max((handler.end for handler in tried.handlers), default=tried.end)
        wanted = {"", *errors}
        return any(
            not tried.site <= one.site < last
            and not one.is_again
            and not raised(self._checker, self._node, one).isdisjoint(wanted)
            for one in self._body.raises
        )

    def does_more(self, handler: Handler) -> bool:
        """True if a handler calls or sets anything."""
        body = self._body
        places = (body.calls, body.mutations)
        return any(between(each, handler.site, handler.end) for each in places)

    def may_raise(self, *errors: str) -> bool:
        """True if what is protected may raise one of some errors, itself or by what it calls."""
        tried = self.statement
        return self._checker.raising.may_raise(self._node, tried.start, tried.end, errors)

    def may_be_caught(self, classes: Collection[str], *, around: bool = False) -> bool:
        """True if the statement, or one around it, here or in a caller, may catch an error."""
        site = self.statement.site if around else self.statement.start
        return may_be_caught(self._checker, self._node, site, classes)

    @property
    def needs_python_3_11(self) -> bool:
        """True if a file of the program cannot be loaded with Python 3.10, or fails there."""
        return self._checker.newer_python.is_needed

    def may_fail_otherwise(self, *, strictly: bool) -> bool:
        """True if anything that is protected may fail but commands."""
        return may_fail_otherwise(self._checker, self._node, self.statement, strictly=strictly)

    @property
    def shields(self) -> bool:
        """True if something is protected from being cancelled there."""
        tried = self.statement
        outcomes = self._checker.summaries.graph.outcomes.get(self._node.fn, {})
        return any(
            "shield" in last_words(call, outcomes)
            for call in between(self._body.calls, tried.start, tried.end)
        )

    @property
    def awaits(self) -> bool:
        """True if anything is awaited there, in the function itself."""
        tried = self.statement
        calls = between(self._body.calls, tried.start, tried.end)
        operations = between(self._body.operations, tried.start, tried.end)
        return any(call.flags & Flag.AWAITED for call in calls) or any(
            operation.awaits for operation in operations
        )

    @property
    def runs_event_loop(self) -> bool:
        """True if something that is protected runs an event loop of its own."""
        return runs_event_loop(self._checker, self._node, self.statement)

    @property
    def is_entry(self) -> bool:
        """True if the function is the run method of a workflow, and only that."""
        graph, node = self._checker.summaries.graph, self._node
        entry = graph.entries.get(node)
        return entry is not None and entry.kind is Region.RUN and not graph.callers(node)

    def runs_in(self, region: Region) -> bool:
        """True if entry points of a region reach the function."""
        return self._node in self._checker.summaries.graph.within(region).parents

    def fails_task(self, error: str) -> bool:
        """True if an error that comes out of the statement makes the workflow task fail."""
        escapes, site = self._checker.escapes, self.statement.site
        return escapes.fails_task(self._node, site, classes_of(error))

    def _is_kept(self, site: Site, effect: Effect) -> bool:
        """True if a ``try`` further in keeps the error of what stands at a site."""
        node, keeps = self._node, self._checker.catching.keeps
        for tried in tries_around(self._body, site):
            if tried is self.statement:
                return False
            if keeps(tried, effect, node.fn.path, node.receiver):
                return True
        return False

    def _of_call(self, call: Call, effect: Effect) -> EffectAt | None:
        return self._checker.summaries.of_call(self._node, call.site, effect)
