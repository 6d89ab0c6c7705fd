"""The view of what a rule's visitor has found, when all modules are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from wflint.diagnostics import Severity
from wflint.facts.model import FunctionHead, Site, Value
from wflint.rule.base import RuleSettings
from wflint.rule.loading_view import LateLoad
from wflint.rule.views import Callee, EffectAt, LateImport, Shared, TypeView
from wflint.temporal.effects import Effect

if TYPE_CHECKING:
    from wflint.rule.command_view import CommandView
    from wflint.rule.definition_views import Beats


T = TypeVar("T")


class Constant(NamedTuple):
    """What a name of a module stands for; of a call what it calls, as a dotted ``name``."""

    value: Value
    name: str


class ActivityWork(NamedTuple):
    """An activity, and the commands by which workflows call it.

    It is ``looked_at`` if all workflow code that calls it may look at what it returns: test it,
    hand it to other code, or keep it where others can see it.
    """

    function: Callee
    calls: Sequence[CommandView]
    looked_at: Callable[[], bool]


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

    def work_of(self) -> Iterable[ActivityWork]:
        """Return the activities whose work the function does, as far as known.

        That is the one that it is, or else those that do nothing but to return what it gives.
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

    def constant(self) -> Constant | None:
        """Return the value of the expression, if it is a constant of a module."""
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

    def caught(self) -> tuple[str, ...]:
        """Return the dotted names of the classes that the handler at the place is for.

        ``""`` stands for one that is not known, and a handler without a class is for
        ``builtins.BaseException``. None at all where there is no handler at the place.
        """
        ...

    def may_see_order(self, left: Iterable[tuple[str, bool]]) -> bool:
        """Return if somebody may look at the order of a collection that gets out of the function.

        ``left`` are the ways: returned, which is ``""``, or stored in an attribute of that name;
        each with whether it is a mapping.
        """
        ...

    def callees(self, site: Site) -> list[Callee]:
        """Return the functions of the project that are called at a site."""
        ...

    def effect_between(self, start: Site, end: Site, effect: Effect) -> EffectAt | None:
        """Return the first place from ``start`` to ``end`` (exclusive) that has an effect.

        It may be there itself, or in what is called there.
        """
        ...

    def calls_code_with(self, start: Site, end: Site, pattern: str) -> bool:
        """True if code of the project that is called from ``start`` to ``end`` has a match.

        It may be called there itself, or by what is.
        """
        ...

    def may_be_woken(self) -> bool:
        """True if something else ends a wait there, or wakes the workflow again and again.

        That is a timeout or a task of all callers, or a task beside it that sleeps in a loop.
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

    def missing(self, late: LateImport) -> str:
        """Return the module that an import would load while a workflow runs.

        It is neither there by then nor passed through. Empty if there is none.
        """
        ...

    def loads(self, module: str) -> LateLoad:
        """Return what importing a module there leads to outside of the project."""
        ...

    def imports_back(self, module: str) -> bool:
        """Return True if a module imports the one of the place, directly or through others.

        So it does when it is told by the same rule to import it at the top of the file.
        """
        ...

    def shared(self) -> Shared | None:
        """Return where the object of the expression lives, if it outlives a workflow."""
        ...

    @property
    def is_in_tests(self) -> bool:
        """True if the file is a test, by the setting `test-paths`."""
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

    def may_fail_by_command(self) -> bool:
        """True if the place waits for what ends by the error of a command that fails.

        That is an activity, a child workflow or a Nexus operation, if nothing keeps the error.
        """
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

    def may_be_stopped(self) -> bool:
        """True if something on the way to the place may end what runs there after some time.

        That is a decorator, a context manager, the function itself, or a start of the workflow.
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
