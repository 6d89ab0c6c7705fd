"""Uses the versioning of Workers by build ids, which Worker Deployments have replaced.

## What breaks

`use_worker_versioning`, `build_id`, `VersioningIntent` and `get_current_build_id()` belong to the
versioning of before 2025. Servers drop their support of it: Workers then get no tasks, and commands
that name an intent are refused.

## Bad

```python
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return order


def make_worker(client: Client) -> Worker:
    return Worker(
        client,
        task_queue="orders",
        workflows=[OrderWorkflow],
        build_id="1.4",
        use_worker_versioning=True,
    )
```

## Good

```python
from temporalio import workflow
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import Worker, WorkerDeploymentConfig


@workflow.defn(versioning_behavior=VersioningBehavior.PINNED)
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return order


def make_worker(client: Client) -> Worker:
    version = WorkerDeploymentVersion(deployment_name="orders", build_id="1.4")
    return Worker(
        client,
        task_queue="orders",
        workflows=[OrderWorkflow],
        deployment_config=WorkerDeploymentConfig(version=version, use_worker_versioning=True),
    )
```

## What the SDK does

It marks them as deprecated in its documentation, and says nothing when they are used.

## References

* https://docs.temporal.io/production-deployment/worker-deployments/worker-versioning
* https://docs.temporal.io/encyclopedia/worker-versioning-legacy
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Api, ApiKind, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CallView, WorkerView

_CONFIG = "a `WorkerDeploymentConfig` and `versioning_behavior`"
_DEPLOYED = "`get_current_deployment_version()`"
_OPTIONS = ("use_worker_versioning", "build_id")


class DeprecatedWorkerVersioning(Rule):
    code = "WFL911"
    name = "deprecated-worker-versioning"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW | Scope.WORKER
    since = "0.1"
    message = "`{name}` belongs to the old versioning by build ids, which servers drop; use {use}"
    apis = {
        "temporalio.workflow.Info.get_current_build_id": Api(use=_DEPLOYED),
        "temporalio.workflow.info.get_current_build_id": Api(use=_DEPLOYED),
        "temporalio.workflow.VersioningIntent.*": Api(use=_CONFIG, kind=ApiKind.USE),
    }

    def judge(self, view: CallView, api: Api) -> Report | None:
        """Each place that names it, and not again where a variable holds it."""
        return self.reported(view, api) if "." in view.shown else None

    def check_worker(self, worker: WorkerView) -> Iterable[Report]:
        """Options of a Worker that go together: others are a conflict, which WFL560 reports."""
        given = [option for option in _OPTIONS if worker.has(option)]
        is_refused = worker.has("deployment_config") or given == [_OPTIONS[0]]
        if given and not is_refused:
            yield Report(
                f"`{given[0]}` belongs to the old versioning by build ids, which servers drop; use "
                "`deployment_config`"
            )
