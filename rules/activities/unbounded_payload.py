"""Sends or returns a whole file, response or table, however large it is.

## What breaks

The server refuses a payload of more than 2 MB, and warns from 256 KB on. With the small files of
tests that goes unnoticed. Then one is larger: the activity has done its work, its result is
refused, and the attempt is repeated, with the same result. All that passes is kept in the history,
which ends at 50 MB.

The rule is off by default: it cannot see how much there is.

## Bad

```python
from temporalio import activity


@activity.defn
def load(path: str) -> str:
    with open(path) as file:
        return file.read()
```

## Good

Return where it is, or what was found in it.

```python
from temporalio import activity


@activity.defn
def count_lines(path: str) -> int:
    with open(path) as file:
        return sum(1 for _ in file)
```

## What the SDK does

It sends what it is given; external storage of payloads (`temporalio.converter`) has to be set up.

Reported are `.read()` without a size, `.read_text()`, `.read_bytes()`, `.readlines()` and
`.fetchall()`, `.content` of responses, `.to_dict()`, `.to_json()` and `.to_csv()` of tables, and
texts of more than 256 KB that are written out: where an activity returns them, and the first ones
and the texts also as arguments of commands.

## References

* https://docs.temporal.io/troubleshooting/blob-size-limit-error
* https://docs.temporal.io/workflow-execution/limits
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import CallKind, Report, Rule, Scope, Severity, ValueType, cst, shortened

if TYPE_CHECKING:
    from wflint.rule import CommandView, Context, FindingView, Value

_ALL = frozenset({"fetchall", "read", "read_bytes", "read_text", "readlines"})
_TABLES = {
    "to_csv": ("pandas.", "polars."),
    "to_dict": ("pandas.", "polars."),
    "to_dicts": ("polars.",),
    "to_json": ("pandas.", "polars."),
}
_RESPONSES = ("aiohttp.", "httpx.", "requests.")
_WARNED_OF = 256 * 1024
_ADVICE = "the server refuses more than 2 MB; store it, and send its key"


class UnboundedPayload(Rule):
    code = "WFL815"
    name = "unbounded-payload"
    severity = Severity.INFO
    scope = Scope.ACTIVITY | Scope.WORKFLOW
    since = "0.1"
    commands = frozenset(
        {
            CallKind.ACTIVITY,
            CallKind.CHILD_WORKFLOW,
            CallKind.CONTINUE_AS_NEW,
            CallKind.LOCAL_ACTIVITY,
            CallKind.NEXUS_OPERATION,
            CallKind.SIGNAL,
            CallKind.UPDATE,
            CallKind.WORKFLOW,
        }
    )

    def visit_Return(self, node: cst.Return, ctx: Context) -> None:
        """Note what a function returns; of a local name, what it was given."""
        found = _behind(node.value, ctx)
        match found:
            case cst.Call(func=cst.Attribute(value=of, attr=cst.Name(value=name)), args=[]) if (
                name in _ALL
            ):
                ctx.report(self, node, f"`{_shown(found, ctx)}` returns all there is", asked=of)
            case cst.Call(func=cst.Attribute(value=of, attr=cst.Name(value=name))) if (
                name in _TABLES and _origin(of, ctx).startswith(_TABLES[name])
            ):
                ctx.report(self, node, f"`{_shown(found, ctx)}` returns all there is", asked=of)
            case cst.Attribute(value=of, attr=cst.Name(value="content")) if _origin(
                of, ctx
            ).startswith(_RESPONSES):
                ctx.report(self, node, f"`{_shown(found, ctx)}` returns all there is", asked=of)
            case cst.SimpleString(value=text) if len(text) > _WARNED_OF:
                ctx.report(self, node, f"a text of {len(text) // 1024:,} KB is returned")

    def confirm(self, view: FindingView) -> Report | None:
        """Only in the work of an activity, and not of an object of the project."""
        is_own = view.message.startswith("`") and any(one.own for one in view.types())
        if is_own or next(iter(view.work_of()), None) is None:
            return None
        return Report(f"{view.message}: {_ADVICE}")

    def check_command(self, at: CommandView) -> Iterable[Report]:
        """What is written where it is sent."""
        for value in at.payload or ():
            what = _sent(value) if value is not None else ""
            if what:
                yield Report(f"{what}: {_ADVICE}")
                return


def _sent(value: Value) -> str:
    if value.type is ValueType.STR and len(value.text) > _WARNED_OF:
        return f"a text of {len(value.text) // 1024:,} KB is sent"
    is_call = value.type in (ValueType.CALL, ValueType.AWAIT) and not value.items
    called = value.ref.of if is_call and not value.ref.path else None
    name = called.path[-1] if called is not None and called.path else ""
    return f"`.{name}()` sends all there is" if name in _ALL else ""


def _behind(node: cst.BaseExpression | None, ctx: Context) -> cst.BaseExpression | None:
    """Return what a local name stands for that is assigned once, and what is awaited for it."""
    if isinstance(node, cst.Name):
        node = ctx.assigned(node)
    return node.expression if isinstance(node, cst.Await) else node


def _origin(node: cst.BaseExpression, ctx: Context) -> str:
    """Return the type of an object, or else the name of what is called to make it."""
    known = ctx.type_of(node)
    made = _behind(node, ctx)
    if known is None and isinstance(made, cst.Call):
        known = ctx.dotted_name(made.func)
    return known or ""


def _shown(node: cst.CSTNode, ctx: Context) -> str:
    return shortened(ctx.code(node), 40)
