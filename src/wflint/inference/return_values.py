"""Results of calls: as functions declare them, or as their bodies show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wflint import limits
from wflint.facts.ids import Cls
from wflint.facts.model import UNKNOWN, FunctionHead, Kind, Ref
from wflint.facts.types import says_little
from wflint.inference import builtin_types
from wflint.inference.arguments import Given
from wflint.inference.attributes import is_abstract
from wflint.inference.databases import are_in_process, args_of_result, may_be_in_process
from wflint.inference.library_types import (
    ASYNC_FUNCTIONS,
    FUTURES,
    RESULTS,
    TASK_MAKERS,
    WAITED,
    WORKFLOW_HANDLES,
    result_of,
    result_parameter,
)
from wflint.inference.loggers import adapted, is_only_declared, is_wide_logger
from wflint.inference.typed_calls import CASTS, typed_result
from wflint.inference.values import (
    NOT_KNOWN,
    OUTCOME_NOT_KNOWN,
    AbstractValue,
    ClassValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
    Types,
    Unresolved,
    is_callable_type,
    joined,
    of_object,
    unique,
)
from wflint.inference.wrapper_kinds import of_the_same_kind
from wflint.temporal.api import CallKind, names_of

if TYPE_CHECKING:
    from wflint.inference.resolver import Resolver

_COMMANDS = (CallKind.ACTIVITY, CallKind.CHILD_WORKFLOW, CallKind.LOCAL_ACTIVITY)
_RUNS_ITS_ARGUMENT = names_of(*_COMMANDS, prefix="temporalio.workflow.execute_")
_STARTS_ITS_ARGUMENT = names_of(*_COMMANDS, prefix="temporalio.workflow.start_")

COROUTINE = "types.CoroutineType"
"""The type of a call of an `async def`; its parameter is what awaiting it gives."""

_OF_HANDLES = frozenset(
    {
        "add_done_callback",
        "cancel",
        "cancelled",
        "cancelling",
        "done",
        "exception",
        "first_execution_run_id",
        "get_coro",
        "get_name",
        "id",
        "remove_done_callback",
        "result",
        "set_name",
        "signal",
        "uncancel",
    }
)
"""The attributes of tasks and handles themselves."""


def _owner_of(entity: AbstractValue) -> Cls | None:
    """Return the class that a workflow is named by, by itself or by its run method."""
    if isinstance(entity, ClassValue):
        return entity.cls
    return entity.receiver if isinstance(entity, FunctionValue) else None


def _as_awaitable(entity: AbstractValue) -> AbstractValue:
    return replace(entity, is_awaitable=True) if isinstance(entity, Unresolved) else entity


def _outcomes(awaited: tuple[AbstractValue, ...]) -> tuple[AbstractValue, ...]:
    """Return what awaiting something gives: of a task and the like, what it is a task of."""
    found: list[AbstractValue] = []
    for entity in awaited:
        if isinstance(entity, ExternalValue) and (
            entity.name == COROUTINE or entity.name in WAITED
        ):
            number = result_parameter(entity.name)
            found += entity.args[number] if number < len(entity.args) else NOT_KNOWN
        else:
            found.append(entity)
    return tuple(found)


def awaited_for(entity: ExternalValue, attribute: str) -> tuple[AbstractValue, ...]:
    """Return what awaiting an object gives if an attribute is that of it: `await` is not seen."""
    name = entity.name
    if name != COROUTINE and (name not in WAITED or attribute in _OF_HANDLES):
        return ()
    number = result_parameter(name)
    return entity.args[number] if number < len(entity.args) else ()


_ANY = ".__getattr__"
_DECORATED = ".__decorated__"  # what a decorator makes of a function


class Results:
    """Answers what calls give."""

    def __init__(self, resolver: Resolver, gives: Mapping[str, str]) -> None:
        self.resolver = resolver
        self.store = resolver.store
        self.gives = {**RESULTS, **gives}
        self.knows: Callable[[str], bool] = lambda name: False  # if a table speaks of a name
        decorators = (n.removesuffix(_DECORATED) for n in gives if n.endswith(_DECORATED))
        self._decorating = {name.rpartition(".")[2] for name in decorators}
        self._has_any = {n.removesuffix(_ANY): of for n, of in gives.items() if n.endswith(_ANY)}

    def made_of(self, function: FunctionValue, name: str, depth: int) -> ExternalValue | None:
        """Return what the outermost decorator makes of a function, if it is known to have a name.

        A task that runs elsewhere still has the name of the function.
        """
        head = self.store.head(function.fn)
        outermost = head.decorators[0].target if head is not None and head.decorators else UNKNOWN
        if (outermost.path or (outermost.name,))[-1].rpartition(".")[2] not in self._decorating:
            return None
        for entity in self.resolver.resolve(outermost, function.fn.path, depth=depth - 1):
            if not isinstance(entity, ExternalValue):
                continue
            of = self.gives.get(f"{entity.name}{_DECORATED}")
            if of is not None and self.knows(f"{of}.{name}"):
                return ExternalValue(of, instance=True, base=len(of))
        return None

    def held(self, entity: ExternalValue) -> ExternalValue:
        """Return what an attribute stands for of which more is asked: ``client.orders`` by name.

        Some classes have attributes of any name, beside their methods: ``client.orders.invoices``.
        """
        owner = entity.name[: entity.base]
        if entity.instance or owner not in self._has_any:
            return entity
        if entity.name.rfind(".") != entity.base:
            return entity
        of = self._has_any[owner]
        return ExternalValue(of, instance=True, base=len(of))

    def makes(self, name: str) -> bool:
        """True if it is known what the instances of a class outside the project make."""
        return f"{name}.__call__" in self.gives

    def of_call(self, entity: AbstractValue, given: Given, depth: int) -> tuple[AbstractValue, ...]:
        """Return what calling an entity gives."""
        if isinstance(entity, ClassValue):
            env = self.resolver.memory.constructor_env(entity.cls, given)
            return (
                InstanceValue(entity.cls, entity.args, env),
                *adapted(self.resolver, entity.cls, given),
            )
        if isinstance(entity, ExternalValue):
            plain = tuple(values for keyword, values in given if keyword in ("", "*"))
            if entity.name in builtin_types.GATHERS and plain:
                is_spread = any(keyword == "*" for keyword, _ in given)
                return (builtin_types.gathered(tuple(map(_outcomes, plain)), is_spread),)
            known = builtin_types.passed_through(entity.name, entity.instance, plain)
            known = known or builtin_types.result(entity.name, entity.args, plain)
            if known is not None:
                return known
            if entity.name == "builtins.map" and len(plain) > 1:
                return (builtin_types.made("builtins.map", (self._mapped(plain, depth),)),)
            if entity.name in builtin_types.STACKS and plain:
                return unique(
                    e for one in plain[0] for e in self.resolver.contents.entered(one, depth)
                )
            typed = typed_result(entity, given, self.resolver.as_instance)
            if typed is not None:
                is_cast = entity.name in CASTS and len(plain) > 1
                return self.resolver.together(typed, plain[1]) if is_cast else typed
            if entity.name in _RUNS_ITS_ARGUMENT and plain:
                return self._declared_result(plain[0])
            name = result_of(entity.name, entity.instance, self.gives)
            args = self._args_of_result(entity, name, given)
            return (ExternalValue(name, instance=True, base=len(name), args=args),)
        if isinstance(entity, FunctionValue):
            head = self.store.head(entity.fn)
            if head is None:
                return NOT_KNOWN
            passed = self.resolver.memory.passed(entity, head, given)
            env = joined(entity.env, passed)
            found = self.returned(replace(entity, env=env), depth - 1)
            return tuple(map(_as_awaitable, found)) if head.is_async else found
        if isinstance(entity, InstanceValue):
            return self.resolver.contents.method_result(entity, ("__call__",), depth)
        return NOT_KNOWN

    def _mapped(self, plain: Types, depth: int) -> tuple[AbstractValue, ...]:
        """Return what the elements of ``map(function, one, other)`` are."""
        element = self.resolver.contents.element
        given = [("", unique(e for one in of for e in element(one, depth))) for of in plain[1:]]
        called = plain[0] if depth > 0 else ()
        found: list[AbstractValue] = []
        for one in called:
            of = self.of_call(one, given, depth - 1)
            is_async = self._is_coroutine_function(one)
            found += (builtin_types.made(COROUTINE, (of,)),) if is_async else of
        return unique(found)

    def _args_of_result(self, entity: ExternalValue, name: str, given: Given) -> Types:
        """Return the type parameters of what a call gives, which is an object of class ``name``."""
        plain = tuple(values for keyword, values in given if keyword in ("", "*"))
        if name in WORKFLOW_HANDLES:
            return self._of_handle(entity, name, plain, given)
        return self._waited_for(entity, plain) if name in WAITED else args_of_result(entity, given)

    def _of_handle(self, entity: ExternalValue, name: str, plain: Types, given: Given) -> Types:
        """Return the class of the workflow that a handle is for, and what awaiting it gives."""
        by_name = (values for keyword, values in given if keyword == "workflow")
        started = plain[0] if plain else next(by_name, ())
        found = unique(InstanceValue(cls) for e in started if (cls := _owner_of(e)) is not None)
        result = self._waited_for(entity, plain) if name in WAITED else ()
        return (found, *result) if found or result else ()

    def _waited_for(self, entity: ExternalValue, plain: Types) -> Types:
        """Return what awaiting a task or a handle gives."""
        if not plain or any(isinstance(e, Unresolved) for e in plain[0]):
            return entity.args
        if entity.name not in _STARTS_ITS_ARGUMENT:
            return (plain[0],) if entity.name in TASK_MAKERS else entity.args
        given = self._declared_result(plain[0])
        return () if any(isinstance(e, Unresolved) for e in given) else (given,)

    def unawaited(
        self,
        call: Ref,
        given: tuple[AbstractValue, ...],
        inner: Callable[[Ref], tuple[AbstractValue, ...]],
    ) -> tuple[AbstractValue, ...]:
        """Return what a call gives that nobody awaits, where that awaited would be ``given``."""
        called = inner(call.of) if call.of is not None else ()
        if called and all(self._is_coroutine_function(entity) for entity in called):
            return (builtin_types.made(COROUTINE, (given,)),)
        if called and all(isinstance(e, ExternalValue) and e.name in FUTURES for e in called):
            return (builtin_types.made("asyncio.Future"),)
        return given

    def _is_coroutine_function(self, entity: AbstractValue) -> bool:
        if isinstance(entity, ExternalValue):
            return not entity.instance and entity.name in ASYNC_FUNCTIONS
        if not isinstance(entity, FunctionValue):
            return False
        head = self.store.head(entity.fn)
        return (
            head is not None and head.is_async and not self.store.body(entity.fn).head.is_generator
        )

    def _declared_result(self, entities: tuple[AbstractValue, ...]) -> tuple[AbstractValue, ...]:
        """Return the declared result of an activity or child workflow: its code runs elsewhere."""
        found: list[AbstractValue] = []
        for entity in entities:
            said: tuple[AbstractValue, ...] = ()
            if isinstance(entity, FunctionValue):
                head = self.store.head(entity.fn)
                said = self._said(head, entity, limits.DEPTH) if head is not None else ()
            found.extend(said or OUTCOME_NOT_KNOWN)
        return unique(found) or OUTCOME_NOT_KNOWN

    def returned(
        self, function: FunctionValue, depth: int = limits.DEPTH
    ) -> tuple[AbstractValue, ...]:
        """Return what calling a function gives: as it declares, or as its body shows."""
        head = self.store.head(function.fn)
        if head is None or depth <= 0:
            return NOT_KNOWN
        said = self._said(head, function, depth)
        if said and not any(self.says_little(e) for e in said):
            return self._as_made(said, function, depth)
        body = self.store.body(function.fn)
        path, receiver, env = function.fn.path, function.receiver, function.env
        if body.head.is_generator:
            if said and isinstance(said[0], ExternalValue) and said[0].args:
                return said
            given = [self.resolver.resolve(r, path, receiver, depth - 1, env) for r in body.yielded]
            types = unique(e for one in given for e in one)
            name = "AsyncGenerator" if head.is_async else "Generator"
            return (builtin_types.made(f"collections.abc.{name}", (types,) if types else ()),)
        refs = body.returned
        shown, put = (
            unique(e for r in of for e in self.resolver.resolve(r, path, receiver, depth - 1, env))
            for of in (refs, body.put)
        )
        if not any(isinstance(e, Unresolved) for e in put):
            shown = unique((*shown, *put))
        shown = of_the_same_kind(shown, body, env, self.store)
        is_vague = any(isinstance(e, Unresolved) for e in shown)
        if any(is_wide_logger(e) for e in said):
            declared = any(is_only_declared(ref, path, env) for ref in refs)
            return NOT_KNOWN if is_vague or declared else shown or NOT_KNOWN
        if shown and not is_vague:
            return shown
        return said or shown or NOT_KNOWN

    def _as_made(
        self, said: tuple[AbstractValue, ...], function: FunctionValue, depth: int
    ) -> tuple[AbstractValue, ...]:
        """The declared result, or the very objects of that class that the body makes."""
        if all(map(may_be_in_process, said)):
            return self._with_database(said, function, depth)
        classes = {e.cls for e in said if isinstance(e, InstanceValue)}
        if len(classes) != len(said) or not classes:
            return said
        depth = min(depth, limits.MADE_DEPTH)
        body = self.store.body(function.fn)
        path, receiver, env = function.fn.path, function.receiver, function.env
        shown = [self.resolver.resolve(r, path, receiver, depth - 1, env) for r in body.returned]
        made = unique(e for one in shown for e in one)
        for entity in made:
            if not isinstance(entity, InstanceValue) or classes.isdisjoint(
                self.resolver.order(entity.cls)[0]
            ):
                return said
        return made or said

    def _with_database(
        self, said: tuple[AbstractValue, ...], function: FunctionValue, depth: int
    ) -> tuple[AbstractValue, ...]:
        """The declared result, of a database in the process if the body shows that."""
        depth = min(depth, limits.MADE_DEPTH)
        body = self.store.body(function.fn)
        path, receiver, env = function.fn.path, function.receiver, function.env
        refs = body.yielded if body.head.is_generator else body.returned
        shown = [self.resolver.resolve(r, path, receiver, depth - 1, env) for r in refs]
        made = unique(e for one in shown for e in one)
        if not are_in_process(made):
            return said
        if not body.head.is_generator:
            return made
        return tuple(replace(e, args=(made,)) for e in said if isinstance(e, ExternalValue))

    def _said(
        self, head: FunctionHead, function: FunctionValue, depth: int
    ) -> tuple[AbstractValue, ...]:
        if says_little(head.returns):
            return ()
        last = head.returns.path[-1] if head.returns.path else head.returns.name
        if last == "Self" and function.receiver is not None:
            return (InstanceValue(function.receiver, env=of_object(function.env)),)
        path, env = function.fn.path, function.env
        named = self.resolver.resolve(head.returns, path, function.receiver, depth - 1, env)
        return unique(self.resolver.as_instance(e) for e in named)

    def says_little(self, entity: AbstractValue) -> bool:
        """True if a declared type leaves open what the object really is."""
        if isinstance(entity, InstanceValue):
            return self.is_open(entity.cls)
        if isinstance(entity, ExternalValue) and entity.instance:
            if any(self.says_little(e) for arg in entity.args for e in arg):
                return True
            return (
                is_callable_type(entity)
                or is_wide_logger(entity)
                or (
                    not entity.args
                    and entity.name.startswith(("collections.abc.", "builtins.object"))
                )
            )
        return isinstance(entity, Unresolved)

    def is_open(self, cls: Cls) -> bool:
        """True if a class is a protocol, or has methods that are only there to be overridden."""
        facts = self.resolver.facts_of(cls)
        if facts is None:
            return False
        return self.is_protocol(cls) or any(is_abstract(head) for head in facts.methods.values())

    def is_protocol(self, cls: Cls) -> bool:
        """True if a class is a protocol."""
        facts = self.resolver.facts_of(cls)
        bases = facts.bases if facts is not None else ()
        named = [b.of if b.kind is Kind.ITEM and b.of is not None else b for b in bases]
        return any((b.path or (b.name,))[-1] == "Protocol" for b in named)
