"""The view of a ``raise`` statement."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from wflint.config.rule_settings import RuleSettings
from wflint.facts.model import FunctionHead, Raise
from wflint.temporal.regions import Region


class ErrorView(Struct, frozen=True):
    """A class of errors: its dotted name, and the names of ``classes``: it and all above it.

    ``is_own`` is set for one of the project.
    """

    name: str
    classes: tuple[str, ...]
    is_own: bool = False

    @property
    def shown(self) -> str:
        """Return how people know it."""
        return self.name.rpartition(".")[2]


class RaiseView(Protocol):
    """A ``raise`` of something new in a function, when all modules are known.

    One that raises again what it has caught is not shown to rules.
    """

    statement: Raise
    function: FunctionHead
    settings: RuleSettings

    @property
    def is_in_entry(self) -> bool:
        """True if the function is called by the SDK itself: a run method, a handler."""
        ...

    def errors(self) -> tuple[ErrorView, ...]:
        """Return the classes of which the error may be; none if they are not all known."""
        ...

    def fails_tasks_of(self, error: ErrorView) -> Region:
        """Return where an error of a class, raised here, fails the workflow task, not the workflow.

        These are the regions of the entry points that it comes out of: of a workflow's run method,
        constructor, signal or update handler to which there is a way on which nobody catches it.
        Neither the workflow nor its Worker names it among the ``failure_exception_types``. What
        comes out of a constructor of another class does not count: the code itself has given that
        what it refuses.
        """
        ...

    def fails_workflows_of(self, error: ErrorView) -> Region:
        """Return where a failure of a class, raised here, comes out, and nobody catches it.

        These are the regions of entry points, as of :meth:`fails_tasks_of`; none for an error that
        is no failure, such as ``ValueError``.
        """
        ...

    def is_left_over(self) -> bool:
        """True if no case is left for it.

        All of an enumeration, or of a ``Literal``, are taken, it ends a chain over classes, or what
        it stands under is refuted by a test before, or by an annotation.
        """
        ...

    def gives_state(self) -> bool:
        """True if the method only gives state of its object, and raises if that is missing."""
        ...

    def is_known_to_workflows(self) -> bool:
        """True if the function belongs to workflows, or is called directly by what does.

        That is what a class or a file of workflows has, and what two files in a row know the SDK
        for: that of the function, and that of a caller.
        """
        ...
