"""The errors that workflow code meets, with the classes that they derive from."""

from __future__ import annotations

import builtins
from functools import lru_cache

from wflint.temporal.effects import Effect

ACTIVITY_ERROR = "temporalio.exceptions.ActivityError"
CHILD_ERROR = "temporalio.exceptions.ChildWorkflowError"
OPERATION_ERROR = "temporalio.exceptions.NexusOperationError"
CANCELLED = "asyncio.CancelledError"
SDK_CANCELLED = "temporalio.exceptions.CancelledError"
TIMED_OUT = "asyncio.TimeoutError"
CONTINUES = "temporalio.workflow.ContinueAsNewError"
REFUSED = "temporalio.worker.workflow_sandbox.RestrictedWorkflowAccessError"
NONDETERMINISM = "temporalio.workflow.NondeterminismError"

FAILS_AS = {
    Effect.AWAITS_ACTIVITY: ACTIVITY_ERROR,
    Effect.AWAITS_CHILD: CHILD_ERROR,
    Effect.AWAITS_OPERATION: OPERATION_ERROR,
    Effect.AWAITS_START: CANCELLED,
    Effect.AWAITS_ASYNCIO: CANCELLED,
    Effect.TIMES_OUT: TIMED_OUT,
    Effect.CONTINUES: CONTINUES,
    Effect.ASKS_ACTIVITY: "builtins.RuntimeError",
}
"""The errors that come out of an effect: where it fails, is cancelled, or ends the workflow.

What asks for the activity fails where none runs.
"""

_TIMED_OUT = "builtins.TimeoutError"
"""The same as that of asyncio from Python 3.11 on."""

_SAME = {
    "asyncio.exceptions.CancelledError": CANCELLED,
    "asyncio.exceptions.TimeoutError": TIMED_OUT,
    "builtins.EnvironmentError": "builtins.OSError",
    "builtins.IOError": "builtins.OSError",
    "socket.error": "builtins.OSError",
}
TEMPORAL = "temporalio.exceptions.TemporalError"
FAILURE = "temporalio.exceptions.FailureError"
_DERIVED = {
    TEMPORAL: "builtins.Exception",
    FAILURE: TEMPORAL,
    NONDETERMINISM: TEMPORAL,
    REFUSED: NONDETERMINISM,
    **dict.fromkeys(
        (
            ACTIVITY_ERROR,
            CHILD_ERROR,
            OPERATION_ERROR,
            SDK_CANCELLED,
            "temporalio.exceptions.ActivityAlreadyStartedError",
            "temporalio.exceptions.ApplicationError",
            "temporalio.exceptions.InvalidVersioningOverrideError",
            "temporalio.exceptions.NexusOperationAlreadyStartedError",
            "temporalio.exceptions.ServerError",
            "temporalio.exceptions.TerminatedError",
            "temporalio.exceptions.TimeoutError",
            "temporalio.exceptions.WorkflowAlreadyStartedError",
        ),
        FAILURE,
    ),
    CANCELLED: "builtins.BaseException",
    CONTINUES: "builtins.BaseException",
    TIMED_OUT: _TIMED_OUT,
    "builtins.ExceptionGroup": "builtins.BaseExceptionGroup",  # not in Python 3.10
    "builtins.BaseExceptionGroup": "builtins.Exception",
    "binascii.Error": "builtins.ValueError",
    "fastapi.HTTPException": "builtins.Exception",
    "fastapi.exceptions.HTTPException": "builtins.Exception",
    "json.JSONDecodeError": "builtins.ValueError",
    "json.decoder.JSONDecodeError": "builtins.ValueError",
    "pydantic.ValidationError": "builtins.ValueError",
    "pydantic_core.ValidationError": "builtins.ValueError",
    "starlette.exceptions.HTTPException": "builtins.Exception",
    "urllib.error.URLError": "builtins.OSError",
    "zoneinfo.ZoneInfoNotFoundError": "builtins.KeyError",
}

FAILS_WORKFLOW = frozenset({FAILURE, CANCELLED, CONTINUES, TIMED_OUT})
"""The errors that end a workflow, whatever its settings say."""


def error_name(name: str) -> str:
    """Return the one name of a class that has several, for comparison."""
    return _SAME.get(name, name)


@lru_cache(maxsize=512)
def classes_of(error: str) -> tuple[str, ...]:
    """Return an error of Python or the SDK with all that it derives from, as far as is known."""
    found = [TIMED_OUT if error == _TIMED_OUT else error_name(error)]
    while found[-1] in _DERIVED:
        found.append(_DERIVED[found[-1]])
    module, _, name = found[-1].rpartition(".")
    known = getattr(builtins, name, None) if module == "builtins" else None
    if isinstance(known, type) and issubclass(known, BaseException):
        found += [f"builtins.{cls.__name__}" for cls in known.__mro__[1:-1]]
    return tuple(found)
