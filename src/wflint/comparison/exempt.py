"""Says which workflows need not be compared: their runs never meet new code."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from wflint.comparison.side import Side
from wflint.rule.definition_views import WorkflowView
from wflint.rule.worker_view import OptionView, WorkerView

PINNED, SHORT_LIVED = "pinned", "short-lived"
_DEFAULT = "default_versioning_behavior"
_CONFIG = ("version", "use_worker_versioning", _DEFAULT)


class Exempt:
    """Knows the workflows that the settings call short-lived."""

    def __init__(self, short_lived: Iterable[str]) -> None:
        self._short_lived = tuple(short_lived)

    def __call__(self, old: Side, workflow: WorkflowView) -> str:
        """Return why a workflow of the old side need not be compared, or ``""``."""
        if self.is_short_lived(workflow.name):
            return SHORT_LIVED
        return PINNED if is_pinned(old, workflow) else ""

    def is_short_lived(self, name: str) -> bool:
        """True if the settings say that runs of a workflow have ended before new code comes."""
        return any(fnmatchcase(name, pattern) for pattern in self._short_lived)


def goes_on_in_new_code(side: Side, workflow: WorkflowView) -> bool:
    """True if an exempt workflow continues as new, and its next run is one of new code."""
    upgrades = side.continued.get(workflow.cls)
    return upgrades is not None and (upgrades or not is_pinned(side, workflow))


def is_pinned(side: Side, workflow: WorkflowView) -> bool:
    """True if runs of a workflow stay with the version of the Worker that they began with."""
    workers = [w for w in side.workers if any(i.cls == workflow.cls for i in w.workflows.items)]
    if any(worker.lacks("deployment_config") for worker in workers):
        return False  # without versions, nothing is pinned
    if workflow.versioning not in ("", "UNSPECIFIED"):
        return workflow.versioning == "PINNED"
    return bool(workers) and workflow.is_versioned is False and all(map(_pins, workers))


def _pins(worker: WorkerView) -> bool:
    """True if the configuration of a Worker pins all workflows that say nothing themselves."""
    config: OptionView | None = worker.given.get("deployment_config")
    if config is None or config.is_open or worker.changed:
        return False
    given = dict(zip(_CONFIG, config.positional, strict=False)) | dict(config.options)
    default = given.get(_DEFAULT)
    return default is not None and default.word.rpartition(".")[2] == "PINNED"
