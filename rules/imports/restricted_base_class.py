"""Subclasses a class that the sandbox does not allow to be subclassed.

## What breaks

In modules that the sandbox loads, the classes of `http.client`, `http.server`, `urllib.request`,
`socketserver`, `smtplib`, `subprocess`, `tempfile`, `gettext`, `locale`, `xmlrpc` and some more are
proxies that refuse to be a base class: "Cannot access http.client.HTTPConnection.__mro_entries__
from inside a workflow". The import fails, and with it the start of the Worker ("Failed validating
workflow").

Move the class to a module that is imported under `workflow.unsafe.imports_passed_through()`. That
is where what it does belongs as well: in activities.

## Bad

```python
import http.client

from temporalio import workflow


class OrderConnection(http.client.HTTPConnection):
    pass


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return OrderConnection.__name__
```

## Good

```python
from temporalio import workflow


class OrderConnection:
    pass


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return OrderConnection.__name__
```

Subclasses of `datetime`, `date`, `Path` and `threading.Thread` can be loaded, and are not reported;
making an object of one in the sandbox fails ("Restriction state not present"). Modules that are
passed through may derive from what they like.

## What the SDK does

The Worker does not start: "Failed validating workflow", with `RestrictedWorkflowAccessError`.

## References

* https://docs.temporal.io/develop/python/best-practices/python-sdk-sandbox
* https://github.com/temporalio/sdk-python#workflow-sandbox
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_MODULES = frozenset(
    {
        *("curses", "filecmp", "fileinput", "ftplib", "getopt", "gettext", "http.client"),
        *("http.server", "imaplib", "locale", "poplib", "shelve", "smtplib", "socketserver"),
        *("subprocess", "tempfile", "urllib.request", "webbrowser"),
        *("xmlrpc.client", "xmlrpc.server"),
    }
)


class RestrictedBaseClass(Rule):
    code = "WFL306"
    name = "restricted-base-class"
    severity = Severity.ERROR
    scope = Scope.IMPORT
    since = "0.1"
    words = tuple(sorted({name.partition(".")[0] for name in _MODULES}))
    message = (
        "the sandbox lets no class derive from `{name}`, so the Worker does not start; move the "
        "class to a module that is passed through"
    )

    def visit_ClassDef(self, node: cst.ClassDef, ctx: Context) -> None:
        """`class Connection(http.client.HTTPConnection):`, where a module is loaded."""
        for base in node.bases if ctx.is_module_level else ():
            name = ctx.dotted_name(base.value) or ""
            if name.rpartition(".")[0] in _MODULES:
                shown = self.message.format(name=ctx.code(base.value))
                ctx.report(self, node, shown, subject=base.value)

    def confirm(self, view: FindingView) -> Report | None:
        """Only in modules that the sandbox loads."""
        return Report(view.message) if view.is_restricted() else None
