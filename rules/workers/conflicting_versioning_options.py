"""Passes a Worker options for versioning or slots that exclude each other.

## What breaks

`deployment_config` has taken the place of `build_id` and `use_worker_versioning`, a `tuner` that of
the `max_concurrent_...` options. The SDK does not choose between them: `Worker(...)` raises, and
the process does not start.

## Bad

```python
from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.worker import Worker, WorkerDeploymentConfig


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


def make_worker(client: Client) -> Worker:
    version = WorkerDeploymentVersion(deployment_name="orders", build_id="1.4")
    return Worker(
        client,
        task_queue="orders",
        activities=[charge],
        build_id="1.4",
        deployment_config=WorkerDeploymentConfig(version=version, use_worker_versioning=True),
    )
```

## Good

```python
from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.worker import Worker, WorkerDeploymentConfig


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


def make_worker(client: Client) -> Worker:
    version = WorkerDeploymentVersion(deployment_name="orders", build_id="1.4")
    return Worker(
        client,
        task_queue="orders",
        activities=[charge],
        deployment_config=WorkerDeploymentConfig(version=version, use_worker_versioning=True),
    )
```

## What the SDK does

`Worker(...)` raises `ValueError: deployment_config cannot be used with build_id or
use_worker_versioning`, `build_id must be specified when use_worker_versioning is True`,
`default_versioning_behavior must be UNSPECIFIED when use_worker_versioning is False`, or `Cannot
specify max_concurrent_workflow_tasks, ... when also specifying tuner`.

## References

* https://docs.temporal.io/production-deployment/worker-deployments/worker-versioning
* https://python.temporal.io/temporalio.worker.WorkerDeploymentConfig.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import OptionView, WorkerView

_SLOTS = (
    "max_concurrent_workflow_tasks",
    "max_concurrent_activities",
    "max_concurrent_local_activities",
    "max_concurrent_nexus_tasks",
)
_CONFIG = "temporalio.worker.WorkerDeploymentConfig"
_BEHAVIOR = "temporalio.common.VersioningBehavior."


class ConflictingVersioningOptions(Rule):
    code = "WFL560"
    name = "conflicting-versioning-options"
    severity = Severity.ERROR
    scope = Scope.WORKER
    since = "0.1"

    def check_worker(self, worker: WorkerView) -> Iterable[Report]:
        """The first conflict, in the order in which the SDK looks for them."""
        conflict = next(_conflicts(worker), "") if not worker.changed else ""
        if conflict:
            yield Report(f"`Worker()` raises, for {conflict}")


def _conflicts(worker: WorkerView) -> Iterator[str]:
    if worker.has("use_worker_versioning") and worker.lacks("build_id"):
        yield "`use_worker_versioning` needs a `build_id`; use `deployment_config` instead of both"
    if worker.has("deployment_config"):
        for option in ("build_id", "use_worker_versioning"):
            if worker.has(option):
                yield f"`deployment_config` excludes `{option}`; leave `{option}` out"
        if _has_default_for_nothing(worker.given["deployment_config"]):
            yield (
                "`default_versioning_behavior` is given although `use_worker_versioning` is "
                "`False`; leave it out"
            )
    if worker.has("tuner"):
        for option in _SLOTS:
            if worker.has(option):
                yield f"`tuner` excludes `{option}`; say it in the tuner"


def _has_default_for_nothing(config: OptionView) -> bool:
    names = ("version", "use_worker_versioning", "default_versioning_behavior")
    given = {**dict(zip(names, config.positional, strict=False)), **config.options}
    used, default = given.get(names[1]), given.get(names[2])
    if config.made_by != _CONFIG or config.is_open or used is None or default is None:
        return False
    is_other = default.word.startswith(_BEHAVIOR) and not default.word.endswith(".UNSPECIFIED")
    return used.is_missing and is_other
