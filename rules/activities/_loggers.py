"""The loggers of the SDK, and edits that replace one with another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import cst

if TYPE_CHECKING:
    from collections.abc import Callable

    from wflint.rule import FixView, TextEdit

LOGS = frozenset(
    {
        "critical",
        "debug",
        "error",
        "exception",
        "fatal",
        "info",
        "isEnabledFor",
        "log",
        "warn",
        "warning",
    }
)
"""Methods of loggers that log, or ask whether they would."""


def with_logger(at: FixView, old: str, new: Callable[[], str]) -> list[TextEdit]:
    """Return edits that make calls of the logger ``old`` calls of another one."""
    edits = []
    for node in (at.node, *at.other_nodes):
        match node:
            case cst.Call(func=cst.Attribute(value=logger)) if at.is_plainly(logger, old):
                edits.append(at.replace(logger, new()))
    return edits
