"""Questions about values that need the whole program."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from wflint.facts.model import Call, FunctionHead, Ref, Site, Value
from wflint.rule.base import Property
from wflint.rule.views import Callee, EffectAt, TypeView
from wflint.rule.written import Written
from wflint.temporal.effects import Effect
from wflint.temporal.regions import Region

if TYPE_CHECKING:
    from wflint.rule.command_view import CommandView


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
    ``program_has`` is :meth:`CallView.program_has`. ``awaits`` tells whether the function awaits a
    call that is written in some way. ``may_be_another`` is :attr:`CallView.may_be_another` of what
    is called. ``imports_back`` is :meth:`CallView.imports_back`, ``is_never_read``
    :attr:`CallView.is_never_read` of a call, and ``may_be_kept``
    :meth:`CallView.may_be_kept` of a site. ``gives`` is :meth:`CallView.gives` of what is called.
    ``may_be_workflow`` tells whether a parameter may be the object that the entry point is a method
    of, or a part of it. ``is_intercepted`` is :meth:`CallView.is_intercepted` of what is called,
    ``may_change_later`` :attr:`CallView.may_change_later` of a site, and ``around``
    :attr:`CallView.around`, for a call of something with a last word.
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
    awaits: Callable[[str], bool] = lambda written: False
    may_be_another: Callable[[Ref], bool] = lambda target: False
    imports_back: Callable[[str], bool] = lambda module: False
    is_never_read: Callable[[Call], bool] = lambda call: False
    may_be_kept: Callable[[Site, str], bool] = lambda site, error: False
    gives: Callable[[Collection[str], Ref], bool] = lambda names, target: False
    may_be_workflow: Callable[[Ref], bool] = lambda parameter: False
    may_change_later: Callable[[Site], bool] = lambda site: False
    is_intercepted: Callable[[str, str], bool] = lambda name, option: False
    around: Callable[[Site, str], Sequence[ast.AST]] = lambda site, word: ()
