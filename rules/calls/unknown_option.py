"""Uses an option that this call, decorator or policy of Temporal's SDK does not have.

## What breaks

Python refuses the call with a `TypeError`. In a workflow that fails the workflow task, which is
tried again and again: the workflow hangs with a "Workflow Task in failed state", and does not fail.
A decorator that is refused keeps the module from being imported, and a Worker from starting.

Mostly the option has another name here than in the SDKs of other languages (`maximum_attempts`, not
`max_attempts`), or belongs elsewhere: timeouts and retries of an activity are given where it is
called. Options that are newer than the project's version of the SDK are also reported, if that
version is known from `target-sdk`, a lock file, or requirements that admit no newer one.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge,
            "order-1",
            start_to_close_timeout=timedelta(seconds=60),
            retry_policy=RetryPolicy(max_attempts=3),
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge,
            "order-1",
            start_to_close_timeout=timedelta(seconds=60),
            retry_policy=RetryPolicy(maximum_attempts=3),
        )
```

## What the SDK does

Python raises `TypeError: RetryPolicy.__init__() got an unexpected keyword argument
'max_attempts'`. Arguments behind `**options` are read where these are written out.

A class of the project that derives from one of the SDK is looked at as well, unless it has a
constructor of its own (a dataclass has one): that takes what it likes.

## References

* https://python.temporal.io/temporalio.workflow.html#execute_activity
* https://github.com/temporalio/sdk-python/releases
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import (
    Report,
    Rule,
    RuleSettings,
    Scope,
    Severity,
    newest_sdk,
    option_tables,
)

from ._outcomes import type_error
from ._requests import written_calls

if TYPE_CHECKING:
    from wflint.rule import CallView

_UNSET = (99, 0)
_DEFN = "temporalio.activity.defn"
_OF_CALLS = option_tables()["temporalio.workflow.execute_activity"].names - {"activity"}
_WITH_OPTIONS = frozenset(name for name, table in option_tables().items() if table.names)
_BY_LAST_WORD: dict[str, list[str]] = {}
for _name in sorted(_WITH_OPTIONS):
    _BY_LAST_WORD.setdefault(_name.rpartition(".")[2], []).append(_name)


class UnknownOption(Rule):
    code = "WFL619"
    name = "unknown-option"
    severity = Severity.ERROR
    scope = Scope.ANY
    since = "0.1"
    called = frozenset(_BY_LAST_WORD)
    targets = _WITH_OPTIONS

    @classmethod
    def suspicious(cls, source: str, settings: RuleSettings) -> bool:
        """True if one of the calls seems to have an option that it may not take."""
        return any(
            any(_may_be_at_fault(call.name, o, settings) for o in call.keywords)
            or (call.is_open and not _is_configured(source, call.spreads))
            for call in written_calls(source, cls.called)
        )

    def check_call(self, view: CallView) -> Iterable[Report]:
        """One report for each option that the version of the SDK does not have."""
        for name in sorted(view.keywords):
            fault = _fault(view, name)
            if fault:
                direct = view.keyword(name)
                site = direct.site if direct is not None and direct.site >= 0 else None
                yield Report(fault, site=site)


def _is_configured(source: str, spreads: tuple[str, ...]) -> bool:
    """True if all that a call is given in a dictionary is what the SDK has loaded for it."""
    return bool(spreads) and all(
        re.search(rf"\b{name}\s*=\s*[\w.]+_client_connect_config\(", source) for name in spreads
    )


def _may_be_at_fault(last_word: str, option: str, settings: RuleSettings) -> bool:
    """True unless all calls whose names end with a word have an option."""
    return not all(
        _has(name, option) and option_tables()[name].since.get(option, ()) <= settings.newest_sdk
        for name in _BY_LAST_WORD[last_word]
    )


def _has(called: str, option: str) -> bool:
    return option in option_tables()[called].names or option == "stack_level"


def _fault(view: CallView, name: str) -> str:
    """Return what is wrong with an option, or ``""``."""
    table, settings = option_tables()[view.name], view.settings
    since = table.since.get(name)
    if since is not None and settings.newest_sdk < since:
        return (
            f"`{name}` of `{view.shown}` is new in temporalio {_text(since)}, and the project has "
            f"{_text(settings.newest_sdk)}, so {type_error(view)}"
        )
    if _has(view.name, name) or newest_sdk() < settings.newest_sdk < _UNSET:
        return ""
    if name in table.gone and settings.target_sdk < table.gone[name]:
        return ""
    return f"`{view.shown}` has no option `{name}`, so {type_error(view)}{_hint(view.name, name)}"


def _hint(call: str, name: str) -> str:
    if call == _DEFN and name in _OF_CALLS:
        return "; give it where the activity is called"
    known = option_tables()[call].names
    short = re.sub(r"^(?:workflow|activity)_", "", name)
    near = short if short in known else _alike(name, known, 0.9)
    near = near or _within(name, known) or _alike(name, known, 0.7)
    return f"; did you mean `{near}`?" if near else ""


def _within(name: str, known: Iterable[str]) -> str:
    """The option all words of which are in a name: `max_concurrent_activities` is in that of Java.

    That is `max_concurrent_activity_execution_size` there. Letters alone would find another one.
    """
    words = _words(name)
    inside = [one for one in known if len(_words(one)) > 2 and _words(one) < words]
    return max(inside, key=lambda one: (len(_words(one)), one), default="")


def _words(name: str) -> frozenset[str]:
    """The words of a name in the singular."""
    return frozenset(re.sub(r"ies$", "y", word).removesuffix("s") for word in name.split("_"))


def _alike(name: str, known: Iterable[str], cutoff: float) -> str:
    near = difflib.get_close_matches(name, sorted(known), 1, cutoff)
    return near[0] if near else ""


def _text(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
