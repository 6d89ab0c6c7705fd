"""The view of a Worker."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Generic, TypeVar

from msgspec import Struct

from wflint.rule.definition_views import ActivityView, WorkflowView
from wflint.rule.place import Place

T = TypeVar("T")


class ElementForm(enum.Enum):
    """The way in which a list names something that can be registered."""

    BOUND = "bound"  # a method of an object
    CALLED = "called"  # what calling it gives
    CLASS = "class"  # a class
    FUNCTION = "function"
    OBJECT = "object"  # an object of a class
    UNBOUND = "unbound"  # a method of a class, which no object is known to


class ListElement(Struct, Generic[T], frozen=True):
    """One element of a list as it is written, if it is surely one thing of the project.

    ``definition`` is what the name in it stands for: of ``charge()`` the activity ``charge``, of
    ``Orders()`` the class. ``is_sure`` is set if the list always has the element, ``needs_nothing``
    if it is a class whose objects are made without arguments.
    """

    form: ElementForm
    shown: str
    definition: T | None
    is_sure: bool
    needs_nothing: bool
    find_place: Callable[[], Place | None]


class Listed(Struct, Generic[T], frozen=True):
    """The contents of a list, as far as they are known.

    ``open`` says why there may be more in it; a closed list has ``""`` there. ``elements``
    are those of which it is known what they are, as they are written.
    """

    items: tuple[T, ...] = ()
    open: str = ""
    elements: tuple[ListElement[T], ...] = ()

    @property
    def is_closed(self) -> bool:
        """True if nothing else can be in it."""
        return not self.open


class RunnerKind(enum.Enum):
    """The way in which a Worker runs workflows."""

    SANDBOXED = "sandboxed"
    UNSANDBOXED = "unsandboxed"
    UNKNOWN = "unknown"


class OptionView(Struct, frozen=True):
    """What an option is given.

    ``word`` is the source of a constant. ``made_by`` is the dotted name of what is called to make
    the object, with ``options`` for its arguments by keyword and ``positional`` for others;
    ``is_open`` is set if there may be more of them.
    """

    word: str = ""
    made_by: str = ""
    options: Mapping[str, OptionView] = {}
    positional: tuple[OptionView, ...] = ()
    is_open: bool = False

    @property
    def is_missing(self) -> bool:
        """True if it surely counts as if nothing were given."""
        return self.word in {"None", "False", "0", "''"}

    @property
    def is_given(self) -> bool:
        """True if something is surely given."""
        return bool(self.made_by or self.word) and not self.is_missing

    @property
    def number(self) -> int | None:
        """The integer that it is, if it is one."""
        return int(self.word) if self.word.isdecimal() else None


class WorkerView(Struct, frozen=True, dict=True):
    """A Worker.

    ``path`` is its file. ``passthrough`` are modules that its runner
    passes through besides the SDK's own. ``plugins``, ``interceptors`` and
    ``workflow_failure_exception_types`` are dotted names. ``has_executor`` and ``debug_mode`` are
    ``None`` if it is not known what is given. ``in_test`` is set for one that a test makes.

    ``given`` has the options as far as they are known, with the client as ``client``; ``changed``
    says what may give it more options, or other ones, and is empty if nothing does. ``is_of_sdk``
    is set if it is surely an object of the SDK's own class.
    """

    path: str
    workflows: Listed[WorkflowView]
    activities: Listed[ActivityView]
    runner: RunnerKind
    passthrough: Listed[str]
    plugins: Listed[str]
    interceptors: Listed[str]
    workflow_failure_exception_types: Listed[str]
    has_executor: bool | None
    debug_mode: bool | None
    options: frozenset[str]
    in_test: bool
    given: Mapping[str, OptionView]
    changed: str
    find_place: Callable[[], Place]
    find_task_queue: Callable[[], str | None]
    is_of_sdk: bool = False

    @cached_property
    def place(self) -> Place:
        """Return the call that makes it, which has to be looked for."""
        return self.find_place()

    @cached_property
    def task_queue(self) -> str | None:
        """Return the name of its task queue; ``None`` if that is not known."""
        return self.find_task_queue()

    @property
    def registered_workflows(self) -> tuple[WorkflowView, ...]:
        """Return the classes that the SDK is surely given as workflows, if it is no test."""
        elements = self.workflows.elements if self.is_of_sdk and not self.in_test else ()
        sure = (e for e in elements if e.is_sure and e.form is ElementForm.CLASS)
        return tuple(e.definition for e in sure if e.definition is not None)

    def lacks(self, option: str) -> bool:
        """True if an option is surely not given, or given as nothing."""
        given = self.given.get(option)
        return not self.changed if given is None else given.is_missing and not self.changed

    def has(self, option: str) -> bool:
        """True if an option is surely given something that counts."""
        given = self.given.get(option)
        return given is not None and given.is_given
