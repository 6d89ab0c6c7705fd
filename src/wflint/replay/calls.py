"""Command terms of calls."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from wflint.callgraph.graph import Node
from wflint.facts.model import Call as CallFact
from wflint.facts.model import Flag, FunctionHead, ParamKind
from wflint.facts.signatures import RECEIVERS
from wflint.inference.values import ExternalValue, FunctionValue
from wflint.replay.inlining import result_of
from wflint.replay.marks import Aside
from wflint.replay.terms import (
    NOTHING,
    Add,
    Call,
    Cancel,
    Command,
    Condition,
    Data,
    Draw,
    Exit,
    Field,
    Gather,
    Many,
    Patch,
    Race,
    Replaying,
    Seq,
    Spawn,
    Term,
    Text,
    Tick,
    Unknown,
    Var,
    WaitFor,
)
from wflint.syntax.unparsed import unparsed
from wflint.temporal.api import CallKind, SdkCall, sdk_calls

if TYPE_CHECKING:
    from wflint.replay.code import Code
    from wflint.replay.expressions import ExpressionReader
    from wflint.replay.program import Functions

_GROWS = frozenset({"add", "append", "appendleft", "extend", "insert", "put_nowait", "update"})
_SIMPLE = {
    CallKind.SIGNAL: "signal",
    CallKind.CANCEL: "cancellation of another workflow",
    CallKind.SIGNAL_WITH_START: "signal with start",
}
_UPSERTS = {CallKind.MEMO: "memo upsert", CallKind.SEARCH_ATTRIBUTES: "search attribute upsert"}
REPLAYING = "temporalio.workflow.unsafe.is_replaying"
_RACES = frozenset({"asyncio.wait", "temporalio.workflow.wait"})
_WOKEN = frozenset({"acquire", "get", "join", "put", "wait"})
"""Methods of what ``asyncio`` has for tasks to wait for one another."""
_TRANSPARENT = frozenset({"asyncio.shield", "builtins.list", "builtins.tuple", "typing.cast"})


class CallReader:
    """Makes terms of the calls of one function."""

    def __init__(self, terms: ExpressionReader, code: Code, functions: Functions) -> None:
        self._terms = terms
        self._code = code
        self._functions = functions

    def term(self, node: ast.Call) -> Term | None:
        """Return what a call does; ``None`` if it only gives data."""
        fact = self._code.call(node)
        if fact is None:
            return self._unknown_to_facts(node)
        if fact.flags & Flag.NOT_IN_WORKFLOW:
            return self._other(node)
        found = self._functions.called(fact, self._code.node)
        if len(found) == 1:
            entity = found[0]
            if isinstance(entity, ExternalValue):
                return self._external(node, entity.name)
            if isinstance(entity, FunctionValue) and not entity.partial:
                return self._own(node, fact, entity)
        functions = [e for e in found if isinstance(e, FunctionValue)]
        if functions and any(self._functions.is_loud(e, self._code.node) for e in functions):
            nodes = [Node(e.fn, e.receiver, env=e.env) for e in functions]
            return self._lost(node, f"`{fact.written}` may be one of several functions", nodes)
        return self._other(node)

    def _lost(self, node: ast.Call, why: str, nodes: Sequence[Node]) -> Term:
        """A call that is not followed is another one if what it may call is."""
        inner = Many(tuple(Call(self._functions.callee(each)) for each in nodes))
        return Unknown(why, self._terms.at(node), inner)

    def _unknown_to_facts(self, node: ast.Call) -> Term | None:
        """Return what a call in an f-string gives; it does nothing else."""
        ref = self._terms.plain_ref(node.func)
        at = self._code.node
        found = self._functions.referred(ref, at) if ref is not None else ()
        entity = found[0] if len(found) == 1 else None
        if isinstance(entity, FunctionValue) and not entity.partial:
            head = self._functions.store.head(entity.fn)
            if head is not None and not head.is_async:
                to = Node(entity.fn, entity.receiver, env=entity.env)
                return self._inlined(node, head, to, entity)
        return None

    # What the program calls of its own.

    def _own(self, node: ast.Call, fact: CallFact, entity: FunctionValue) -> Term | None:
        functions = self._functions
        head = functions.store.head(entity.fn)
        if head is None or functions.is_boundary(entity.fn):
            return self._other(node)
        to = functions.reached(self._code.node, fact.site, entity)
        if not head.is_async and not functions.is_loud(entity, self._code.node):
            return self._inlined(node, head, to, entity) or self._other(node)
        if functions.is_generator(entity.fn) and functions.gives_commands(entity.fn):
            why = f"`{entity.fn.qualname}` is a generator, whose commands come in between"
            return self._lost(node, why, [to])
        wrappers = functions.wrappers(to) if head.decorators else []
        if wrappers:
            why = f"a decorator of `{entity.fn.qualname}` gives commands"
            return self._lost(node, why, [to, *wrappers])
        inner = entity.fn.path == self._code.node.fn.path and head.site >= 0
        is_async = head.is_async and not functions.is_generator(entity.fn)
        args = self._arguments(node, head, entity)
        return Call(functions.callee(to), args, is_async, inner, self._terms.at(node))

    def entered(self, node: ast.Call, manager: str) -> Call | None:
        """Return the call of a generator that is a context manager and gives commands.

        ``manager`` is the decorator that makes it one for this kind of `with`.
        """
        fact, functions = self._code.call(node), self._functions
        if fact is None or fact.flags & Flag.NOT_IN_WORKFLOW:
            return None
        found = functions.called(fact, self._code.node)
        entity = found[0] if len(found) == 1 else None
        if not isinstance(entity, FunctionValue) or entity.partial:
            return None
        head = functions.store.head(entity.fn)
        if head is None or functions.is_boundary(entity.fn):
            return None
        if functions.manager(entity.fn) != manager or not functions.gives_commands(entity.fn):
            return None
        to = functions.reached(self._code.node, fact.site, entity)
        if functions.wrappers(to):
            return None
        inner = entity.fn.path == self._code.node.fn.path and head.site >= 0
        args = self._arguments(node, head, entity)
        return Call(functions.callee(to), args, False, inner, self._terms.at(node))

    def _inlined(
        self, node: ast.Call, head: FunctionHead, to: Node, entity: FunctionValue
    ) -> Term | None:
        """Return what a function gives that does nothing else."""
        is_plain = all(d.written == "staticmethod" for d in head.decorators)
        is_plain = is_plain and not self._functions.is_generator(entity.fn)
        term = self._functions.small_term(to) if is_plain and head.site < 0 else None
        if term is None:
            return None
        given = dict(self._arguments(node, head, entity))
        return result_of(self._functions.code(to), term, given)

    def _arguments(
        self, node: ast.Call, head: FunctionHead, entity: FunctionValue
    ) -> tuple[tuple[str, Term], ...]:
        """Return what a call gives, with the names of parameters where they are known."""
        plain = [p.name for p in head.params if p.kind in (ParamKind.POSITIONAL, *RECEIVERS)]
        args: list[tuple[str, Term]] = []
        if entity.bound and plain:
            of = node.func.value if isinstance(node.func, ast.Attribute) else None
            args.append((plain.pop(0), self._terms.term(of) if of is not None else NOTHING))
        for number, given in enumerate(node.args):
            name = plain[number] if number < len(plain) else ""
            args.append((name, self._terms.term(given)))
        args += [(k.arg or "", self._terms.term(k.value)) for k in node.keywords]
        return tuple(args)

    def _other(self, node: ast.Call) -> Term | None:
        """A call that gives no command itself; what is done for its arguments counts."""
        func = node.func
        if isinstance(func, ast.Attribute) and isinstance(func.value, (ast.Name, ast.Attribute)):
            into = self._terms.term(func.value)
            if func.attr in _GROWS and node.args and isinstance(into, (Var, Field)):
                return Add(into, self._terms.term(node.args[-1]), func.attr == "extend")
            if func.attr == "cancel" and isinstance(into, (Var, Field)):
                return Cancel(into, self._terms.at(node))
        return None

    # What the SDK and asyncio do.

    def _external(self, node: ast.Call, name: str) -> Term | None:
        if name == REPLAYING:
            return Replaying()
        if name in _TRANSPARENT and len(node.args) >= 1:
            inner = self._terms.term(node.args[-1])
            return inner if not isinstance(inner, (Data, Text)) else None
        if name.endswith("TaskGroup.create_task") and node.args:
            group = node.func.value if isinstance(node.func, ast.Attribute) else None
            named = group.id if isinstance(group, ast.Name) else ""
            return Spawn(self._terms.term(node.args[0]), named, self._terms.at(node))
        if name in _RACES and node.args:
            return self._race(node)
        sdk = sdk_calls().get(name)
        if sdk is None and name.startswith("asyncio."):
            return self._of_the_loop(node, name)
        if sdk is None or not sdk.in_workflow:
            return self._other(node)
        read = _READ.get(sdk.kind)
        return read(self, node, sdk) if read is not None else self._other(node)

    def _of_the_loop(self, node: ast.Call, name: str) -> Term | None:
        """Queues, events and locks give no command; other code of the workflow wakes them."""
        if name.rpartition(".")[2] not in _WOKEN:
            return self._other(node)
        return Condition(Data((unparsed(node),)), at=self._terms.at(node))

    def _option(self, node: ast.Call, name: str) -> ast.expr | None:
        return next((k.value for k in node.keywords if k.arg == name), None)

    def _first(self, node: ast.Call, sdk: SdkCall) -> ast.expr | None:
        return node.args[0] if node.args else self._option(node, sdk.target)

    def _target(self, node: ast.Call, sdk: SdkCall) -> Term:
        """Return the name of what a command is about."""
        given = self._first(node, sdk)
        if given is None:
            return Data(("?",))
        fact = self._code.call(node)
        args = fact.args if fact is not None else ()
        first = next((a for a in args if a.keyword in ("", sdk.target) and not a.star), None)
        if first is not None:
            name = self._functions.name(first.value, self._code.node)
            if name:
                return Text(name)
        return self._terms.term(given)

    def _activity(self, node: ast.Call, sdk: SdkCall) -> Term:
        kind = "activity" if sdk.kind is CallKind.ACTIVITY else "local activity"
        ident = self._ident(self._option(node, "activity_id"))
        starts = "start_" in sdk.name
        name, at, aside = self._target(node, sdk), self._terms.at(node), _given_args(node)
        return Command(kind, name, ident, starts, at=at, aside=aside)

    def _ident(self, given: ast.expr | None) -> Term | None:
        return self._terms.term(given) if given is not None and _is_given(given) else None

    def _child(self, node: ast.Call, sdk: SdkCall) -> Term:
        ident = self._ident(self._option(node, "id"))
        return Command(
            "child workflow",
            self._target(node, sdk),
            ident,
            draws=ident is None,
            twice="start_" in sdk.name,
            at=self._terms.at(node),
        )

    def _simple(self, node: ast.Call, sdk: SdkCall) -> Term:
        return Command(_SIMPLE[sdk.kind], at=self._terms.at(node))

    def _nexus(self, node: ast.Call, sdk: SdkCall) -> Term:
        return Command("Nexus operation", twice="start_" in sdk.name, at=self._terms.at(node))

    def _upsert(self, node: ast.Call, sdk: SdkCall) -> Term:
        return Command(_UPSERTS[sdk.kind], starts=True, at=self._terms.at(node))

    def _timer(self, node: ast.Call, sdk: SdkCall) -> Term | None:
        if sdk.name == "asyncio.wait_for":
            return self._wait_for(node)
        if "sleep" not in sdk.name:
            return None
        first = node.args[0] if node.args else None
        if sdk.name == "asyncio.sleep" and isinstance(first, ast.Constant) and first.value == 0:
            return Tick(self._terms.at(node))
        return Command("timer", at=self._terms.at(node))

    def _wait_for(self, node: ast.Call) -> Term | None:
        if not node.args:
            return None
        timeout = node.args[1] if len(node.args) > 1 else self._option(node, "timeout")
        return WaitFor(self._terms.term(node.args[0]), _is_given(timeout), self._terms.at(node))

    def _condition(self, node: ast.Call, sdk: SdkCall) -> Term | None:
        given = node.args[0] if node.args else self._option(node, "fn")
        if given is None:
            return None
        test = (
            self._terms.lambda_text(given)
            if isinstance(given, ast.Lambda)
            else Data(("", "()"), (self._terms.term(given),))
        )
        return Condition(test, _is_given(self._option(node, "timeout")), self._terms.at(node))

    def _patch(self, node: ast.Call, sdk: SdkCall) -> Term:
        given = node.args[0] if node.args else self._option(node, "id")
        name = self._terms.term(given) if given is not None else Data(("?",))
        return Patch(name, sdk.name.endswith("deprecate_patch"), self._terms.at(node))

    def _draw(self, node: ast.Call, sdk: SdkCall) -> Term:
        return Draw(sdk.name.rpartition(".")[2], self._terms.at(node))

    def _next_run(self, node: ast.Call, sdk: SdkCall) -> Term:
        given = [*node.args, *(k.value for k in node.keywords)]
        parts = tuple(self._terms.term(g) for g in given)
        leave = Exit("continue as new", at=self._terms.at(node))
        return Seq((*parts, leave)) if parts else leave

    def _task(self, node: ast.Call, sdk: SdkCall) -> Term | None:
        parts = tuple(self._terms.term(arg) for arg in node.args)
        if not parts:
            return None
        if sdk.name.endswith("gather"):
            keeps = self._option(node, "return_exceptions")
            is_false = isinstance(keeps, ast.Constant) and not keeps.value
            return Gather(parts, keeps is not None and not is_false, self._terms.at(node))
        if sdk.name.endswith("shield"):
            return parts[0]
        return Spawn(parts[0], at=self._terms.at(node))

    def _wait(self, node: ast.Call, sdk: SdkCall) -> Term | None:
        if sdk.name.endswith("as_completed") and node.args:
            why = "what `as_completed` gives comes in an order that is not known"
            return Unknown(why, self._terms.at(node), self._terms.term(node.args[0]))
        return self._race(node) if node.args else None

    def _race(self, node: ast.Call) -> Term:
        when = self._option(node, "return_when")
        text = ast.unparse(when) if isinstance(when, (ast.Name, ast.Attribute)) else ""
        timeout = _is_given(self._option(node, "timeout"))
        of = self._terms.term(node.args[0])
        is_first = text.endswith(("FIRST_COMPLETED", "FIRST_EXCEPTION"))
        return Race(of, not is_first, timeout, self._terms.at(node))


_READ: dict[CallKind, Callable[[CallReader, ast.Call, SdkCall], Term | None]] = {
    CallKind.ACTIVITY: CallReader._activity,
    CallKind.LOCAL_ACTIVITY: CallReader._activity,
    CallKind.CHILD_WORKFLOW: CallReader._child,
    CallKind.NEXUS_OPERATION: CallReader._nexus,
    CallKind.SIGNAL: CallReader._simple,
    CallKind.CANCEL: CallReader._simple,
    CallKind.SIGNAL_WITH_START: CallReader._simple,
    CallKind.MEMO: CallReader._upsert,
    CallKind.SEARCH_ATTRIBUTES: CallReader._upsert,
    CallKind.TIMER: CallReader._timer,
    CallKind.CONDITION: CallReader._condition,
    CallKind.PATCH: CallReader._patch,
    CallKind.RANDOM: CallReader._draw,
    CallKind.CONTINUE_AS_NEW: CallReader._next_run,
    CallKind.TASK: CallReader._task,
    CallKind.WAIT: CallReader._wait,
}


def _given_args(node: ast.Call) -> Aside:
    """Return what an activity is given."""
    args = [*node.args[1:], *(k.value for k in node.keywords if k.arg in ("arg", "args"))]
    return Aside(", ".join(map(unparsed, args)))


def _is_given(option: ast.expr | None) -> bool:
    return option is not None and not (isinstance(option, ast.Constant) and option.value is None)
