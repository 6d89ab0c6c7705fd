"""``wflint init``: a first configuration, from what there is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import tomli

from tests.command_line import CLOCK, invoke

IN_HOUSE = """\
import datetime

from acme.temporal import durable, on_signal
from temporalio import workflow


@durable
class OrderWorkflow:
    @workflow.signal
    def hurry(self) -> None:
        self.at = datetime.datetime.now()


@workflow.defn
class Refund:
    @workflow.run
    async def run(self) -> None: ...

    @on_signal
    def hurry(self) -> None:
        self.at = datetime.datetime.now()
"""
FRAMEWORK = """\
import datetime

from acme.temporal import durable, notify
from temporalio import workflow


@durable
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None: ...

    @notify
    def hurry(self) -> None:
        self.at = datetime.datetime.now()
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a repository with a workflow that reads the clock."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "flow.py").write_text(CLOCK)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def checked() -> set[str]:
    """Where a check of everything reports what."""
    lines = invoke("check", "--no-cache", "--output-format", "concise").stdout.splitlines()
    return {line.partition(" error")[0].partition(" warning")[0] for line in lines}


def settings_in(text: str) -> dict[str, object]:
    """The settings in force in what was printed or written."""
    table = tomli.loads(text)
    return table["tool"]["wflint"] if "tool" in table else table


def words(text: str) -> str:
    """The text of comments on one line."""
    return " ".join(text.replace("#", " ").split())


class TestWhere:
    def test_a_pyproject_gets_a_table_behind_what_it_has(self, project: Path) -> None:
        before = b'[project]\r\nname = "shop"  # ours\r\n\r\n[tool.other]\r\nkey = [1,\r\n  2]'
        (project / "pyproject.toml").write_bytes(before)
        result = invoke("init")
        assert (result.exit_code, result.stdout) == (0, "")
        assert "Added [tool.wflint] to pyproject.toml." in result.stderr
        after = (project / "pyproject.toml").read_bytes()
        assert after.startswith(before + b"\r\n\r\n[tool.wflint]\r\n# Found 1 workflow, ")
        assert after.count(b"\n") == after.count(b"\r\n")
        assert not (project / "wflint.toml").exists()

    def test_without_a_pyproject_there_is_a_file_of_its_own(self, project: Path) -> None:
        result = invoke("init")
        assert "Wrote wflint.toml." in result.stderr
        assert settings_in((project / "wflint.toml").read_text()) == {}

    def test_a_folder_may_be_named(self, project: Path) -> None:
        (project / "shop").mkdir()
        said = invoke("init", "shop").stderr
        assert (project / "shop" / "wflint.toml").is_file()
        assert "Wrote shop/wflint.toml.\n" in said
        assert "  wflint check shop --statistics " in said

    def test_a_dry_run_prints_what_would_be_written(self, project: Path) -> None:
        printed = invoke("init", "--dry-run").stdout
        assert sorted(os.listdir(project)) == [".git", "flow.py"]
        invoke("init")
        assert (project / "wflint.toml").read_text() == printed

    @pytest.mark.parametrize("name", ["pyproject.toml", "wflint.toml", ".wflint.toml"])
    def test_what_there_is_stays(self, project: Path, name: str) -> None:
        text = '[tool.wflint]\nselect = ["WFL1"]\n' if name == "pyproject.toml" else ""
        (project / name).write_text(text)
        result = invoke("init")
        assert result.exit_code == 2
        (line,) = result.stderr.splitlines()
        assert line.startswith(f"wflint: {name} has settings of wflint already; ")
        assert (project / name).read_text() == text

    def test_a_second_run_changes_nothing(self, project: Path) -> None:
        (project / "pyproject.toml").write_text("")
        invoke("init")
        before = (project / "pyproject.toml").read_bytes()
        assert invoke("init").exit_code == 2
        assert (project / "pyproject.toml").read_bytes() == before

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('tool = { other = 1 }\nname = "x"\n', "cannot be added behind the rest"),
            ("[[tool]]\nname = 1\n", "cannot be added behind the rest"),
            ("key = \n", "pyproject.toml:1: invalid TOML"),
        ],
    )
    def test_a_file_that_would_be_wrong_then_is_left(
        self, project: Path, text: str, said: str
    ) -> None:
        (project / "pyproject.toml").write_text(text)
        result = invoke("init")
        assert (result.exit_code, said in result.stderr) == (2, True)
        assert (project / "pyproject.toml").read_text() == text

    @pytest.mark.skipif(os.name == "nt", reason="links need a right there")
    @pytest.mark.parametrize("name", ["pyproject.toml", "wflint.toml"])
    def test_nothing_is_written_through_a_link_that_leads_out(
        self, project: Path, tmp_path_factory: pytest.TempPathFactory, name: str
    ) -> None:
        target = tmp_path_factory.mktemp("outside") / "file.toml"
        if name == "pyproject.toml":
            target.write_text("")
        (project / name).symlink_to(target)
        result = invoke("init")
        assert result.exit_code == 2
        (line,) = result.stderr.splitlines()
        assert line.startswith(f"wflint: {name}")
        assert not target.exists() or target.read_text() == ""

    def test_settings_above_go_on_to_apply(self, project: Path) -> None:
        (project / "pyproject.toml").write_text('[tool.wflint]\nignore = ["WFL101"]\n')
        (project / "shop").mkdir()
        (project / "shop" / "pay.py").write_text(CLOCK)
        before = checked()
        assert invoke("init", "shop").exit_code == 0
        assert settings_in((project / "shop/wflint.toml").read_text()) == {
            "extend": "../pyproject.toml"
        }
        assert checked() == before == set()


class TestWhat:
    def test_decorators_of_packages_are_named_with_which_more_is_checked(
        self, project: Path
    ) -> None:
        (project / "order.py").write_text(IN_HOUSE)
        before = checked()
        invoke("init")
        text = (project / "wflint.toml").read_text()
        assert settings_in(text) == {
            "signal-decorators": ["acme.temporal.on_signal"],
            "workflow-decorators": ["acme.temporal.durable"],
        }
        assert "@acme.temporal.durable (OrderWorkflow in order.py)" in words(text)
        after = checked()
        new = "order.py:11:19: WFL101 wall-clock-time", "order.py:21:19: WFL101 wall-clock-time"
        assert after == {*before, *new}

    def test_a_setting_with_which_less_is_checked_is_only_told(self, project: Path) -> None:
        (project / "order.py").write_text(FRAMEWORK)
        (project / "more.py").write_text(IN_HOUSE)
        before = checked()
        assert "order.py:14:19: WFL101 wall-clock-time" in before
        invoke("init")
        assert checked() == before
        text = (project / "wflint.toml").read_text()
        assert settings_in(text) == {}
        assert "@acme.temporal.durable (OrderWorkflow in more.py)" in words(text)

    def test_a_decorator_that_is_not_known_by_its_full_name_is_only_told(
        self, project: Path
    ) -> None:
        (project / "order.py").write_text(
            "from temporalio import workflow\n\n\ndef make(registry):\n"
            "    @registry.durable\n    class Order:\n"
            "        @workflow.run\n        async def run(self) -> None: ...\n"
        )
        printed = invoke("init", "--dry-run").stdout
        assert settings_in(printed) == {}

    def test_workers_are_told_with_their_sandbox(self, project: Path) -> None:
        (project / "worker.py").write_text(
            "from temporalio.worker import UnsandboxedWorkflowRunner, Worker\n"
            "from flow import OrderWorkflow\n\n\ndef make(client):\n"
            '    return Worker(client, task_queue="q", workflows=[OrderWorkflow],\n'
            "                  workflow_runner=UnsandboxedWorkflowRunner())\n"
        )
        printed = invoke("init", "--dry-run").stdout
        assert "# Found 1 workflow, 0 activities and 1 worker (" in printed
        assert "# - worker.py: no sandbox\n" in printed

    def test_import_folders_services_packages_and_tests_are_suggested(self, project: Path) -> None:
        for service in ("billing", "orders"):
            home = project / "services" / service
            (home / "src" / service).mkdir(parents=True)
            (home / "pyproject.toml").write_text(f'[project]\nname = "{service}"\n')
            (home / "src" / service / "__init__.py").write_text("")
            (home / "src" / service / "flow.py").write_text(f"import acme_common\n{CLOCK}")
        (project / "integration_tests").mkdir()
        (project / "integration_tests" / "test_it.py").write_text("def test_it(): ...\n")
        (project / "integration_tests" / "tools.py").write_text("")
        printed = invoke("init", "--dry-run").stdout
        assert settings_in(printed) == {}
        assert '# src = ["services/billing/src", "services/orders/src"]\n' in printed
        assert "services/billing, services/orders" in printed
        assert '`extend = "../../wflint.toml"`' in words(printed)
        for folder in ("services/orders", os.path.join(project, "services", "orders")):
            assert "Parts with" not in invoke("init", "--dry-run", folder).stdout
        assert '# follow-packages = ["acme_common"]\n' in printed
        assert '"conftest.py", "integration_tests/"]\n' in printed

    def test_what_stands_in_comments_is_valid_without_the_signs(self, project: Path) -> None:
        (project / "order.py").write_text(IN_HOUSE.replace("on_signal", "hook"))
        (project / "flow.py").write_text(f"import acme_common\n{CLOCK}")
        printed = invoke("init", "--dry-run").stdout
        lines = [line.removeprefix("# ") for line in printed.splitlines() if " = " in line]
        names = {line.partition(" = ")[0] for line in lines if not line.startswith("#")}
        assert {"baseline", "follow-packages"} <= names
        (project / "wflint.toml").write_text(
            "".join(f"{line}\n" for line in lines if line.partition(" = ")[0] != "baseline")
        )
        assert invoke("check").exit_code == 1

    def test_a_program_without_workflows_is_said_to_have_none(self, project: Path) -> None:
        (project / "flow.py").write_text("x = 1\n")
        result = invoke("init")
        assert result.exit_code == 0
        assert "no workflow was found: check the paths" in result.stderr

    def test_names_of_files_cannot_write_settings(self, project: Path) -> None:
        name = 'a\nselect = ["WFL101"]\nb_tests'
        (project / name).mkdir()
        (project / name / "test_a.py").write_text("def test_a(): ...\n")
        (project / name / "order.py").write_text(IN_HOUSE)
        assert "select" not in settings_in(invoke("init", "--dry-run").stdout)

    def test_what_to_do_next_is_said(self, project: Path) -> None:
        said = invoke("init").stderr
        assert "Found 1 workflow, 0 activities and 0 workers.\n" in said
        assert "  wflint check --statistics " in said
