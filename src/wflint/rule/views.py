"""The view of one call or use, when all modules are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeVar

from msgspec import Struct, field

from wflint.diagnostics import Severity
from wflint.facts.ids import Cls
from wflint.facts.model import Arg, Call, Flag, FunctionHead, Site, Use, Value, ValueType
from wflint.facts.signatures import RECEIVERS, Signature, by_keyword, positional
from wflint.rule.base import Api, Property, RuleSettings
from wflint.rule.written import Written
from wflint.temporal.effects import Effect
from wflint.temporal.regions import Region

if TYPE_CHECKING:
    from wflint.rule.command_view import CommandView
    from wflint.rule.definition_views import Beats

T = TypeVar("T")


class Callee(Struct, frozen=True):
    """A function of the project that a call resolves to."""

    head: FunctionHead
    module: str
    is_activity: bool = False
    is_workflow_run: bool = False

    @property
    def is_async(self) -> bool:
        """True if calling it gives a coroutine."""
        return self.head.is_async and not self.head.is_generator

    @property
    def signature(self) -> Signature:
        """Return its parameters without the receiver, which whoever runs it has."""
        kinds = {param.kind for param in self.head.params[:1]}
        return Signature.of(self.head, bound=not kinds.isdisjoint(RECEIVERS))

    @property
    def qualname(self) -> str:
        """Its dotted name inside its module."""
        return self.head.qualname


class WrittenLookups(Protocol):
    """Answers about values, as far as they are written out."""

    def follow(self, at: Written) -> Written:
        """Return what a value stands for; itself where that is not known."""
        ...

    def options(self, at: Written) -> Mapping[str, Written] | None:
        """Return all keywords behind a ``**spread``; ``None`` if there may be others."""
        ...

    def elements(self, at: Written) -> Sequence[Written] | None:
        """Return what is in a list, tuple or set."""
        ...

    def number(self, at: Written) -> float | None:
        """Return the number that a value is."""
        ...

    def seconds(self, at: Written) -> float | None:
        """Return the length of a ``timedelta``."""
        ...

    def name(self, at: Written) -> str:
        """Return the qualified name outside of the project that a value refers to, or ``""``."""
        ...

    def error_class(self, at: Written) -> str:
        """Return the name of the exception class that a value is, or ``""``."""
        ...

    def types(self, at: Written) -> tuple[TypeView, ...]:
        """Return all types that a value may be an instance of; none when any is not known."""
        ...

    def decorators(self, at: Written) -> tuple[str, ...] | None:
        """Return the dotted names of the decorators of a class of the project.

        ``""`` stands for one that is not known; ``None`` if the value is no such class.
        """
        ...


class Lookups(Struct):
    """Questions about argument values that need the whole program.

    ``written`` says where a value of the call is written, and ``values`` follows it on.
    ``passes`` tells whether the sandbox passes a module through wherever it is imported, or may;
    ``missing`` is :meth:`FindingView.missing`. ``source`` returns the text of a site, shortened.
    ``way`` returns the functions by which the place is reached, from an entry point on;
    ``may_wait`` tells whether the text of the last of them speaks of waiting. ``target_of`` is
    :attr:`CallView.target_of` of a site. ``regions`` are those of all entry points that lead to the
    place. ``effect`` is :meth:`CallView.effect_of`. ``callers`` is :attr:`CallView.callers`,
    ``program_has`` is :meth:`CallView.program_has`.
    """

    qualified: Callable[[Value], str]
    resolve: Callable[[Value], Callee | None]
    written: Callable[[Value], Written]
    values: WrittenLookups
    passes: Callable[[str], bool] = lambda _: False
    missing: Callable[[str, Sequence[str]], str] = lambda module, names: ""
    properties: Callable[[str], frozenset[Property]] = lambda name: frozenset()
    source: Callable[[Site], str] = lambda site: ""
    way: Callable[[], Sequence[FunctionHead]] = tuple
    may_wait: Callable[[], bool] = lambda: False
    target_of: Callable[[Site], str] = lambda site: ""
    regions: Callable[[], Region] = lambda: Region(0)
    effect: Callable[[Value, Effect], EffectAt | None] = lambda value, effect: None
    callers: Callable[[], Sequence[CommandView]] = tuple
    is_restricted: Callable[[], bool] = bool
    program_has: Callable[[str], bool] = lambda pattern: False


class TypeView(Struct, frozen=True):
    """A type that an expression is an instance of.

    ``name`` is the dotted name of the class, also of one of the project (then ``own`` is set).
    ``args`` are its type parameters, for each all types that it may be; empty when not known.
    ``hashed_by`` says what its hash comes from: its ``value``, which is the same in every process,
    the ``seed`` (``PYTHONHASHSEED``), the memory ``address``; empty when that is not known.
    ``loops_like`` is for a class of the project the builtin collection that it is made of, if a
    loop over it is a loop over that; ``args`` are then those of the collection.
    """

    name: str
    args: tuple[tuple[TypeView, ...], ...] = ()
    own: Cls | None = None
    hashed_by: str = ""
    loops_like: str = ""


_NONE = frozenset({"builtins.None", "types.NoneType"})


def elements_of(types: Iterable[TypeView]) -> list[TypeView]:
    """Return the types of what is in a set of these types; none if a part is not known."""
    args = [t.args[0] if t.args else () for t in types if t.name not in _NONE]
    return [element for arg in args for element in arg] if all(args) else []


class Shared(Struct, frozen=True):
    """The owner of an object that is not made by the workflow that changes it.

    ``kind`` is ``value`` (a module-level name holds it), ``module``, ``class``, ``function``,
    ``attribute`` (it is an attribute of a class) or ``result`` (a cached function gives it to
    everyone). ``name`` is what holds it, ``module`` the dotted name of the module. ``is_shared`` is
    set when all workflows of a worker surely share it.
    """

    kind: str
    name: str
    module: str
    is_shared: bool = False


class EffectAt(Struct, frozen=True):
    """The place of an effect in a function.

    ``shown`` is the source of the place, shortened. ``function`` is the name of the function that
    it stands in if that is another one, which is called on the way; else it is empty.
    """

    shown: str
    function: str = ""


class FindingView(Protocol):
    """A finding of a rule's visitor, when all modules are known.

    ``function`` is the one that the place is in. "The expression" is the one that the visitor has
    asked about.
    """

    message: str
    severity: Severity | None
    site: Site
    function: FunctionHead
    settings: RuleSettings

    @property
    def is_run(self) -> bool:
        """True if the function is the run method of a workflow."""
        ...

    @property
    def is_activity(self) -> bool:
        """True if the function is an activity itself."""
        ...

    def beats(self) -> Beats:
        """Return what is known of the heartbeats of all activities that run the function."""
        ...

    def calls(self) -> Sequence[CommandView]:
        """Return the commands by which workflows call these activities, as far as known."""
        ...

    def is_looked_at(self) -> bool:
        """True if all workflow code that calls the activity may look at what it returns.

        That is to test it, to hand it to other code, or to keep it where others can see it.
        """
        ...

    def read(self, kind: type[T]) -> T:
        """Return the ``detail`` that the visitor has noted, which is of this kind."""
        ...

    def types(self) -> tuple[TypeView, ...]:
        """Return all types that the expression may be; none when any is not known."""
        ...

    def number(self) -> int | None:
        """Return the number that the expression stands for, if it is a constant of a module."""
        ...

    def callee(self) -> Callee | None:
        """Return the one function of the project that the expression refers to."""
        ...

    def command(self) -> CommandView | None:
        """Return the command that the call at the place gives."""
        ...

    def effect(self, effect: Effect) -> EffectAt | None:
        """Return the nearest place where a function that the expression refers to has an effect.

        It may be there itself, or in what it calls.
        """
        ...

    def effect_of_entries(self, effect: Effect) -> EffectAt | None:
        """Return the nearest place where an entry point that leads to the place has an effect."""
        ...

    def effect_after(self, effect: Effect) -> EffectAt | None:
        """Return a place with an effect that may come after this one, here or in a caller.

        Within a loop, and where tasks run beside each other, all may come after all.
        """
        ...

    def effect_of_call(self, site: Site, effect: Effect) -> EffectAt | None:
        """Return the same for the functions of the project that are called at a site."""
        ...

    def callees(self, site: Site) -> list[Callee]:
        """Return the functions of the project that are called at a site."""
        ...

    def effect_between(self, start: Site, end: Site, effect: Effect) -> EffectAt | None:
        """Return the first place from ``start`` to ``end`` (exclusive) that has an effect.

        It may be there itself, or in what is called there.
        """
        ...

    @property
    def is_in_main_task(self) -> bool:
        """True if the run method itself, and no task beside it, runs the function."""
        ...

    def may_continue_as_new(self) -> bool:
        """True if a workflow that leads to the place continues as new, or may do so.

        It may be in any of its methods, in a base class or in what these call.
        """
        ...

    def is_set_by_messages(self, name: str) -> bool:
        """True if handlers of signals and updates set an attribute of the workflow, and they alone.

        What the constructor sets does not count.
        """
        ...

    @property
    def is_on_workflow(self) -> bool:
        """True if the function is a method of a workflow: its ``self`` is the workflow."""
        ...

    def is_passed_through(self) -> bool:
        """True if the sandbox passes the module through: all workflows of a worker share it."""
        ...

    def is_restricted(self) -> bool:
        """True if the sandbox surely loads the module again: its restrictions hold for the code."""
        ...

    def is_made_restricted(self) -> bool:
        """True if such code makes the object that the expression refers to.

        It may be made there, or by a module that keeps it under a name.
        """
        ...

    def missing(self, module: str, names: Sequence[str]) -> str:
        """Return the module that ``from module import names`` would load while a workflow runs.

        It is neither there by then nor passed through. Empty if there is none.
        """
        ...

    def imports_back(self, module: str) -> bool:
        """Return True if a module imports the one of the place, directly or through others."""
        ...

    def shared(self) -> Shared | None:
        """Return where the object of the expression lives, if it outlives a workflow."""
        ...

    def can_sort(self) -> bool | None:
        """Return if its elements can be put in order; ``None`` if that is not known."""
        ...

    def source(self) -> str:
        """Return the text of the module."""
        ...

    def waits_for_command(self) -> bool:
        """True if the place waits for what a command gives, such as the result of an activity."""
        ...

    def external_bases(self) -> frozenset[str]:
        """Return the dotted names of all classes outside the project that the expression has.

        They are the bases of the class of the project that it is, or is an object of.
        """
        ...

    def may_be_caught(self, error: str) -> bool:
        """True if a handler around the place may get an error, here or in a caller.

        It is given by its dotted name.
        """
        ...

    def fails_task(self, error: str) -> bool:
        """True if an error that comes out of the place makes the workflow task fail.

        It is given by its dotted name; see :meth:`wflint.rule.raise_view.RaiseView.fails_tasks_of`.
        """
        ...

    def is_raised_to_fail_task(self, name: str) -> bool:
        """True if workflow code raises a class of the module, which makes the workflow task fail.

        It may also be one that derives from it; see
        :meth:`wflint.rule.raise_view.RaiseView.fails_tasks_of`.
        """
        ...

    def is_always_given(self, name: str, keyword: str) -> bool:
        """True if all calls that make an object of a class of the module pass an argument.

        False if there is no such call. Tests do not count.
        """
        ...


class CallView(Struct, dict=True):
    """One call or use of a name, with its arguments.

    ``name`` is the qualified external name (empty for functions of the project), ``shown`` the name
    as the source has it, with ``()`` for calls. ``callee`` is the project's function, if it is one.
    ``properties`` are those that rules' tables know of the name.
    """

    name: str
    shown: str
    site: int
    function: FunctionHead
    settings: RuleSettings
    lookups: Lookups
    call: Call | None = None
    use: Use | None = None
    callee: Callee | None = None
    args: tuple[Arg, ...] = field(default=())
    partial: bool = False
    properties: frozenset[Property] = frozenset()

    @property
    def is_call(self) -> bool:
        """True if it is a call, not a mere use."""
        return self.call is not None

    @property
    def _flags(self) -> int:
        place = self.call or self.use
        return place.flags if place is not None else 0

    @property
    def awaited(self) -> bool:
        """True if the call is the operand of ``await``."""
        return bool(self._flags & Flag.AWAITED)

    @property
    def is_statement(self) -> bool:
        """True if the call is a statement of its own: its value is dropped."""
        return bool(self._flags & Flag.STATEMENT)

    @property
    def is_returned(self) -> bool:
        """True if the call is the operand of ``return``, or all of a lambda's body."""
        return bool(self._flags & Flag.RETURNED)

    @property
    def target_of(self) -> str:
        """The call of the SDK that gets the value as its target: `execute_activity(f(x))`."""
        return self.lookups.target_of(self.site)

    @property
    def in_loop(self) -> bool:
        """True if the call is in a loop or comprehension of its function."""
        return bool(self._flags & Flag.IN_LOOP)

    @property
    def only_outside(self) -> bool:
        """True if the place only runs outside of workflows, or where no event loop runs."""
        return bool(self._flags & Flag.NOT_IN_WORKFLOW)

    @property
    def in_async(self) -> bool:
        """True if the function that contains the call is ``async def``."""
        return self.function.is_async

    @property
    def can_be_plain(self) -> bool:
        """True if the function that contains the call surely has no ``await``."""
        return not self.function.is_async or not self.lookups.may_wait()

    @property
    def regions(self) -> Region:
        """The regions of the rule's scope that the place is in."""
        return self.lookups.regions()

    @property
    def way(self) -> Sequence[FunctionHead]:
        """The functions by which the place is reached: from an entry point to its own one."""
        return self.lookups.way() or (self.function,)

    @property
    def callers(self) -> Sequence[CommandView]:
        """The commands by which workflows call the activities that lead here, as far as known."""
        return self.lookups.callers()

    @cached_property
    def positional(self) -> list[Arg]:
        """The plain positional arguments that stand before any ``*spread``."""
        if self.partial:
            return []  # the arguments of the partial object come before
        return positional(by_keyword(self.args))

    def keyword(self, name: str) -> Arg | None:
        """The argument given as ``name=``."""
        return next((a for a in self.args if a.keyword == name), None)

    def argument(self, index: int, name: str) -> Arg | None:
        """The argument at a position (0-based) or given by name."""
        if index < len(self.positional):
            return self.positional[index]
        return self.keyword(name)

    @cached_property
    def spreads(self) -> list[Mapping[str, Written] | None]:
        """The contents of each ``**spread``; ``None`` where that is not known."""
        options, written = self.lookups.values.options, self.lookups.written
        return [options(written(a.value)) for a in self.args if a.star == "**"]

    @property
    def spread(self) -> bool:
        """True if something is spread into the call whose contents are not known."""
        return self.partial or any(a.star == "*" for a in self.args) or None in self.spreads

    @cached_property
    def keywords(self) -> frozenset[str]:
        """The names of all keyword arguments, those of followed spreads included."""
        names = {a.keyword for a in self.args if a.keyword}
        return frozenset(names.union(*(s for s in self.spreads if s is not None)))

    @cached_property
    def none_keywords(self) -> frozenset[str]:
        """Those keyword arguments that are ``None``."""
        return self._keywords_of(ValueType.NONE)

    @cached_property
    def number_keywords(self) -> frozenset[str]:
        """Those keyword arguments that are an integer or a float."""
        return self._keywords_of(ValueType.INT, ValueType.FLOAT)

    def _keywords_of(self, *types: ValueType) -> frozenset[str]:
        given = ((name, self.given(name)) for name in self.keywords)
        return frozenset(name for name, at in given if at and at.value.type in types)

    def option(self, name: str) -> Value | None:
        """The value of a keyword argument, that of a followed spread included, if it is known."""
        given = self._given(name)
        return given.value if given is not None else None

    def given(self, name: str, index: int = -1) -> Written | None:
        """Return an argument as :meth:`option` does, followed to where it is written out.

        That may be in a constant, a table or a function, of any module. ``index`` is its position
        (0-based) if it can come by position.
        """
        given = self._given(name, index)
        return self.lookups.values.follow(given) if given is not None else None

    def _given(self, name: str, index: int = -1) -> Written | None:
        direct = self.argument(index, name) if index >= 0 else self.keyword(name)
        if direct is not None:
            return self.lookups.written(direct.value)
        return next((s[name] for s in self.spreads if s is not None and name in s), None)

    @property
    def values(self) -> WrittenLookups:
        """Answers about what :meth:`given` returns."""
        return self.lookups.values

    def qualified(self, value: Value) -> str:
        """The qualified external name that an argument refers to, or ``""``."""
        return self.lookups.qualified(value)

    def types(self, value: Value) -> tuple[TypeView, ...]:
        """Return all types that an argument may be an instance of; none when any is not known."""
        return self.values.types(self.lookups.written(value))

    def resolve(self, value: Value) -> Callee | None:
        """The function of the project that an argument refers to."""
        return self.lookups.resolve(value)

    def effect_of(self, argument: Arg, effect: Effect) -> EffectAt | None:
        """Return the nearest place where a function that is handed over has an effect."""
        return self.lookups.effect(argument.value, effect)

    def written(self, argument: Arg) -> str:
        """Return the source of an argument on one line, shortened; empty if it has no place."""
        return self.lookups.source(argument.site) if argument.site >= 0 else ""

    def properties_of(self, name: str) -> frozenset[Property]:
        """The properties that rules' tables know of a qualified name."""
        return self.lookups.properties(name)

    def passes(self, module: str) -> bool:
        """True if a module is passed through the sandbox wherever it is imported, or may be."""
        return self.lookups.passes(module)

    def program_has(self, pattern: str) -> bool:
        """True if a file of the program that names Temporal matches a regular expression."""
        return self.lookups.program_has(pattern)

    @property
    def is_restricted(self) -> bool:
        """True if the sandbox surely loads the module again: its restrictions hold for the code."""
        return self.lookups.is_restricted()

    def missing(self, module: str) -> str:
        """The module that importing ``module`` here would load; see :class:`FindingView`."""
        return self.lookups.missing(module, ())


class MutationView(Struct, frozen=True):
    """A place that changes the state of the workflow; ``shown`` is its source, shortened."""

    shown: str
    function: FunctionHead


class ImportView(Struct, frozen=True):
    """A call or use of a name that happens when a module is imported.

    ``api`` is the rule's own entry for the name in ``at_import``. ``owner`` is the code of the rule
    that reports the same in workflow code, or ``""``. ``is_reloaded`` is set when the sandbox does
    it again for some workflow, ``is_refused`` when the sandbox lets it fail. ``used`` gives, when
    workflow code uses a value that the place has a part in, the names that the value is made from,
    and ``is_repeated`` says that the sandbox does it again for a workflow that uses the value.
    ``runs_always`` is asked with names of errors: true if it surely happens at each import, and
    nothing around it catches these.
    """

    call: CallView
    api: Api | None
    owner: str
    is_reloaded: bool
    is_refused: bool
    used: Callable[[], frozenset[str] | None]
    is_repeated: Callable[[], bool]
    runs_always: Callable[[frozenset[str]], bool]
