"""The view of one call or use of a name, when all modules are known."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from wflint.facts.model import Arg, Call, Flag, FunctionHead, Kind, Use, Value, ValueType
from wflint.facts.signatures import by_keyword, positional
from wflint.rule.base import Property, RuleSettings
from wflint.rule.lookups import Lookups, WrittenLookups
from wflint.rule.views import Callee, EffectAt, TypeView
from wflint.rule.written import Written
from wflint.temporal.effects import Effect
from wflint.temporal.regions import Region

if TYPE_CHECKING:
    from wflint.rule.command_view import CommandView

COROUTINE = "a coroutine"
"""Stands for all ``async def`` of the project, see :meth:`CallView.gives`."""


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
    def at_import(self) -> bool:
        """True if the place runs when its module is imported: it is in no function."""
        return self.function.end == 0

    @property
    def in_async(self) -> bool:
        """True if the function that contains the call is ``async def``."""
        return self.function.is_async

    @property
    def can_be_plain(self) -> bool:
        """True if the function that contains the call surely has no ``await``."""
        return not self.function.is_async or not self.lookups.may_wait()

    @property
    def is_awaited_elsewhere(self) -> bool:
        """True if the function awaits the same call at another place, where it is a coroutine."""
        return self.call is not None and self.lookups.awaits(self.call.written)

    @property
    def may_be_another(self) -> bool:
        """True if the call may also be one of something else: a test or a caller decides."""
        return self.call is not None and self.lookups.may_be_another(self.call.target)

    @property
    def regions(self) -> Region:
        """The regions of the rule's scope that the place is in."""
        return self.lookups.regions()

    @property
    def around(self) -> Sequence[ast.AST]:
        """The nodes around the call in its function, the outermost first, and itself at the end.

        None at all where the function cannot be read.
        """
        word = self.call.written.rpartition(".")[2] if self.call is not None else ""
        return self.lookups.around(self.site, word) if word.isidentifier() else ()

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
        """Return the nearest place where a function that is handed over surely has an effect."""
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
    def may_change_later(self) -> bool:
        """True if what the call makes gets other values before it is used, or only serves to make
        copies with other ones.
        """
        return self.lookups.may_change_later(self.site)

    def is_intercepted(self, option: str) -> bool:
        """True if an interceptor of the project may set or change an option of such a call."""
        return self.lookups.is_intercepted(self.name, option)

    @property
    def is_restricted(self) -> bool:
        """True if the sandbox surely loads the module again: its restrictions hold for the code."""
        return self.lookups.is_restricted()

    @property
    def is_never_read(self) -> bool:
        """True if what the call makes is kept in an attribute that no code of a workflow reads."""
        return self.call is not None and self.lookups.is_never_read(self.call)

    def gives(self, names: Collection[str]) -> bool:
        """True if a function of the project surely gives back what functions of some names give.

        With :data:`COROUTINE` among the names, that may be a coroutine of the project as well,
        perhaps made by a decorator.
        """
        return self.call is not None and self.lookups.gives(names, self.call.target)

    def may_be_kept(self, error: str) -> bool:
        """True if a handler around the call, here or in a caller, may get and keep an error."""
        return self.lookups.may_be_kept(self.site, error)

    @property
    def may_be_on_workflow(self) -> bool:
        """True if a method is called on a parameter that may be the workflow which runs."""
        target = self.call.target if self.call is not None else None
        if target is None or target.kind is not Kind.PARAM or len(target.path) != 1:
            return False
        return self.lookups.may_be_workflow(target)

    def missing(self, module: str) -> str:
        """The module that importing ``module`` here would load; see :class:`FindingView`."""
        return self.lookups.missing(module, ())

    def imports_back(self, module: str) -> bool:
        """True if a module imports the one of the place at its top, directly or through others."""
        return self.lookups.imports_back(module)
