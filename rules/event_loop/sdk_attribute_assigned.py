"""Replaces an attribute of a module or class of Temporal's SDK.

## What breaks

Modules of the SDK are passed through the sandbox: there is one of each in a process, and all
workflows, activities and Workers share it. `workflow.logger = get_logger(...)` in one place
replaces the logger of every workflow of the process. One that knows nothing of replay logs again at
each. Whatever else is replaced this way depends on which module was
imported first, and on names that a next version of the SDK may use in another way.

## Bad

```python
import logging

from temporalio import workflow

workflow.logger = logging.getLogger("orders")


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        workflow.logger.info("order received")
```

## Good

```python
import logging

from temporalio import workflow

logger = logging.LoggerAdapter(workflow.logger, {"component": "orders"})


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        logger.info("order received")
```

Settings that are made for it are not reported, such as
`workflow.logger.workflow_info_on_message = False`, nor are attributes of objects, names that the
code asks for first (`hasattr`), and marks of its own, which it asks for with a default
(`getattr(Client, "_is_traced", False)`). Tests may replace what they like.

## What the SDK does

Nothing: it uses what it finds.

## References

* https://docs.temporal.io/develop/python/observability
* https://docs.temporal.io/develop/python/python-sdk-sandbox
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from wflint.rule import Rule, RuleSettings, Scope, Severity, cst

from ._sdk import sdk

if TYPE_CHECKING:
    from wflint.rule import Context

_MODULES = frozenset(
    {
        "temporalio",
        *(f"temporalio.{module}" for module in ("activity", "client", "common", "converter")),
        *(f"temporalio.{module}" for module in ("exceptions", "nexus", "runtime", "service")),
        *(f"temporalio.{module}" for module in ("testing", "types", "worker", "workflow")),
        *("temporalio.worker.workflow_sandbox", "temporalio.workflow.unsafe"),
    }
)
_LOGGER = "temporalio.workflow.logger"
_END = r"\.[ \t]*\w+[ \t]*(?::[^=\n]{1,300})?=[^=]"
"""The end of a line in which an attribute is assigned to; it begins with a fixed character."""

_ASSIGNED = rf"(?:[ \t]*\.[ \t]*\w+)*[ \t]*{_END}"
_SETATTR = r"(?<!\.)\bsetattr\(\s*"
_START = r"(?<![\w.\])}\"'])"
_NOT_OWN = r"(?!(?:self|cls)\b)[^\W\d]"
"""Most of what methods assign to is an attribute of their own."""

_GIVEN_TO_SETATTR = re.compile(r"setattr\(\W*(\w+)")
_TO_OTHERS = re.compile(rf"{_SETATTR}(?:{_NOT_OWN}|\W)|builtins\.setattr\(")
_NAME = re.compile(rf"{_START}([^\W\d]\w*)(?={_ASSIGNED})")
_OTHER_NAME = re.compile(rf"{_START}({_NOT_OWN}\w*)(?={_ASSIGNED})")


class SdkAttributeAssigned(Rule):
    code = "WFL215"
    name = "sdk-attribute-assigned"
    severity = Severity.WARNING
    scope = Scope.ANY
    since = "0.1"
    words: ClassVar[tuple[str, ...]] = ("temporalio",)
    on_import = "temporalio"

    @classmethod
    def suspicious(cls, source: str, settings: RuleSettings) -> bool:
        """True if a text seems to assign to an attribute of something but its own object."""
        if "setattr(" in source and _TO_OTHERS.search(source):
            return True
        return any(_OTHER_NAME.search(line) for line in _assigning(source))

    @classmethod
    def used_names(cls, source: str) -> Iterator[str]:
        """Yield the names whose attributes seem to be assigned to."""
        for line in _assigning(source):
            yield from _NAME.findall(line)
        yield from _GIVEN_TO_SETATTR.findall(source)

    def visit_Attribute(self, node: cst.Attribute, ctx: Context) -> None:
        """`workflow.logger = ...`, however `workflow` was imported."""
        if any(target is node for target in _targets(ctx.parent())):
            self._look(node.value, node.attr.value, node, ctx)

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """`setattr(workflow, "logger", ...)`."""
        if len(node.args) != 3 or ctx.dotted_name(node.func) != "builtins.setattr":
            return
        name = node.args[1].value
        if isinstance(name, cst.SimpleString) and isinstance(name.evaluated_value, str):
            self._look(node.args[0].value, name.evaluated_value, node, ctx)

    def _look(self, owner: cst.BaseExpression, name: str, at: cst.CSTNode, ctx: Context) -> None:
        whole = ctx.dotted_name(owner) or ""
        if not _is_of_sdk(whole) or _is_missing_otherwise(ctx) or _is_mark(owner, name, ctx):
            return
        shown = f"{ctx.code(owner)}.{name}"
        harm = "for all workflows and activities of the process; wrap it, or derive from it"
        if f"{whole}.{name}" == _LOGGER:
            harm = (
                "so that each workflow of the process logs again at every replay, unless the new "
            )
            harm += "logger asks `workflow.unsafe.is_replaying()`; keep a logger of your own that "
            harm += "wraps it, `logging.LoggerAdapter(...)`"
        message = sdk().set_in_vain(whole, name, shown)
        message = message or f"this changes `{shown}` of the SDK, {harm}"
        ctx.report(self, at, message, subject=owner)


def _targets(statement: cst.CSTNode | None) -> list[cst.BaseExpression]:
    """What a statement assigns to."""
    match statement:
        case cst.Assign(targets=targets):
            return [target.target for target in targets]
        case cst.AnnAssign(target=target) | cst.AugAssign(target=target):
            return [target]
    return []


def _is_missing_otherwise(ctx: Context) -> bool:
    """True where the SDK is asked first if it has the name: `if not hasattr(...)`."""
    tests = [node.test for node in ctx.ancestors if isinstance(node, cst.If)]
    return any("hasattr(" in ctx.code(test) for test in tests)


def _is_mark(owner: cst.BaseExpression, name: str, ctx: Context) -> bool:
    """True of an attribute that is asked for with a default: the code's own, to know it was here.

    `if not getattr(Client, "_is_traced", False): ...; Client._is_traced = True`
    """
    if not ctx.ancestors:
        return False
    asked = rf"""\bgetattr\(\s*{re.escape(ctx.code(owner))}\s*,\s*["']{re.escape(name)}["']\s*,"""
    return re.search(asked, ctx.code(ctx.ancestors[0])) is not None


def _is_of_sdk(name: str) -> bool:
    """True for a module of the SDK, and for a class in one."""
    module, _, last = name.rpartition(".")
    return name in _MODULES or (module in _MODULES and last[:1].isupper())


def _assigning(source: str) -> Iterator[str]:
    """Yield the beginnings of lines that end where an attribute is assigned to."""
    for found in re.finditer(_END, source):
        yield source[source.rfind("\n", 0, found.start()) + 1 : found.end()]
