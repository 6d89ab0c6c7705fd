"""Notebooks are checked like modules; places in them are given by cell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import CLOCK, enter_project, invoke
from tests.notebooks import notebook

IMPORTS = """\
%load_ext autoreload
from datetime import datetime
from temporalio import workflow
from temporalio.client import Client
from helper import stamp"""
FLOW = """\
@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return str(datetime.now()) + stamp()"""
CLIENT = """\
client = await Client.connect("localhost:7233")
!ls"""
HELPER = """\
from datetime import datetime


def stamp() -> str:
    return str(datetime.now())
"""
IN_CELL = "a.ipynb:cell 3:5:20: WFL101 wall-clock-time error"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a workflow in a notebook, with a helper in a module."""
    enter_project(tmp_path, monkeypatch)
    (tmp_path / "a.ipynb").write_bytes(notebook(IMPORTS, FLOW, CLIENT))
    (tmp_path / "helper.py").write_text(HELPER)
    return tmp_path


def concise(*arguments: str) -> list[str]:
    """The lines of a check."""
    return invoke("check", "--output-format", "concise", *arguments).stdout.splitlines()


def test_cells_are_checked_together_and_calls_are_followed_out_of_them() -> None:
    in_cell, in_helper = concise()
    assert in_cell.startswith(IN_CELL)
    assert in_helper.startswith("helper.py:5:16: WFL101 ")
    assert in_helper.endswith("(from OrderWorkflow.run)")
    assert concise("a.ipynb") == [in_cell]


def test_a_warm_run_says_the_same() -> None:
    assert concise() == concise() == concise("--no-cache")


def test_full_shows_the_cell_and_its_rows() -> None:
    shown = invoke("check", "--output-format", "full").stdout
    assert "    5 |         return str(datetime.now()) + stamp()\n" in shown
    assert "    from OrderWorkflow.run (a.ipynb:cell 3:5)\n      → stamp (helper.py:5)\n" in shown


def test_json_has_the_cell_and_the_row_in_it() -> None:
    in_cell, in_helper = json.loads(invoke("check", "--output-format", "json").stdout)
    assert (in_cell["cell"], in_cell["location"]) == (3, {"row": 5, "column": 20})
    assert "cell" not in in_helper
    first, second = in_helper["chain"]
    assert (first["cell"], first["location"]["row"]) == (3, 5)
    assert "cell" not in second


@pytest.mark.parametrize(
    "form", ["github", "gitlab", "azure", "sarif", "checkstyle", "rdjson", "rdjsonl"]
)
def test_formats_without_cells_point_to_the_file_and_name_the_cell(form: str) -> None:
    printed = invoke("check", "a.ipynb", "--output-format", form).stdout
    assert "cell 3:5: `datetime.now()` reads the wall clock" in printed


def test_a_notebook_is_never_changed(project: Path) -> None:
    before = (project / "a.ipynb").read_bytes()
    assert concise()[0].endswith("(not fixed: notebooks are not changed)")
    for flags in (("--fix", "--unsafe-fixes"), ("--add-ignore",)):
        result = invoke("check", *flags, "--output-format", "concise")
        assert result.stdout.startswith(IN_CELL)
    assert (project / "a.ipynb").read_bytes() == before
    assert (project / "helper.py").read_text() != HELPER


def test_comments_in_cells_suppress(project: Path) -> None:
    flow = FLOW.replace("stamp()", "stamp()  # wflint: ignore[WFL101] only shown")
    (project / "a.ipynb").write_bytes(notebook(IMPORTS, flow, "x = 1  # wflint: ignore[WFL101] y"))
    (line,) = concise()
    assert line.startswith("a.ipynb:cell 4:1:25: WFL002 unused-suppression")


def test_a_cell_that_does_not_parse_is_named(project: Path) -> None:
    (project / "a.ipynb").write_bytes(notebook(IMPORTS, "x = 1\ndef f(:"))
    (line,) = concise()
    assert line.startswith("a.ipynb:cell 3:2:7: WFL001 syntax-error")


def test_what_a_notebook_calls_outside_of_workflows_counts_for_fixes(project: Path) -> None:
    (project / "a.ipynb").write_bytes(notebook(IMPORTS, FLOW, "print(stamp())"))
    assert "(not fixed: " in concise("helper.py")[0]


def test_the_sandbox_loads_no_notebook(project: Path) -> None:
    setting_up = "import requests\nSESSION = requests.Session()\nopen('x').read()"
    (project / "a.ipynb").write_bytes(notebook(IMPORTS, setting_up, FLOW))
    (project / "flow.py").write_text(f"{setting_up}\n{IMPORTS.partition(chr(10))[2]}\n{FLOW}\n")
    assert any(line.startswith("flow.py:1:") for line in concise("flow.py"))
    (line,) = concise("a.ipynb")
    assert "WFL101" in line


def test_a_baseline_and_another_revision_have_them_too(project: Path) -> None:
    import subprocess

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        subprocess.run(["git", *who, *arguments], cwd=project, check=True, capture_output=True)

    invoke("check", "--baseline", "known.toml", "--update-baseline")
    assert concise("--baseline", "known.toml") == []
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    (project / "a.ipynb").write_bytes(notebook("import os", IMPORTS, FLOW, CLIENT))
    assert concise("--new-from", "HEAD") == []
    assert concise("--baseline", "known.toml") == []
    (project / "a.ipynb").write_bytes(notebook(IMPORTS, FLOW.replace("run(self)", "run(self, n)")))
    assert invoke("diff", "--from", "HEAD").stdout.startswith("a.ipynb:cell 3:4:15: WFL951 ")


def test_list_and_graph_name_the_cell() -> None:
    listed = invoke("list").stdout
    assert "  OrderWorkflow  a.ipynb:cell 3:2\n    run  run  cell 3:4\n" in listed
    for flags in ((), ("--commands",)):
        assert "(a.ipynb:cell 3:4)" in invoke("graph", "OrderWorkflow", *flags).stdout


def test_a_worker_in_a_notebook_has_its_cell_in_json(project: Path) -> None:
    worker = (
        "from temporalio.worker import Worker\n"
        'worker = Worker(client, task_queue="orders", workflows=[OrderWorkflow])'
    )
    (project / "a.ipynb").write_bytes(notebook(IMPORTS, FLOW, CLIENT, worker))
    (found,) = json.loads(invoke("list", "--output-format", "json").stdout)["workers"]
    assert (found["cell"], found["location"]) == (5, {"row": 2, "column": 10})


def test_a_notebook_may_come_from_stdin(project: Path) -> None:
    data = (project / "a.ipynb").read_bytes()
    (project / "a.ipynb").unlink()
    arguments = ("check", "-", "--stdin-filename", "a.ipynb", "--output-format", "concise")
    assert invoke(*arguments, stdin=data).stdout.startswith(IN_CELL)
    assert invoke(*arguments, "--fix", stdin=data).stdout.encode() == data


class TestWhatIsNoNotebook:
    @pytest.mark.parametrize(
        "data",
        [
            b'{"cells": [temporalio.workflow',
            b'{"temporalio": 1}',
            b'\xff{"temporalio": 1}',
            b'{"temporalio":' + b"[" * 100_000,
        ],
        ids=["json", "cells", "utf-8", "deep"],
    )
    def test_is_named_in_a_line_each_time(self, project: Path, data: bytes) -> None:
        (project / "a.ipynb").write_bytes(data)
        (project / "flow.py").write_text(CLOCK)
        for _ in range(2):
            result = invoke("check")
            line, *_ = result.stderr.splitlines()
            assert line.startswith("wflint: a.ipynb: this notebook is not checked: it")
            assert result.exit_code == 1  # for flow.py

    def test_is_named_where_files_are_known_by_their_looks(self, project: Path) -> None:
        (project / "a.ipynb").write_bytes(b'{"temporalio": 1}')
        (project / "flow.py").write_text(CLOCK)
        for number in range(200):
            (project / f"m{number}.py").write_text("")
        for _ in range(3):
            assert "this notebook is not checked" in invoke("check").stderr

    def test_is_silent_without_workflow_code(self, project: Path) -> None:
        (project / "a.ipynb").write_bytes(b'{"cells": [')
        (project / "flow.py").write_text(CLOCK)
        assert "notebook" not in invoke("check", "-v").stderr

    def test_too_large_a_notebook_is_named(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import errno

        def refuse(path: str) -> bytes:
            if path.endswith(".ipynb"):
                raise OSError(errno.EFBIG, "File too large", path)
            return Path(path).read_bytes()

        monkeypatch.setattr("wflint.run.check.read_file", refuse)
        said = invoke("check").stderr
        assert "wflint: a.ipynb: this notebook is not checked: it is too large\n" in said


REFUSED = """\
from temporalio import workflow


@workflow.defn
class NoWorkflow:
    @workflow.query
    def state(self) -> str:
        return "open"
"""


def test_a_cell_is_not_imported_but_run(project: Path) -> None:
    (project / "a.ipynb").write_bytes(notebook(REFUSED))
    (project / "helper.py").write_text(REFUSED)
    in_cell, in_module = concise("--select", "WFL501")
    assert in_cell.startswith("a.ipynb:cell 2:5:7: WFL501 ")
    assert in_cell.endswith("the SDK refuses the class, and its cell fails when it is run")
    assert in_module.endswith("the SDK refuses the class, and the module cannot be imported")
