"""What the rules on cancellation ask of a handler."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wflint.rule import Handler, TryView

_LOOKS = frozenset({"__cause__", "cause", "retry_state"})
_SHOW = ("builtins.print", "builtins.repr", "builtins.str", "builtins.type", "logging.")
_LOGGERS = (".critical", ".debug", ".error", ".exception", ".info", ".log", ".warning")


def tells_apart(handler: Handler, at: TryView) -> bool:
    """True if the error is looked at, or given to something that may do so."""
    if handler.kept or not _LOOKS.isdisjoint(handler.asked):
        return True
    return not all(
        name.startswith(_SHOW) or name.endswith(_LOGGERS) for name in at.given_to(handler)
    )
