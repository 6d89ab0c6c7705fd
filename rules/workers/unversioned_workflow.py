"""Lists a workflow in a versioned Worker without saying how the workflow is versioned.

## What breaks

With `WorkerDeploymentConfig(use_worker_versioning=True)` each workflow has to say what happens
to its running executions when a new version of the Worker is deployed: they stay with the old one
(`PINNED`) or move on to the new one (`AUTO_UPGRADE`). A Worker that lists a workflow without this
setting does not start.

## Bad

```python
from temporalio import workflow
from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.worker import Worker, WorkerDeploymentConfig


@workflow.defn
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

`default_versioning_behavior` in the `WorkerDeploymentConfig` speaks for all workflows that say
nothing themselves.

## What the SDK does

`Worker(...)` raises `ValueError: Workflow OrderWorkflow must specify a versioning behavior using
the `versioning_behavior` argument to `@workflow.defn` or by defining a function decorated with
`@workflow.dynamic_config`.`

## References

* https://docs.temporal.io/production-deployment/worker-deployments/worker-versioning
* https://docs.temporal.io/worker-versioning
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import ElementForm, PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import OptionView, WorkerView

_CONFIG = "WorkerDeploymentConfig"
_OPTIONS = ("version", "use_worker_versioning", "default_versioning_behavior")
_UNSPECIFIED = "temporalio.common.VersioningBehavior.UNSPECIFIED"


class UnversionedWorkflow(Rule):
    code = "WFL522"
    name = "unversioned-workflow"
    severity = Severity.ERROR
    scope = Scope.WORKER
    since = "0.1"

    def check_worker(self, worker: WorkerView) -> Iterable[PlacedReport]:
        """Each workflow that the Worker surely has."""
        config = worker.given.get("deployment_config")
        if config is None or worker.changed or not _asks_for_versions(config):
            return
        for element in worker.workflows.elements:
            workflow = element.definition
            is_listed = element.is_sure and element.form is ElementForm.CLASS
            if workflow is not None and is_listed and workflow.is_versioned is False:
                yield PlacedReport(
                    workflow.place,
                    Report(
                        f"`{workflow.shown}` has no `versioning_behavior`, and a Worker with "
                        "`use_worker_versioning=True` refuses it: ValueError; give it one in "
                        "`@workflow.defn`, or `default_versioning_behavior` to the config"
                    ),
                )


def _asks_for_versions(config: OptionView) -> bool:
    """True if a config surely wants versions, and has none for those who say nothing."""
    if config.made_by.rpartition(".")[2] != _CONFIG or config.is_open:
        return False
    given = dict(zip(_OPTIONS, config.positional, strict=False)) | dict(config.options)
    wanted, default = given.get("use_worker_versioning"), given.get("default_versioning_behavior")
    if wanted is None or wanted.word != "True":
        return False
    return default is None or default.word == _UNSPECIFIED
