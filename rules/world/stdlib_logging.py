"""Logs through a logger that does not know about replay.

## What breaks

Workflow code runs again at every replay, so a plain logger writes the same record again, minutes
or days later, on another worker. Alerts and counts that are made from the log are wrong. The
history is not affected, which is why this is a warning.

`workflow.logger` is silent during replay, and adds the workflow's name and id.

loguru and structlog also log again. In addition, they may wait for a lock that other threads of the
worker hold, and a workflow must not wait for another thread. The asynchronous methods of structlog
(`await log.ainfo()`) log in a thread. The event loop of a workflow has no `run_in_executor()` for
that, so they raise `NotImplementedError`, and the workflow task is retried for ever.

## Bad

```python
import logging

from temporalio import workflow

logger = logging.getLogger(__name__)


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        logger.info("order received")
```

## Good

```python
import logging

from temporalio import workflow

logger = logging.LoggerAdapter(workflow.logger, {"component": "orders"})


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        workflow.logger.info("order received")
        logger.info("order stored")
```

A logger is reported once in each function. Logging below `if not workflow.unsafe.is_replaying():`
is not reported, nor are loggers that the setting `replay-safe-loggers` names. A `LoggerAdapter` is
judged by the logger that it wraps. A logger with only a declared type (`def get_logger() ->
logging.Logger`) is reported if wflint can see how it is made.

## Fix safety

`workflow.logger` in place of another logger is unsafe: records move to the logger
`temporalio.workflow`, so handlers and levels of the old name no longer apply, and their text gets
the workflow's details appended. All calls of a logger in a function change together, and nothing
else of them does, but `warn` becomes `warning` and `fatal` becomes `critical`. The old logger stays
where it was made. loguru and structlog format in ways of their own, so their calls are left to
you, as are calls with arguments that only some loggers take, and loggers that came as a parameter.
A function that activities, clients or tests call as well is not fixed, because `workflow.logger`
raises outside of a workflow.

## What the SDK does

Nothing: the sandbox lets the standard library's loggers through, and each replay logs again. A
workflow file that imports loguru outside `imports_passed_through()` fails to load.

## References

* https://docs.temporal.io/develop/python/observability
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Api, Fixable, Rule, Scope, Severity, Withheld, cst

if TYPE_CHECKING:
    from wflint.rule import FixView, Repair, TextEdit


def _chained(*steps: str) -> list[str]:
    """No step, one or two, as in `.bind(order=7).opt(lazy=True)`."""
    return ["", *(f".{a}" for a in steps), *(f".{a}.{b}" for a in steps for b in steps)]


# Method of a logger -> method of `workflow.logger` that does the same.
_METHODS = {
    "critical": "critical",
    "debug": "debug",
    "error": "error",
    "exception": "exception",
    "fatal": "critical",
    "info": "info",
    "log": "log",
    "warn": "warning",
    "warning": "warning",
}
_STANDARD = (
    "absl.logging",
    "celery.utils.log.get_task_logger",
    "daiquiri.getLogger",
    "logging",
    "logging.Logger",
    "logging.RootLogger",
    "logging.root",
    "logzero.logger",
)
_STRUCTLOG = tuple(
    f"{logger}{steps}"
    for logger in (
        "structlog.get_logger",
        "structlog.getLogger",
        "structlog.stdlib.BoundLogger",
        "structlog.stdlib.get_logger",
    )
    for steps in _chained("bind", "new")
)
_LOCKING = (
    *(f"loguru.logger{steps}" for steps in _chained("bind", "opt", "patch")),
    *_STRUCTLOG,
)
_LOCKING_METHODS = (*_METHODS, *("msg", "success", "trace"))
_OPTIONS = frozenset({"exc_info", "extra", "level", "msg", "stack_info", "stacklevel"})
_OWN_FORMAT = (
    "`{name}` logs again at every replay, and may wait for a lock that other threads hold; "
    "use `{use}`"
)
_IN_A_THREAD = (
    "`{name}` ends in `NotImplementedError`, because it logs in a thread and the event loop of a "
    "workflow has no `run_in_executor()`; use `{use}`"
)


class StdlibLogging(Rule):
    code = "WFL140"
    name = "stdlib-logging"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    fix = Fixable.UNSAFE
    since = "0.1"
    harmless_unless_replaying = True
    once_per_function = True
    message = "`{name}` logs again at every replay; use `{use}`"
    apis = {
        **{
            f"{logger}.{method}": Api(f"workflow.logger.{use}()", Fixable.UNSAFE)
            for logger in _STANDARD
            for method, use in _METHODS.items()
        },
        **{
            f"{logger}.{method}": Api("workflow.logger", message=_OWN_FORMAT)
            for logger in _LOCKING
            for method in _LOCKING_METHODS
        },
        **{
            f"{logger}.a{method}": Api(
                f"workflow.logger.{use}()",
                message=_IN_A_THREAD,
                severity=None if method == "debug" else Severity.ERROR,  # which few turn on
            )
            for logger in _STRUCTLOG
            for method, use in _METHODS.items()
        },
        "absl.logging.fatal": Api("workflow.logger.critical()"),  # ends the process
        "absl.logging.log": Api("workflow.logger.log()"),  # has levels of its own
        "logging.Logger.handle": Api("workflow.logger.log()"),
        "syslog.syslog": Api("workflow.logger.info()"),
    }

    def repair(self, at: FixView) -> Repair | None:
        """All calls of the logger in the function go to that of the workflow."""
        if at.api is not None and at.api.message in (_OWN_FORMAT, _IN_A_THREAD):
            raise Withheld(f"{at.name.partition('.')[0]} formats messages in its own way")
        if at.api is None or at.api.fix is Fixable.NONE:
            return None
        nodes = [at.node, *at.other_nodes]
        edits = [edit for node in nodes for edit in self._edits(at, node)]
        return at.unsafe("Use `workflow.logger`", *edits) if edits else None

    def _edits(self, at: FixView, node: cst.CSTNode) -> list[TextEdit]:
        """Return edits that make one call of a logger one of `workflow.logger`."""
        if not isinstance(node, cst.Call) or not all(_is_known(arg) for arg in node.args):
            return []
        name = at.dotted_name(node.func)
        api = self.apis.get(name)
        if api is not None and api.fix is Fixable.NONE:
            return []
        if isinstance(node.func, cst.Name):
            use = _METHODS.get(name.rpartition(".")[2], "")
            return [at.replace(node.func, at.workflow(f"logger.{use}"))] if use else []
        if not isinstance(node.func, cst.Attribute) or not _is_lasting(at, node.func.value):
            return []
        method = node.func.attr.value
        use = _METHODS.get(method, "")
        if not use:
            return []
        edits = [at.replace(node.func.value, at.workflow("logger"))]
        return edits if use == method else [*edits, at.replace(node.func.attr, use)]


def _is_known(arg: cst.Arg) -> bool:
    """True if any logger takes an argument."""
    is_option = arg.keyword is not None and arg.keyword.value in _OPTIONS
    return arg.star != "**" and (arg.keyword is None or is_option)


def _is_lasting(at: FixView, logger: cst.BaseExpression) -> bool:
    """True if an expression is not just what a caller gives."""
    from wflint.rule import Kind

    return at.ref(logger).kind is not Kind.PARAM
