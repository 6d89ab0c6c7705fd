"""Gives an agent in a workflow a ready-made tool that does I/O.

## What breaks

A plugin runs the model requests of an agent as activities. The rest of the agent is workflow code:
its plain tools, guardrails, hooks and callbacks run in the workflow, again at every replay. A
ready-made tool that reads the clock, uses the network or starts a shell does it there. At best the
sandbox refuses it, or the event loop does (`NotImplementedError`); else the next replay sees
something else, and fails with a non-determinism error (TMPRL1100).

This code names tools of libraries that are given as they are. The code of your own tools is
checked by the rules about workflow code, under their codes, with the chain from the workflow to the
tool: WFL101 for a clock in a `@function_tool`, WFL133 for a request. It is workflow code where a
workflow runs the agent, wherever that is made. This is so for:

* OpenAI Agents: `@function_tool`, `FunctionTool`, guardrails, `AgentHooks` and `RunHooks`, dynamic
  instructions, `on_handoff`, input filters
* Strands Agents: `@tool`, hooks, and the `activity_input` of `activity_as_hook`
* Google ADK and Gen AI: plain functions as tools, callbacks, plugins, sub-agents
* Deep Agents and LangChain: tools that nothing wraps, middleware, sub-agents
* Pydantic AI: instructions, output validators, history processors; its tools are activities
* LangGraph: routers, nodes and tasks with `execute_in="workflow"`, entry points, and `summary_fn`

`activity_as_tool`, `tool_as_activity` and `activity_as_hook` run what they are given in activities.

## Bad

```python
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from strands_tools import http_request
    from temporalio.contrib.strands import TemporalAgent


@workflow.defn
class ResearchWorkflow:
    def __init__(self) -> None:
        self.agent = TemporalAgent(
            start_to_close_timeout=timedelta(minutes=1), tools=[http_request]
        )

    @workflow.run
    async def run(self, prompt: str) -> str:
        return str(await self.agent.invoke_async(prompt))
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow

with workflow.unsafe.imports_passed_through():
    from strands_tools import http_request
    from temporalio.contrib.strands import TemporalAgent
    from temporalio.contrib.strands.workflow import activity_as_tool


@activity.defn
async def fetch(url: str) -> str:
    return str(http_request.http_request({"toolUseId": "1", "input": {"url": url}}))


@workflow.defn
class ResearchWorkflow:
    def __init__(self) -> None:
        fetching = activity_as_tool(fetch, start_to_close_timeout=timedelta(seconds=30))
        self.agent = TemporalAgent(start_to_close_timeout=timedelta(minutes=1), tools=[fetching])

    @workflow.run
    async def run(self, prompt: str) -> str:
        return str(await self.agent.invoke_async(prompt))
```

## What the SDK does

Its plugins pass the libraries of agents and tools through the sandbox, which then does not look at
what these do.

## References

* https://github.com/temporalio/sdk-python/blob/main/temporalio/contrib/strands/README.md#tools
* https://github.com/temporalio/sdk-python/blob/main/temporalio/contrib/openai_agents/README.md#tool-calling
* https://docs.temporal.io/develop/python/best-practices/python-sdk-sandbox
"""

from __future__ import annotations

from wflint.rule import Rule, Scope, Severity


class PluginToolNondeterminism(Rule):
    code = "WFL568"
    name = "plugin-tool-nondeterminism"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    message = (
        "`{name}` runs in the workflow as a tool of its agent, and does I/O there; "
        "call it in an activity, and give the agent that by `activity_as_tool()`"
    )
    tables = ("plugin_tool_nondeterminism.toml",)
