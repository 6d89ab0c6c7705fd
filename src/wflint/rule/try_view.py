"""The view of a ``try`` statement."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from wflint.config.rule_settings import RuleSettings
from wflint.facts.model import FunctionHead, Handler, Try
from wflint.rule.views import EffectAt
from wflint.temporal.effects import Effect
from wflint.temporal.regions import Region


class TryView(Protocol):
    """A ``try`` in a function, when all modules are known."""

    statement: Try
    function: FunctionHead
    settings: RuleSettings

    def effect(self, effect: Effect) -> EffectAt | None:
        """Return the nearest place where what is protected has an effect, itself or by a call.

        What a handler further in keeps does not count.
        """
        ...

    def caught(self, handler: Handler) -> tuple[str, ...]:
        """Return the dotted names of the classes that a handler is for, ``""`` if not known."""
        ...

    def shown(self, handler: Handler) -> str:
        """Return the head of a handler as the source may have it: ``except ValueError``."""
        ...

    def catching(self, error: str, *, surely: bool = False) -> Handler | None:
        """Return the handler that gets an error of Python or the SDK, given by its dotted name.

        One whose classes are not known may get it, too, unless ``surely`` is set.
        """
        ...

    @property
    def is_restricted(self) -> bool:
        """True if the sandbox surely loads the module again: its restrictions hold for the code."""
        ...

    def raises(self, handler: Handler) -> bool:
        """True if a handler may raise, itself or by what it calls."""
        ...

    def tries_again(self, handler: Handler) -> bool:
        """True if a handler raises on the last round of a loop only: before, the loop goes on."""
        ...

    def gives_commands(self, handler: Handler) -> bool:
        """True if a handler gives commands other than timers, itself or by what it calls."""
        ...

    def awaits_unknown(self, handler: Handler) -> bool:
        """True if a handler awaits the result of a call of which it is not known what it does."""
        ...

    def cleans_up(self) -> bool:
        """True if the ``finally`` gives such commands, or a ``try`` around it when cancelled."""
        ...

    @property
    def fails_anyway(self) -> bool:
        """True if the statement only runs in handlers that always raise, here or in callers."""
        ...

    @property
    def only_handles(self) -> bool:
        """True if the statement only runs in handlers, here or in callers."""
        ...

    def given_to(self, handler: Handler) -> list[str]:
        """Return the dotted names of what a handler gives its error to, ``""`` if not known."""
        ...

    @property
    def is_cancelled(self) -> bool:
        """True if a cancellation of the workflow, or of the activity, reaches the statement.

        It reaches the run method and what that awaits, but no other task, and no handler. It comes
        only once: not where nothing but handlers of it leads to. Nor does it reach a plain activity
        that wants no error for it: `no_thread_cancel_exception=True`.
        """
        ...

    @property
    def cancels(self) -> bool:
        """True if the function, or all that call it, cancel something, which may be awaited."""
        ...

    def uncancels(self, handler: Handler) -> bool:
        """True if the function, or what a handler calls, takes a cancellation back."""
        ...

    def is_cancellation_asked(self) -> bool:
        """True if something asks later whether the workflow has been cancelled, or in a handler.

        That is `workflow.cancellation_reason()`, here or where all callers go on.
        """
        ...

    def is_last_step(self, handler: Handler) -> bool:
        """True if the workflow is over after the statement, however that comes out.

        What is awaited there is dropped, and nothing is awaited after it, in the function and in
        all that call it, or an error is on its way.
        """
        ...

    def is_handling(self, error: str) -> bool:
        """True if the statement stands in a handler of an error, or in a ``finally``."""
        ...

    @property
    def is_protected(self) -> bool:
        """True if another ``try`` of the function protects the statement."""
        ...

    def raises_later(self, *errors: str) -> bool:
        """True if the function itself raises one of some errors outside of the statement.

        What it has kept may be one of them.
        """
        ...

    def does_more(self, handler: Handler) -> bool:
        """True if a handler calls or sets anything."""
        ...

    def may_raise(self, *errors: str) -> bool:
        """True if what is protected may raise one of some errors, itself or by what it calls.

        What the SDK and libraries raise does not count.
        """
        ...

    def may_be_caught(self, classes: Collection[str], *, around: bool = False) -> bool:
        """True if the statement, or one around it, here or in a caller, may catch an error.

        ``classes`` are the dotted names of that of the error and of all that it derives from.
        ``around`` leaves out the handlers of the statement itself.
        """
        ...

    @property
    def needs_python_3_11(self) -> bool:
        """True if a file of the program cannot be loaded with Python 3.10, or fails there.

        It takes names that only newer ones have, whatever the project's packaging files say.
        """
        ...

    def may_fail_otherwise(self, *, strictly: bool) -> bool:
        """True if anything that is protected may fail but commands: a library, something unknown.

        ``strictly`` says that expressions and functions of the project may do so as well.
        """
        ...

    @property
    def shields(self) -> bool:
        """True if something is protected from being cancelled there."""
        ...

    @property
    def awaits(self) -> bool:
        """True if anything is awaited there, in the function itself."""
        ...

    @property
    def runs_event_loop(self) -> bool:
        """True if something that is protected runs an event loop of its own: `asyncio.run(...)`."""
        ...

    @property
    def is_entry(self) -> bool:
        """True if the function is the run method of a workflow, and only that."""
        ...

    def runs_in(self, region: Region) -> bool:
        """True if entry points of a region reach the function."""
        ...

    def fails_task(self, error: str) -> bool:
        """True if an error that comes out of the statement makes the workflow task fail.

        It is given by its dotted name; see :meth:`wflint.rule.raise_view.RaiseView.fails_tasks_of`.
        """
        ...
