"""The requests of clients in a text: calls of the SDK that are found outside of workflow code."""

from __future__ import annotations

import re

_REQUEST = re.compile(
    r"(?<!workflow)\.(?:execute_|query\b|signal\b|start_|create_schedule\b)\w*\s*\("
    r"|ScheduleActionStartWorkflow\(|WithStartWorkflowOperation\("
)


def may_send(source: str, option: re.Pattern[str]) -> bool:
    """True if a text seems to have a request, and to give an option."""
    return option.search(source) is not None and _REQUEST.search(source) is not None
