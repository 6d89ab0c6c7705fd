"""Bypasses the sandbox for a workflow, a Worker, or a block of code.

## What breaks

Nothing by itself. But what the sandbox notices is no longer noticed there: the clock, random
numbers and files are read without an error, workflows of a Worker share the state of modules, and
a replay goes another way without anybody having been told. This rule finds the places where that
was decided: `sandboxed=False`, `UnsandboxedWorkflowRunner()`, `with_passthrough_all_modules()`,
restrictions that are taken back (`with_child_unrestricted()`, `invalid_module_members`), and
`workflow.unsafe.sandbox_unrestricted()`.

This rule is opt-in (`--select WFL303`, or `--pedantic`): there are good reasons for each of them.

## Bad

```python
from temporalio import workflow


@workflow.defn(sandboxed=False)
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return "done"
```

## Good

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return "done"
```

## What the SDK does

What it is asked to do.

## References

* https://docs.temporal.io/develop/python/best-practices/python-sdk-sandbox
* https://github.com/temporalio/sdk-python#workflow-sandbox
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context

_DEFN = "temporalio.workflow.defn"
_CALLS = {
    "temporalio.worker.UnsandboxedWorkflowRunner": "runs workflows without a sandbox",
    "temporalio.workflow.unsafe.sandbox_unrestricted": "lets code do what the sandbox forbids",
}
_CHILD = "with_child_unrestricted"
_METHODS = {
    _CHILD: "takes restrictions of the sandbox back",
    "with_passthrough_all_modules": "passes all modules through, which the sandbox then ignores",
}
_OPTIONS = {
    "invalid_module_members": "changes what the sandbox restricts",
    "passthrough_all_modules": "passes all modules through, which the sandbox then ignores",
}


class SandboxBypass(Rule):
    code = "WFL303"
    name = "sandbox-bypass"
    severity = Severity.INFO
    scope = Scope.ANY
    since = "0.1"
    needles = (
        *(r"sandboxed\s*=", "UnsandboxedWorkflowRunner", "sandbox_unrestricted"),
        *("with_child_unrestricted", "passthrough_all_modules", "invalid_module_members"),
    )

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """Calls of the names, and of others with the options."""
        name = ctx.dotted_name(node.func)
        last = node.func.attr.value if isinstance(node.func, cst.Attribute) else ""
        does = _CALLS.get(name or "") or _METHODS.get(last)
        if does is not None:
            self._report(f"{ctx.code(node.func).rpartition('.')[2]}()", does, node, ctx)
        for arg in node.args:
            option = arg.keyword.value if arg.keyword is not None else ""
            text = ctx.code(arg.value)
            if option == "sandboxed" and text == "False" and name == _DEFN:
                does = "runs the workflow without a sandbox"
                self._report("sandboxed=False", does, node, ctx)
            elif option in _OPTIONS and text not in ("False", "None") and _CHILD not in text:
                self._report(f"{option}=", _OPTIONS[option], node, ctx)

    def _report(self, name: str, does: str, node: cst.Call, ctx: Context) -> None:
        message = f"`{name}` {does}; make sure that this is meant, or leave it out"
        ctx.report(self, node, message)
