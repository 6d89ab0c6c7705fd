"""Methods of base classes of the SDK that it calls inside of workflows."""

from __future__ import annotations

from collections.abc import Iterable

_CONVERTER = frozenset({"__init__", "encoding", "from_payload", "to_payload"}) | {
    "from_payloads",
    "from_payloads_wrapper",
    "to_payloads",
    "to_payloads_wrapper",
}
_FAILURE = frozenset({"__init__", "from_failure", "to_failure"})
_INBOUND = frozenset(
    {
        "__init__",
        "execute_workflow",
        "handle_query",
        "handle_signal",
        "handle_update_handler",
        "handle_update_validator",
        "init",
    }
)
_OUTBOUND = frozenset(
    {
        "__init__",
        "continue_as_new",
        "info",
        "init",
        "signal_child_workflow",
        "signal_external_workflow",
        "start_activity",
        "start_child_workflow",
        "start_local_activity",
        "start_nexus_operation",
    }
)
CODE_IN_WORKFLOWS: dict[str, frozenset[str]] = {
    "temporalio.converter.CompositePayloadConverter": _CONVERTER,
    "temporalio.converter.DefaultFailureConverter": _FAILURE,
    "temporalio.converter.DefaultPayloadConverter": _CONVERTER,
    "temporalio.converter.EncodingPayloadConverter": _CONVERTER,
    "temporalio.converter.FailureConverter": _FAILURE,
    "temporalio.converter.JSONPlainPayloadConverter": _CONVERTER,
    "temporalio.converter.PayloadConverter": _CONVERTER,
    "temporalio.worker.WorkflowInboundInterceptor": _INBOUND,
    "temporalio.worker.WorkflowOutboundInterceptor": _OUTBOUND,
}
"""Base classes, and those of their methods that the SDK calls inside workflows."""

_CONVERTERS = frozenset(base for base in CODE_IN_WORKFLOWS if ".converter." in base)


def is_hook(bases: Iterable[str]) -> bool:
    """True if one of the bases of a class is one of these."""
    return not CODE_IN_WORKFLOWS.keys().isdisjoint(bases)


def is_converter(bases: Iterable[str]) -> bool:
    """True if of these only such are bases of a class that turn values into payloads, and back."""
    return is_hook(bases) and _CONVERTERS.issuperset(CODE_IN_WORKFLOWS.keys() & set(bases))


READ_ONLY = frozenset({"handle_query", "handle_update_validator"})
"""Those of these methods that run for queries and update validators."""
