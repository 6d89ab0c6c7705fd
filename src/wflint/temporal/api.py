"""The calls of the SDK that matter to workflow code, read from ``api.toml`` beside this file.

One table for all who must know how the SDK's calls are made: rules, the call graph, and what
follows values. Names are dotted and say where the SDK documents them.
"""

from __future__ import annotations

import enum
import itertools
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

from wflint.temporal.effects import Effect

Version = tuple[int, int]

_ALTERNATIVES = re.compile(r"\{([^}]*)\}")
_OLDEST: Version = (1, 7)


class CallKind(enum.Enum):
    """The subject of a call."""

    ACTIVITY = "activity"
    CANCEL = "cancel"
    CHILD_WORKFLOW = "child-workflow"
    CLOCK = "clock"
    CONDITION = "condition"
    CONTINUE_AS_NEW = "continue-as-new"
    DETAILS = "details"
    HANDLER = "handler"
    LOCAL_ACTIVITY = "local-activity"
    MEMO = "memo"
    NEXUS_OPERATION = "nexus-operation"
    PATCH = "patch"
    QUERY = "query"
    RANDOM = "random"
    SEARCH_ATTRIBUTES = "search-attributes"
    SIGNAL = "signal"
    SIGNAL_WITH_START = "signal-with-start"
    TASK = "task"
    TIMER = "timer"
    UPDATE = "update"
    WAIT = "wait"
    WORKFLOW = "workflow"


ACTIVITIES = frozenset({CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY})
_ASIDE = frozenset(
    {
        CallKind.CONDITION,
        CallKind.CONTINUE_AS_NEW,
        CallKind.PATCH,
        CallKind.TIMER,
        CallKind.WAIT,
    }
)


class Gives(enum.Enum):
    """The kind of value that a call evaluates to; see ``api.toml``."""

    COROUTINE = "coroutine"
    HANDLE = "handle"
    NEVER = "never"
    NOTHING = "nothing"
    VALUE = "value"


class SdkCall(msgspec.Struct, frozen=True):
    """One call of the SDK. ``target`` is a keyword, or ``""`` if the call has no target.

    ``input`` are the keywords of the payload, ``options`` all other keywords. ``since`` is the
    version (major, minor) that has it first.
    """

    name: str
    kind: CallKind
    does: Effect
    gives: Gives
    target: str = ""
    input: tuple[str, ...] = ()
    options: frozenset[str] = frozenset()
    since: Version = _OLDEST

    @property
    def input_position(self) -> int:
        """The position (0-based) at which the payload may begin."""
        return 1 if self.target else 0

    @property
    def acts(self) -> bool:
        """True if others see what the call asks for, as they see no timer and no patch."""
        return bool(self.does & Effect.COMMAND) and self.kind not in _ASIDE

    @property
    def gives_activity(self) -> bool:
        """True if it gives the handle of an activity, which fails where it is awaited."""
        return self.gives is Gives.HANDLE and self.kind in ACTIVITIES

    @property
    def in_workflow(self) -> bool:
        """True if workflow code makes the call, and no client."""
        return not self.name.startswith("temporalio.client.")


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    names: list[str]
    kind: CallKind
    does: list[str]
    gives: Gives
    target: str = ""
    input: tuple[str, ...] = ()
    options: frozenset[str] = frozenset()
    since: str = ""


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    calls: list[_Row]


@cache
def sdk_calls() -> dict[str, SdkCall]:
    """Return all calls of the table by name, in its order."""
    import tomli

    text = Path(__file__).with_name("api.toml").read_text(encoding="utf-8")
    table = msgspec.convert(tomli.loads(text), _Table)
    return {call.name: call for row in table.calls for call in _calls(row)}


@cache
def calls_by_last_word() -> dict[str, list[SdkCall]]:
    """Return all calls of the table by the last words of their names."""
    found: dict[str, list[SdkCall]] = {}
    for name, call in sdk_calls().items():
        found.setdefault(name.rpartition(".")[2], []).append(call)
    return found


def names_of(*kinds: CallKind, prefix: str = "temporalio.workflow.") -> frozenset[str]:
    """Return the names of all calls of some kinds that begin with ``prefix``."""
    return frozenset(
        name for name, call in sdk_calls().items() if call.kind in kinds and name.startswith(prefix)
    )


def names_giving(gives: Gives) -> frozenset[str]:
    """Return the names of all calls of workflow code that give a value of some kind."""
    return frozenset(
        name for name, call in sdk_calls().items() if call.in_workflow and call.gives is gives
    )


def names_that(effect: Effect, prefix: str = "") -> frozenset[str]:
    """Return the names of all calls that have an effect and begin with ``prefix``."""
    return frozenset(
        name
        for name, call in sdk_calls().items()
        if call.does & effect and call.in_workflow and name.startswith(prefix)
    )


def _calls(row: _Row) -> Iterator[SdkCall]:
    since = parsed_version(row.since) if row.since else _OLDEST
    does = Effect(0)
    for effect in row.does:
        does |= Effect[effect]
    for name in itertools.chain.from_iterable(map(spelled_out, row.names)):
        yield SdkCall(name, row.kind, does, row.gives, row.target, row.input, row.options, since)


def spelled_out(name: str) -> list[str]:
    """Return the names that a name with ``{a,b}`` stands for."""
    parts = _ALTERNATIVES.split(name)
    choices = [part.split(",") if number % 2 else [part] for number, part in enumerate(parts)]
    return ["".join(chosen) for chosen in itertools.product(*choices)]


def parsed_version(text: str) -> Version:
    """Return the version that a text names: "1.9"."""
    major, _, minor = text.partition(".")
    return int(major), int(minor)
