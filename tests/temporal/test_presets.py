"""The presets of frameworks for agents, and of libraries that wrap the SDK."""

from __future__ import annotations

import pytest

from wflint.temporal.decorators import ACTIVITY, DEFN, EntryNames, Meanings
from wflint.temporal.frameworks import frameworks, methods_below, running
from wflint.temporal.libraries import libraries, with_libraries


def test_every_preset_says_where_it_is_from() -> None:
    sources = [*(one.source for one in frameworks()), *(one.source for one in libraries())]
    assert all(source.startswith("https://") for source in sources)


def test_a_framework_is_told_by_its_packages_or_by_its_plugin() -> None:
    assert all(bool(one.packages) == bool(one.runs) for one in frameworks())
    assert all(bool(one.plugin) == bool(one.gives) for one in frameworks())


def test_a_library_names_only_what_is_its_own() -> None:
    for one in libraries():
        names = one.workflow_decorators | one.run_decorators | one.activity_decorators
        names |= one.called_activities | one.function_decorators
        assert all(one.has(name) for name in names)


@pytest.mark.parametrize("name", ["agents.Agent", "agents.agent.Agent", "google.adk.agents.Agent"])
def test_an_agent_runs_its_tools_wherever_it_is_imported_from(name: str) -> None:
    what = running(name)
    assert what is not None
    assert "tools" in what.arguments
    assert not what.of_object


def test_what_is_called_on_an_agent_runs_what_the_agent_was_given() -> None:
    what = running("pydantic_ai.durable_exec.temporal.TemporalAgent.run")
    assert what is not None
    assert what.of_object
    assert "instructions" in what.decorators


@pytest.mark.parametrize(
    "name",
    [
        "acme.agents.Agent",
        "agents.activity_as_tool",
        "temporalio.contrib.openai_agents.workflow.activity_as_tool",
        "agents.Agency",
    ],
)
def test_anything_else_runs_nothing(name: str) -> None:
    assert running(name) is None


def test_methods_count_only_below_the_classes_of_the_framework() -> None:
    assert "on_start" in methods_below("agents.lifecycle.AgentHooks")
    assert methods_below("acme.AgentHooks") == frozenset()


def test_libraries_add_to_the_names_of_the_settings() -> None:
    own = EntryNames(workflow_decorators=frozenset({"acme.workflow"}))
    meanings = Meanings(with_libraries(own))
    assert DEFN in meanings.of("acme.workflow")
    assert DEFN in meanings.of("restack_ai.workflow.workflow.defn")
    assert ACTIVITY in meanings.of("restack_ai.function.function.defn")
