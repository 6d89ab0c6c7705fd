"""Waits for a person at the terminal in workflow code.

## What breaks

Nobody sits at the terminal of a worker. `input()` and a debugger's prompt hold the thread that
all workflows of the worker share, until the SDK reports a deadlock. Whatever was typed is not in
the history, so a replay asks again.

To wait for a person, use a signal or an update and `workflow.wait_condition()`.

## Bad

```python
from temporalio import workflow


@workflow.defn
class ApprovalWorkflow:
    @workflow.run
    async def run(self) -> str:
        return input("Approve? ")
```

## Good

```python
from temporalio import workflow


@workflow.defn
class ApprovalWorkflow:
    def __init__(self) -> None:
        self.answer = ""

    @workflow.signal
    def approve(self, answer: str) -> None:
        self.answer = answer

    @workflow.run
    async def run(self) -> str:
        await workflow.wait_condition(lambda: bool(self.answer))
        return self.answer
```

## Fix safety

A call of a debugger that is a statement of its own is deleted, with an `import pdb` on the same
line. That is unsafe, because somebody may still be debugging. Calls that run something under the
debugger (`pdb.run()`) stay, and so does everything that asks a person: only you know what should
happen without an answer.

## What the SDK does

The sandbox raises `RestrictedWorkflowAccessError` at run time for `input()` and `breakpoint()`,
in modules that are passed through as well. It does not catch `sys.stdin`. To stop in a debugger,
run the worker with `debug_mode=True`.

## References

* https://docs.temporal.io/develop/python/python-sdk-sandbox
* https://docs.temporal.io/develop/python/message-passing
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Api, ApiKind, Fixable, Rule, Scope, Severity, cst

from ._removal import removal

if TYPE_CHECKING:
    from wflint.rule import FixView, Repair

_STOPS = "`{name}` stops the worker in a debugger; remove it"
_DEBUGGER = Api(fix=Fixable.UNSAFE, message=_STOPS)
_RUNS_SOMETHING = Api(message=_STOPS)
_PROMPT = Api(blocks=True)


class Interactive(Rule):
    code = "WFL137"
    name = "interactive"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    fix = Fixable.UNSAFE
    since = "0.1"
    message = "`{name}` waits for someone at the terminal; use a signal or an update"
    apis = {
        "IPython.embed": _DEBUGGER,
        "IPython.start_ipython": _DEBUGGER,
        "bpdb.set_trace": _DEBUGGER,
        "builtins.breakpoint": _DEBUGGER,
        "builtins.input": _PROMPT,
        "celery.contrib.rdb.set_trace": _DEBUGGER,
        "click.confirm": _PROMPT,
        "click.edit": _PROMPT,
        "click.getchar": _PROMPT,
        "click.pause": _PROMPT,
        "click.prompt": _PROMPT,
        "code.InteractiveConsole": Api(),
        "code.interact": _DEBUGGER,
        "curses.*": Api(),
        "debugpy.breakpoint": _DEBUGGER,
        "debugpy.listen": _DEBUGGER,
        "debugpy.wait_for_client": _DEBUGGER,
        "getpass.getpass": _PROMPT,
        "inquirer.prompt": _PROMPT,
        "ipdb.set_trace": _DEBUGGER,
        "ipdb.sset_trace": _DEBUGGER,
        "msvcrt.getch": _PROMPT,
        "msvcrt.getche": _PROMPT,
        "msvcrt.getwch": _PROMPT,
        "msvcrt.getwche": _PROMPT,
        "msvcrt.kbhit": Api(),
        "pdb.Pdb": _DEBUGGER,
        "pdb.Pdb.set_trace": _DEBUGGER,
        "pdb.pm": _DEBUGGER,
        "pdb.post_mortem": _DEBUGGER,
        "pdb.run": _RUNS_SOMETHING,
        "pdb.runcall": _RUNS_SOMETHING,
        "pdb.runeval": _RUNS_SOMETHING,
        "pdb.set_trace": _DEBUGGER,
        "prompt_toolkit.PromptSession": Api(),
        "prompt_toolkit.prompt": _PROMPT,
        "pudb.set_trace": _DEBUGGER,
        "pydevd.settrace": _DEBUGGER,
        "pydevd_pycharm.settrace": _DEBUGGER,
        "questionary.checkbox": _PROMPT,
        "questionary.confirm": _PROMPT,
        "questionary.password": _PROMPT,
        "questionary.select": _PROMPT,
        "questionary.text": _PROMPT,
        "readline.*": _PROMPT,
        "remote_pdb.set_trace": _DEBUGGER,
        "rich.prompt.Confirm.ask": _PROMPT,
        "rich.prompt.IntPrompt.ask": _PROMPT,
        "rich.prompt.Prompt.ask": _PROMPT,
        "sys.__stdin__": Api(kind=ApiKind.USE),
        "sys.stdin": Api(kind=ApiKind.USE),
        "typer.confirm": _PROMPT,
        "typer.prompt": _PROMPT,
        "web_pdb.set_trace": _DEBUGGER,
    }

    def repair(self, at: FixView) -> Repair | None:
        """A debugger that nobody uses is taken out."""
        if at.api != _DEBUGGER or not at.is_written_out(at.call.func):
            return None

        def is_gone(call: cst.Call) -> bool:
            return self.apis.get(at.dotted_name(call.func)) == _DEBUGGER

        return at.unsafe(f"Remove `{at.text(at.call.func)}()`", removal(at, is_gone))
