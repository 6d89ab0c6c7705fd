"""The view of a Worker."""

from __future__ import annotations

import enum
from typing import Generic, TypeVar

from msgspec import Struct

from wflint.rule.definition_views import ActivityView, Place, WorkflowView

T = TypeVar("T")


class Listed(Struct, Generic[T], frozen=True):
    """The contents of a list, as far as they are known.

    ``open`` says why there may be more in it; a closed list has ``""`` there.
    """

    items: tuple[T, ...] = ()
    open: str = ""

    @property
    def is_closed(self) -> bool:
        """True if nothing else can be in it."""
        return not self.open


class RunnerKind(enum.Enum):
    """The way in which a Worker runs workflows."""

    SANDBOXED = "sandboxed"
    UNSANDBOXED = "unsandboxed"
    UNKNOWN = "unknown"


class WorkerView(Struct, frozen=True):
    """A Worker.

    ``task_queue`` is ``None`` if it is not known. ``passthrough`` are modules that its runner
    passes through besides the SDK's own. ``plugins``, ``interceptors`` and
    ``workflow_failure_exception_types`` are dotted names. ``has_executor`` and ``debug_mode`` are
    ``None`` if it is not known what is given. ``in_test`` is set for one that a test makes.
    """

    place: Place
    workflows: Listed[WorkflowView]
    activities: Listed[ActivityView]
    task_queue: str | None
    runner: RunnerKind
    passthrough: Listed[str]
    plugins: Listed[str]
    interceptors: Listed[str]
    workflow_failure_exception_types: Listed[str]
    has_executor: bool | None
    debug_mode: bool | None
    options: frozenset[str]
    in_test: bool = False
