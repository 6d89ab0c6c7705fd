"""The SDK's decorators that make workflows, handlers and activities, and what stands for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from wflint.temporal.regions import Region

_WORKFLOW = "temporalio.workflow"

DEFN = f"{_WORKFLOW}.defn"
RUN = f"{_WORKFLOW}.run"
QUERY = f"{_WORKFLOW}.query"
CONFIG = f"{_WORKFLOW}.dynamic_config"
INIT = f"{_WORKFLOW}.init"
SIGNAL = f"{_WORKFLOW}.signal"
UPDATE = f"{_WORKFLOW}.update"
VALIDATOR = f"{_WORKFLOW}.update.validator"
"""Not a name of the SDK: what `@some_update.validator` is called here."""

REGIONS: dict[str, Region] = {
    RUN: Region.RUN,
    QUERY: Region.QUERY,
    VALIDATOR: Region.VALIDATOR,
    SIGNAL: Region.SIGNAL,
    UPDATE: Region.UPDATE,
    INIT: Region.INIT,
    CONFIG: Region.HOOK,
}
"""The regions of what decorated methods reach."""

HANDLERS = frozenset(REGIONS)
HANDLER_SETTINGS = {
    "run_decorators": RUN,
    "signal_decorators": SIGNAL,
    "query_decorators": QUERY,
    "update_decorators": UPDATE,
    "validator_decorators": VALIDATOR,
}
"""The settings that name decorators of handlers, with the SDK's decorators they stand for."""

ACTIVITY = "temporalio.activity.defn"
MAKE_WORKFLOWS = HANDLERS | {DEFN}
ALL = MAKE_WORKFLOWS | {ACTIVITY}


def region_of(names: Iterable[str]) -> Region:
    """Return the regions that a method with some decorators is the entry point of."""
    found = Region(0)
    for name in names:
        found |= REGIONS.get(name, Region(0))
    return found or Region.HOOK


class EntryNames(Struct, frozen=True):
    """The user's own names for what makes workflows, their handlers, and activities.

    With the names of libraries among them, ``told`` are those that the user's settings have.
    """

    workflow_decorators: frozenset[str] = frozenset()
    activity_decorators: frozenset[str] = frozenset()
    workflow_bases: frozenset[str] = frozenset()
    deterministic: frozenset[str] = frozenset()
    safe_loggers: frozenset[str] = frozenset()
    handlers: Mapping[str, frozenset[str]] = {}
    """Decorators of methods, by the name of the SDK's decorator that they stand for."""
    told: frozenset[str] = frozenset()

    def groups(self) -> Iterator[frozenset[str]]:
        """All names, as the settings group them."""
        yield self.workflow_decorators
        yield self.activity_decorators
        yield self.workflow_bases
        yield self.deterministic
        yield self.safe_loggers
        yield from self.handlers.values()

    def meanings(self) -> dict[str, set[str]]:
        """The decorators of the SDK that decorators of the settings stand for."""
        found: dict[str, set[str]] = {}
        stands_for = (
            (DEFN, self.workflow_decorators),
            (ACTIVITY, self.activity_decorators),
            *self.handlers.items(),
        )
        for meaning, names in stands_for:
            for name in names:
                found.setdefault(name, set()).add(meaning)
        return found


class Meanings:
    """Tells which decorators of the SDK a dotted name outside the project stands for."""

    def __init__(self, names: EntryNames) -> None:
        self._own = names.meanings()

    def of(self, name: str) -> frozenset[str]:
        """The SDK's decorators that ``name`` is, or is set to be."""
        own = self._own.get(name, ())
        return frozenset((name, *own)) if name in ALL else frozenset(own)

    def of_all(self, names: Iterable[str]) -> frozenset[str]:
        """The same for several names."""
        return frozenset[str]().union(*map(self.of, names))
