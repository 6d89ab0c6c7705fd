"""Uses the network in workflow code.

## What breaks

What comes back over the network differs from one call to the next, and fails now and then. A
replay asks again, gets another answer, and takes another path than the one in the history. Every
request is sent once more at each replay, and while it is under way no other workflow of the
worker can go on.

## Bad

```python
from urllib.request import urlopen

from temporalio import workflow


@workflow.defn
class RateWorkflow:
    @workflow.run
    async def run(self) -> int:
        with urlopen("https://example.com/rate") as response:
            return int(response.read())
```

## Good

```python
from datetime import timedelta
from urllib.parse import urlencode
from urllib.request import urlopen

from temporalio import activity, workflow


@activity.defn
def fetch_rate(query: str) -> int:
    with urlopen(f"https://example.com/rate?{query}") as response:
        return int(response.read())


@workflow.defn
class RateWorkflow:
    @workflow.run
    async def run(self) -> int:
        return await workflow.execute_activity(
            fetch_rate,
            urlencode({"currency": "EUR"}),
            start_to_close_timeout=timedelta(seconds=30),
        )
```

Making a client counts as well, because a client is of no use without the network. What only
prepares for it does not count: an engine, a factory of sessions, a session that has not been asked
for anything, a pool, credentials. Their methods that connect, send or fetch do, wherever the object
was made. SQLite runs in the process and is no network: engines, sessions and connections do not
count where the URL that they are made with visibly begins with `sqlite`. Exceptions, types, payload
models and pure helpers such as `urllib.parse` do not count.

## What the SDK does

The sandbox raises `RestrictedWorkflowAccessError` at run time for `socket`, `http.client`,
`urllib.request`, `smtplib` and the other protocols of the standard library. It does not know
other libraries: `requests` that is passed through really sends the request, and a database driver
written in C really connects. Asynchronous clients fail with `NotImplementedError`, because the
workflow's event loop has no sockets.

## References

* https://docs.temporal.io/workflow-definition#deterministic-constraints
* https://docs.temporal.io/develop/python/python-sdk-sandbox
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Api, Property, Report, Rule, Scope, Severity

from ._made_here import is_client, is_made_here

if TYPE_CHECKING:
    from wflint.rule import CallView

_CLIENT = "`{name}` makes a client that uses the network; move it to an activity"
_GUARD = "workflow.unsafe.is_replaying()"  # the `use` of an entry that this guard makes harmless


class Network(Rule):
    code = "WFL133"
    name = "network"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    names_are = frozenset({Property.NETWORK})
    since = "0.1"
    message = "`{name}` uses the network; move it to an activity"
    tables = (
        "network.toml",
        "network_azure.toml",
        "network_chat_and_mail.toml",
        "network_cloud.toml",
        "network_google.toml",
        "network_http.toml",
        "network_messaging.toml",
        "network_models.toml",
        "network_nosql.toml",
        "network_orm.toml",
        "network_retrieval.toml",
        "network_services.toml",
        "network_sql.toml",
        "network_telemetry.toml",
    )

    def judge(self, view: CallView, api: Api) -> Report | None:
        """Report a client where it is made, or else where one from elsewhere is used."""
        if is_made_here(view, self) or (api.use == _GUARD and _not_replaying(view)):
            return None
        if not api.message and is_client(view, self):
            return Report(_CLIENT.format(name=view.shown), api.severity, api=api)
        return super().judge(view, api)


def _not_replaying(view: CallView) -> bool:
    """True if the call stands below ``if not workflow.unsafe.is_replaying():``."""
    from wflint.rule import Flag

    return view.call is not None and bool(view.call.flags & Flag.NOT_REPLAYING)
