"""``wflint graph``: what it prints about the functions that an entry point reaches."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import enter_project, invoke
from wflint.cli.main import GRAPH_FORMATS

FLOW = """\
from temporalio import workflow

from helpers import audit, send_mail, stamp


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, plan) -> None:
        plan.begin()
        audit()
        self.price()
        await workflow.execute_activity(send_mail, start_to_close_timeout=TIMEOUT)

    def price(self) -> float:
        return stamp()

    @workflow.query
    def total(self) -> float:
        return self.price()
"""
HELPERS = """\
import time

from temporalio import activity


def stamp() -> float:
    return time.time()


def audit() -> None:
    print("audit")
    stamp()
    check(2)


def check(depth: int) -> None:
    if depth:
        check(depth - 1)
        recheck(depth)


def recheck(depth: int) -> None:
    check(depth)


@activity.defn
async def send_mail() -> None:
    stamp()


def begin() -> None:
    stamp()


def unused() -> None:
    stamp()
"""
TREE = """\
OrderWorkflow.run (flow.py:9)
│  10:9 cannot follow plan.begin(): {reason}
├─ audit (helpers.py:10)
│  │  11:5 WFL139 print
│  ├─ stamp (helpers.py:6)
│  │     7:12 WFL101 wall-clock-time
│  └─ check (helpers.py:16)
│     ├─ check (helpers.py:16), see above
│     └─ recheck (helpers.py:22)
│        └─ check (helpers.py:16), see above
└─ OrderWorkflow.price (flow.py:15)
   └─ stamp (helpers.py:6), see above
OrderWorkflow.total (flow.py:19)
└─ OrderWorkflow.price (flow.py:15), see above
"""
WHY_STAMP = """\
stamp (helpers.py:6) is workflow code, because 2 entry points reach it:
    OrderWorkflow.run (flow.py:11) → audit (helpers.py:12) → stamp (helpers.py:6)
    OrderWorkflow.total (flow.py:20) → OrderWorkflow.price (flow.py:16) → stamp (helpers.py:6)

What it reaches:
stamp (helpers.py:6)
   7:12 WFL101 wall-clock-time
"""
INHERITED = """\
from temporalio import workflow

from helpers import audit, stamp


class Base:
    @workflow.run
    async def run(self) -> None:
        self.step()

    def step(self) -> None:
        pass

    def rest(self) -> None:
        pass


@workflow.defn
class Stamping(Base):
    def step(self) -> None:
        stamp()
        self.rest()


@workflow.defn
class Auditing(Base):
    def step(self) -> None:
        audit()


@workflow.defn
class Idle(Base):
    pass
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a project of two modules."""
    (tmp_path / "flow.py").write_text(FLOW)
    (tmp_path / "helpers.py").write_text(HELPERS)
    return enter_project(tmp_path, monkeypatch)


def as_json(*arguments: str) -> dict[str, Any]:
    result = invoke("graph", *arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    graph: dict[str, Any] = json.loads(result.stdout)
    return graph


def reached(*arguments: str) -> set[str]:
    return {node["qualname"] for node in as_json(*arguments)["nodes"]}


class TestText:
    def test_a_workflow_is_the_tree_below_each_of_its_entry_points(self) -> None:
        (gap,) = as_json("OrderWorkflow.run")["nodes"][0]["gaps"]
        result = invoke("graph", "OrderWorkflow")
        assert (result.exit_code, result.stdout) == (0, TREE.format(reason=gap["reason"]))
        assert result.stderr == "7 functions, 2 diagnostics, 1 call that could not be resolved.\n"

    def test_a_handler_is_its_own_tree_alone(self) -> None:
        assert invoke("graph", "OrderWorkflow.total").stdout == (
            "OrderWorkflow.total (flow.py:19)\n"
            "└─ OrderWorkflow.price (flow.py:15)\n"
            "   └─ stamp (helpers.py:6)\n"
            "         7:12 WFL101 wall-clock-time\n"
        )

    def test_a_helper_has_a_shortest_chain_from_every_entry_point(self) -> None:
        result = invoke("graph", "stamp")
        assert (result.exit_code, result.stdout) == (0, WHY_STAMP)
        assert result.stderr == "1 function, 1 diagnostic, 0 calls that could not be resolved.\n"

    def test_quiet_prints_the_graph_alone(self) -> None:
        result = invoke("graph", "stamp", "-q")
        assert (result.stdout, result.stderr) == (WHY_STAMP, "")

    def test_colours_are_for_terminals_and_for_those_who_ask(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert "\x1b[" not in invoke("graph", "stamp").stdout
        coloured = invoke("graph", "stamp", "--color", "always").stdout
        assert "\x1b[31m\x1b[1mWFL101\x1b[0m" in coloured
        monkeypatch.setattr("wflint.cli.output.is_terminal", lambda stream: True)
        monkeypatch.setenv("NO_COLOR", "1")
        assert "\x1b[" not in invoke("graph", "stamp").stdout

    def test_settings_decide_what_is_a_diagnostic(self, project: Path) -> None:
        ignoring = 'ignore = ["WFL101"]'
        assert "WFL101" not in invoke("graph", "stamp", "--config", ignoring).stdout
        (project / "pyproject.toml").write_text(f"[tool.wflint]\n{ignoring}\n")
        assert "WFL101" not in invoke("graph", "stamp").stdout
        assert "WFL101" in invoke("graph", "stamp", "--isolated").stdout

    def test_suppressed_diagnostics_are_not_shown(self, project: Path) -> None:
        silenced = HELPERS.replace("time.time()", "time.time()  # wflint: ignore[WFL101] a label")
        (project / "helpers.py").write_text(silenced)
        assert "WFL101" not in invoke("graph", "stamp").stdout


class TestJson:
    def test_what_was_asked_for_and_where_it_begins(self) -> None:
        graph = as_json("OrderWorkflow")
        assert list(graph) == ["entry", "reached", "roots", "chains", "nodes", "edges"]
        assert graph["entry"] == {
            "qualname": "OrderWorkflow",
            "filename": "flow.py",
            "location": {"row": 7, "column": 7},
        }
        assert graph["reached"] is True
        assert graph["roots"] == ["flow.py::OrderWorkflow.run", "flow.py::OrderWorkflow.total"]
        assert graph["chains"] == []

    def test_functions_with_what_is_wrong_in_them(self) -> None:
        nodes = {node["id"]: node for node in as_json("OrderWorkflow")["nodes"]}
        assert nodes["helpers.py::stamp"] == {
            "id": "helpers.py::stamp",
            "qualname": "stamp",
            "filename": "helpers.py",
            "location": {"row": 6, "column": 5},
            "entry_point": False,
            "diagnostics": [
                {
                    "code": "WFL101",
                    "name": "wall-clock-time",
                    "severity": "error",
                    "message": "`time.time()` reads the wall clock; use `workflow.time()` "
                    "(not fixed: `send_mail` in helpers.py also runs it outside workflows, "
                    "where `workflow.time` raises)",
                    "location": {"row": 7, "column": 12},
                }
            ],
            "gaps": [],
        }
        run = nodes["flow.py::OrderWorkflow.run"]
        assert run["entry_point"] is True
        (gap,) = run["gaps"]
        assert (gap["written"], gap["location"]) == ("plan.begin()", {"row": 10, "column": 9})

    def test_calls_connect_the_functions(self) -> None:
        graph = as_json("OrderWorkflow.run")
        calls = [(e["from"], e["to"], e["location"]["row"]) for e in graph["edges"]]
        assert calls == [
            ("flow.py::OrderWorkflow.run", "helpers.py::audit", 11),
            ("flow.py::OrderWorkflow.run", "flow.py::OrderWorkflow.price", 12),
            ("helpers.py::audit", "helpers.py::stamp", 12),
            ("helpers.py::audit", "helpers.py::check", 13),
            ("flow.py::OrderWorkflow.price", "helpers.py::stamp", 16),
            ("helpers.py::check", "helpers.py::check", 18),
            ("helpers.py::check", "helpers.py::recheck", 19),
            ("helpers.py::recheck", "helpers.py::check", 23),
        ]
        assert {end for call in calls for end in call[:2]} == {n["id"] for n in graph["nodes"]}

    def test_chains_lead_through_functions_and_calls_of_the_graph(self) -> None:
        graph = as_json("recheck")
        (chain,) = graph["chains"]
        assert [(step["qualname"], step["location"]["row"]) for step in chain] == [
            ("OrderWorkflow.run", 11),
            ("audit", 13),
            ("check", 19),
            ("recheck", 22),
        ]
        ids = [step["id"] for step in chain]
        calls = {(edge["from"], edge["to"]) for edge in graph["edges"]}
        assert set(pairwise(ids)) <= calls
        assert graph["roots"] == ids[-1:]

    def test_ids_can_be_asked_for(self) -> None:
        for node in as_json("OrderWorkflow")["nodes"]:
            assert as_json(node["id"])["roots"] == [node["id"]]


class TestInheritance:
    @pytest.fixture(autouse=True)
    def jobs(self, project: Path) -> None:
        (project / "jobs.py").write_text(INHERITED)

    def test_only_what_the_class_itself_reaches(self) -> None:
        assert reached("Stamping") == {"Stamping.run", "Stamping.step", "stamp", "Base.rest"}
        assert reached("Idle") == {"Idle.run", "Base.step"}

    def test_the_function_behind_several_entry_points_reaches_what_they_reach(self) -> None:
        together = {"Base.run", "Stamping.step", "Auditing.step", "Base.step", "stamp", "audit"}
        assert together <= reached("Base.run")
        assert as_json("Base.run")["chains"] == []

    def test_chains_begin_with_the_names_of_the_workflows(self) -> None:
        chains = as_json("stamp")["chains"]
        assert sorted(chain[0]["qualname"] for chain in chains) == [
            "Auditing.run",
            "OrderWorkflow.run",
            "OrderWorkflow.total",
            "Stamping.run",
        ]
        assert [len(chain) for chain in chains] == [3, 3, 3, 4]

    def test_an_inherited_method_can_be_asked_for_by_the_class(self) -> None:
        (chain,) = as_json("Idle.step")["chains"]
        assert [step["qualname"] for step in chain] == ["Idle.run", "Base.step"]

    def test_a_diagnostic_stands_where_it_holds(self, project: Path) -> None:
        (project / "labels.py").write_text(
            "import time\n\n\n"
            "def label(now=None) -> str:\n"
            "    now = now or time.time()\n"
            "    return str(now)\n"
        )
        (project / "jobs.py").write_text(
            "from temporalio import workflow\n\nfrom labels import label\n\n\n"
            "@workflow.defn\nclass Bad:\n    @workflow.run\n"
            "    async def run(self) -> None:\n        label()\n\n\n"
            "@workflow.defn\nclass Good:\n    @workflow.run\n"
            "    async def run(self) -> None:\n        label(workflow.time())\n"
        )
        assert "5:18 WFL101" in invoke("graph", "Bad").stdout
        assert "label (labels.py:4)\n" in invoke("graph", "Good").stdout
        assert "WFL101" not in invoke("graph", "Good").stdout


def test_output_does_not_depend_on_the_hash_seed(project: Path) -> None:
    (project / "jobs.py").write_text(INHERITED)
    outputs = {
        form: {
            subprocess.run(
                [sys.executable, "-m", "wflint", "graph", "stamp", "--format", form],
                env=os.environ | {"PYTHONHASHSEED": seed},
                capture_output=True,
                check=True,
            ).stdout
            for seed in ("1", "2")
        }
        for form in ("json", "text")
    }
    assert {form: len(texts) for form, texts in outputs.items()} == {"json": 1, "text": 1}


@pytest.mark.parametrize("form", GRAPH_FORMATS)
def test_paths_do_not_limit_what_is_followed(form: str) -> None:
    everything = invoke("graph", "OrderWorkflow", "--format", form).stdout
    assert "helpers.py" in everything
    assert invoke("graph", "OrderWorkflow", "flow.py", "--format", form).stdout == everything


def test_long_chains_and_large_circles(project: Path) -> None:
    count = 1100  # more than Python could recurse
    functions = [f"def f{n}():\n    return f{n + 1}()\n" for n in range(count)]
    functions.append(f"def f{count}():\n    return f0()\n")
    (project / "deep.py").write_text("\n".join(functions))
    (project / "flow.py").write_text(
        "from temporalio import workflow\n\nfrom deep import f0\n\n\n"
        "@workflow.defn\nclass Deep:\n    @workflow.run\n"
        "    async def run(self) -> None:\n        f0()\n"
    )
    graph = as_json(f"f{count}")
    assert [len(chain) for chain in graph["chains"]] == [count + 2]
    lines = invoke("graph", "Deep").stdout.splitlines()
    assert sum("continued below" in line for line in lines) == lines.count("")
    assert max(map(len, lines)) < 200
    shown = [line for line in lines if line and "," not in line]
    assert len(shown) == count + 2
