"""Knows where the names of ``temporalio.workflow`` that fixes write may be used."""

from __future__ import annotations

from wflint.rule.fix import Withheld

ACTIVITY = "temporalio.activity"
WORKFLOW = "temporalio.workflow"

SINCE = {"new_random": (1, 23), "sleep": (1, 9), "uuid7": (1, 32)}
"""In which SDK a name came, where that is not long ago."""

DECORATORS = frozenset({"defn", "init", "query", "run", "signal", "update"})
"""Names that only ever stand where a class is made."""

ANYWHERE = DECORATORS | {"as_completed", "in_workflow", "unsafe", "wait"}
"""Names that work outside of workflows, too."""

DRAWS = frozenset({"random", "uuid4", "uuid7"})
"""Names that draw from the one random generator of a workflow."""

CLOCKS = frozenset({"now", "time", "time_ns"})
"""Names that give the time of the current workflow task; in a query, that of the last one."""

NOT_READ_ONLY = frozenset({"new_random", "random", "sleep", "uuid4", "uuid7", "wait_condition"})
"""Names that raise in query handlers and update validators."""


def check_version(name: str, sdk: tuple[int, int]) -> None:
    """Raise :class:`Withheld` if an SDK does not have a name yet."""
    since = SINCE.get(name, (0, 0))
    if sdk < since:
        came, has = (".".join(map(str, version)) for version in (since, sdk))
        raise Withheld(f"`workflow.{name}` needs SDK {came} or newer, and the project has {has}")
