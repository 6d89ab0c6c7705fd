"""``wflint diff`` on the command line, in git repositories of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import enter_project, invoke
from wflint.revision.snapshot import id_on_disk

ORDER = """\
from dataclasses import dataclass


@dataclass
class Order:
    id: str
"""
FLOW = """\
from temporalio import workflow

from shop.order import Order


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: Order) -> str:
        return order.id
"""
ADDED = ORDER + "    customer: str\n"
NEED = "`Order.customer` is new and has no default value"


def git(*arguments: str, cwd: Path | str = ".") -> str:
    who = {f"GIT_{role}_{what}": "a@b.c" for role in ("AUTHOR", "COMMITTER") for what in _WHO}
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, **who}
    done = subprocess.run(
        ("git", *arguments), cwd=cwd, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


_WHO = ("NAME", "EMAIL")


def put(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)


def commit(message: str = "a") -> str:
    git("add", "-A")
    git("commit", "-q", "--allow-empty", "-m", message)
    return git("rev-parse", "HEAD")


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    enter_project(folder, monkeypatch)
    git("init", "-q", "-b", "main")
    put("shop/__init__.py", "")
    put("shop/flow.py", FLOW)
    put("shop/order.py", ORDER)
    commit()
    return folder


class TestVersions:
    def test_by_default_the_files_on_disk_with_the_default_branch(self) -> None:
        git("checkout", "-q", "-b", "topic")
        put("shop/order.py", ADDED)
        done = invoke("diff")
        assert done.exit_code == 1
        assert done.stdout.startswith("shop/flow.py:9:32: WFL952 incompatible-payload error")
        assert NEED in done.stdout
        assert "Compared 1 workflow of main@" in done.stderr
        assert done.stderr.rstrip().endswith("with the working tree.")

    def test_what_the_default_branch_has_got_since_is_not_taken_back(self) -> None:
        git("checkout", "-q", "-b", "topic")
        git("checkout", "-q", "main")
        put("shop/order.py", ORDER + "    more: int\n")
        commit()
        git("checkout", "-q", "topic")
        assert invoke("diff").exit_code == 0

    def test_what_has_not_changed_is_not_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        read = []
        for name in ("check_groups", "check_at"):
            monkeypatch.setattr(f"wflint.comparison.sides.{name}", lambda *_: read.append(1))
        done = invoke("diff", "--from", "HEAD")
        assert (done.exit_code, read) == (0, [])
        assert "Nothing to compare: HEAD has the files that are on disk" in done.stderr

    @pytest.mark.skipif(os.name == "nt", reason="nothing is recorded on Windows")
    def test_files_that_look_as_before_are_not_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("WFLINT_NO_CACHE")
        monkeypatch.setattr("wflint.cache.looks.MARGIN", -1_000_000_000)
        monkeypatch.setattr("wflint.run.ids_on_disk.WORTH_WHILE", 0)
        read: list[str] = []

        def read_id(path: str, length: int) -> str:
            read.append(os.path.basename(path))
            return id_on_disk(path, length)

        monkeypatch.setattr("wflint.run.ids_on_disk.id_on_disk", read_id)
        same = "HEAD has the files that are on disk"
        assert same in invoke("diff", "--from", "HEAD").stderr
        assert read == ["__init__.py", "flow.py", "order.py"]
        read.clear()
        assert same in invoke("diff", "--from", "HEAD").stderr
        assert not read
        put("shop/order.py", ADDED)
        assert NEED in invoke("diff", "--from", "HEAD").stdout
        assert read == ["order.py"]
        put("shop/order.py", ORDER)
        assert same in invoke("diff", "--from", "HEAD").stderr

    def test_to_see_that_nothing_has_changed_the_analysis_is_not_imported(self) -> None:
        code = (
            "import sys; from wflint.cli.main import main\n"
            "try: main(['diff', '--from', 'HEAD'])\n"
            "except SystemExit: pass\n"
            "print([m for m in sys.modules if m.startswith(('wflint.checking', 'libcst'))])"
        )
        command = (sys.executable, "-c", code)
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        assert done.stdout == "[]\n"

    def test_two_revisions_whatever_is_on_disk(self) -> None:
        old = commit()
        put("shop/order.py", ADDED)
        new = commit()
        put("shop/order.py", "not python (")
        done = invoke("diff", "--from", old, "--to", new)
        assert (done.exit_code, NEED in done.stdout) == (1, True)
        assert invoke("diff", "--from", new, "--to", old).exit_code == 0

    def test_a_file_that_is_not_on_disk_any_more(self) -> None:
        old = commit()
        put("shop/order.py", ADDED)
        new = commit()
        git("rm", "-q", "-r", "shop")
        put("other/flow.py", "from temporalio import workflow\n")
        done = invoke("diff", "--from", old, "--to", new)
        assert (done.exit_code, NEED in done.stdout) == (1, True)
        assert invoke("diff", "--from", old, "--to", new, "other").stdout == ""

    def test_a_file_that_only_the_old_revision_has(self) -> None:
        old = git("rev-parse", "HEAD")
        git("rm", "-q", "-r", "shop")
        put("other/flow.py", "from temporalio import workflow\n")
        done = invoke("diff", "--from", old)
        assert done.stdout.startswith("shop/flow.py:1:1: WFL951 incompatible-interface error")

    def test_several_releases(self) -> None:
        git("tag", "v1")
        put("shop/order.py", ORDER + "    customer: str = ''\n")
        commit()
        git("tag", "v2")
        put("shop/order.py", ADDED)
        done = invoke("diff", "--from", "v1", "--from", "v2")
        assert done.stdout.count(NEED) == 1
        assert "Compared 1 workflow of v1, v2 with the working tree." in done.stderr
        assert invoke("diff", "--from", "v2").exit_code == 0  # it had the field

    def test_a_path_of_another_checkout(self, tmp_path: Path) -> None:
        git("worktree", "add", "-q", str(tmp_path / "old"), "HEAD")
        put("shop/order.py", ADDED)
        assert NEED in invoke("diff", "--from", str(tmp_path / "old")).stdout

    def test_paths_say_what_is_reported(self) -> None:
        put("shop/order.py", ADDED)
        put("other/__init__.py", "")
        assert NEED in invoke("diff", "--from", "HEAD", "shop").stdout
        assert invoke("diff", "--from", "HEAD", "other").stdout == ""

    def test_what_is_gone_is_reported_below_its_old_file(self) -> None:
        put("other/__init__.py", "")
        put("shop/flow.py", "")
        assert "no workflow `OrderWorkflow` any more" in invoke("diff", "--from", "HEAD").stdout
        assert "any more" in invoke("diff", "--from", "HEAD", "shop").stdout
        assert invoke("diff", "--from", "HEAD", "other").stdout == ""

    def test_a_path_of_the_program_as_new_code_says_what_is_reported(self) -> None:
        put("other/__init__.py", "")
        put("shop/order.py", ADDED)
        done = invoke("diff", "--from", "HEAD", "--to", "other")
        assert (done.exit_code, done.stdout) == (0, "")
        assert NEED in invoke("diff", "--from", "HEAD", "--to", "shop").stdout


class TestWords:
    def test_outside_of_git(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "plain").mkdir()
        enter_project(tmp_path / "plain", monkeypatch)
        put("flow.py", "from temporalio import workflow\n")
        done = invoke("diff")
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
        assert "is not in a git repository" in done.stderr

    def test_an_unknown_revision(self) -> None:
        done = invoke("diff", "--from", "v9")
        assert done.exit_code == 2
        assert "--from: there is no revision `v9`; check its name, or fetch it" in done.stderr

    def test_a_shallow_clone(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        old = git("rev-parse", "HEAD")
        commit("b")
        git("clone", "-q", "--depth", "1", f"file://{Path.cwd()}", str(tmp_path / "shallow"))
        monkeypatch.chdir(tmp_path / "shallow")
        done = invoke("diff", "--from", old)
        assert done.exit_code == 2
        assert "this is a shallow clone, so fetch the rest" in done.stderr
        assert "fetch-depth: 0" in done.stderr

    def test_no_default_branch(self) -> None:
        git("branch", "-q", "-m", "trunk")
        done = invoke("diff")
        assert done.exit_code == 2 and "no default branch was found" in done.stderr

    def test_where_the_default_branch_may_be_in_what_a_shallow_clone_lacks(self) -> None:
        commit("b")
        git("clone", "-q", "--depth", "1", f"file://{Path.cwd()}", "../shallow")
        os.chdir("../shallow")
        git("checkout", "-q", "--detach")
        git("branch", "-q", "-D", "main")
        git("remote", "remove", "origin")
        done = invoke("diff")
        assert done.exit_code == 2 and "no default branch was found" in done.stderr
        assert "this is a shallow clone, so fetch the rest" in done.stderr

    def test_before_the_first_commit(self) -> None:
        git("update-ref", "-d", "HEAD")
        done = invoke("diff")
        assert done.exit_code == 2 and "there is no commit yet" in done.stderr

    def test_nothing_has_changed_since_the_default_branch(self) -> None:
        done = invoke("diff")
        assert "Nothing to compare: main@" in done.stderr
        assert "by --from, such as `--from HEAD~1`" in done.stderr
        put("shop/flow.py", FLOW + "\n\nA = 1\n")
        assert "Nothing to compare" not in invoke("diff").stderr

    def test_the_default_branch_of_origin_goes_by_its_own_name(self) -> None:
        git("branch", "-q", "-m", "trunk")
        git("clone", "-q", f"file://{Path.cwd()}", "../clone")
        os.chdir("../clone")
        assert "Nothing to compare: trunk@" in invoke("diff").stderr

    def test_a_file_that_cannot_be_read_is_reported_and_nothing_in_it_is_gone(self) -> None:
        put("shop/flow.py", FLOW + "\nworkflow.defn = (\n")
        done = invoke("diff", "--from", "HEAD")
        assert done.exit_code == 1
        assert "WFL001 syntax-error" in done.stdout and "any more" not in done.stdout
        assert "1 not in full: OrderWorkflow (a file of the new code cannot be read)" in done.stderr

    def test_a_file_of_a_revision_that_cannot_be_read(self) -> None:
        put("shop/flow.py", FLOW + "\nworkflow.defn = (\n")
        broken = commit()
        put("shop/flow.py", FLOW)
        done = invoke("diff", "--from", "HEAD", "--from", "HEAD~1")
        place = os.path.join("shop", "flow.py")
        assert done.stderr.startswith(f"wflint: {place}:12 cannot be read in HEAD: ")
        assert done.stderr.count(" cannot be read in ") == 1
        assert "1 not in full: OrderWorkflow (its old code cannot be read)" in done.stderr
        assert f"cannot be read in {broken[:10]}: " in invoke("diff", "--from", broken).stderr

    def test_only_workflows_with_names_that_are_known_are_compared_in_full(self) -> None:
        put("shop/flow.py", FLOW.replace("@workflow.defn", "@workflow.defn(name=input())"))
        commit()
        done = invoke("diff", "--from", "HEAD")
        assert done.exit_code == 0


class TestReports:
    @pytest.fixture(autouse=True)
    def change(self) -> None:
        put("shop/order.py", ADDED)

    def test_json_has_more_on_the_change(self) -> None:
        (one,) = json.loads(invoke("diff", "--from", "HEAD", "--output-format", "json").stdout)
        assert one["workflow"] == "OrderWorkflow"
        assert (one["verdict"], one["kind"], one["history"]) == ("incompatible", "payload", [])
        assert one["fingerprint"] and one["url"].endswith("incompatible-payload.md")

    @pytest.mark.parametrize("form", ["full", "github", "sarif", "gitlab", "junit"])
    def test_other_formats(self, form: str) -> None:
        done = invoke("diff", "--from", "HEAD", "--output-format", form)
        assert (done.exit_code, "WFL952" in done.stdout) == (1, True)

    def test_a_program_reads_utf_8_whatever_the_encoding_of_stdout(self) -> None:
        Path("shop/order.py").write_text(f"{ORDER}    größe: str\n", encoding="utf-8")
        command = (sys.executable, "-m", "wflint", "diff", "--output-format", "github")
        environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
        done = subprocess.run(
            (*command, "--from", "HEAD"), env=environment, check=False, capture_output=True
        )
        assert "`Order.größe` is new" in done.stdout.decode("utf-8")

    def test_a_comment_suppresses_it_where_it_is_reported(self) -> None:
        line = "    async def run(self, order: Order) -> str:"
        comment = "  # wflint: ignore[WFL952] no run is left"
        put("shop/flow.py", FLOW.replace(line, line + comment))
        done = invoke("diff", "--from", "HEAD")
        assert (done.exit_code, done.stdout) == (0, "")
        assert "1 diagnostic is suppressed by comments." in done.stderr
        assert invoke("diff", "--from", "HEAD", "--no-ignores").exit_code == 1
        assert (
            invoke("check").exit_code == 0
        )  # which knows the rule, and does not judge the comment

    def test_settings(self) -> None:
        put("pyproject.toml", '[tool.wflint]\nignore = ["WFL952"]\n')
        assert invoke("diff", "--from", "HEAD").exit_code == 0
        put("pyproject.toml", '[tool.wflint]\nseverity = { WFL952 = "warning" }\n')
        assert " warning " in invoke("diff", "--from", "HEAD").stdout
        put("pyproject.toml", '[tool.wflint]\nselect = ["WFL101"]\n')
        assert invoke("diff", "--from", "HEAD").exit_code == 1
        put("pyproject.toml", '[tool.wflint]\nper-file-ignores = { "shop/" = ["WFL95"] }\n')
        assert "not shown (per-file-ignores)" in invoke("diff", "--from", "HEAD").stderr

    def test_fail_on_and_exit_zero(self) -> None:
        assert invoke("diff", "--from", "HEAD", "--fail-on", "never").exit_code == 0
        assert invoke("diff", "--from", "HEAD", "--exit-zero").exit_code == 0


def test_its_rules_have_pages_and_are_not_rules_of_check() -> None:
    for code in ("WFL950", "WFL951", "WFL952", "WFL953"):
        assert "reported by `wflint diff`" in invoke("rule", code).stdout
        assert code not in invoke("rule", "--all").stdout


class TestCommands:
    STEPS = """\
from datetime import timedelta

from temporalio import workflow

TEN = timedelta(seconds=10)


async def step(name: str) -> None:
    await workflow.execute_activity(name, start_to_close_timeout=TEN)


@workflow.defn
class ShipWorkflow:
    @workflow.run
    async def run(self) -> None:
        await step("reserve")
        await step("ship")
        await workflow.wait_condition(lambda: False)
"""

    def test_an_activity_between_two_others(self) -> None:
        put("shop/ship.py", self.STEPS)
        commit()
        more = '("reserve")\n        await step("charge")\n'
        put("shop/ship.py", self.STEPS.replace('("reserve")\n', more))
        done = invoke("diff", "--from", "HEAD", "--output-format", "json")
        (one,) = json.loads(done.stdout)
        assert (one["code"], one["verdict"], one["kind"]) == ("WFL950", "incompatible", "commands")
        assert one["workflow"] == "ShipWorkflow" and one["history"] == ["activity reserve"]
        assert "have activity ship, and the new code gives activity charge" in one["message"]
        assert [hop["qualname"] for hop in one["chain"]] == ["ShipWorkflow.run", "step"]
        assert one["old_version"] == "HEAD"
        old = [(hop["qualname"], hop["location"]["row"]) for hop in one["old_chain"]]
        assert old == [("ShipWorkflow.run", 17), ("step", 9)]
        full = invoke("diff", "--from", "HEAD", "--output-format", "full").stdout
        assert "    in HEAD from ShipWorkflow.run (shop/ship.py:17)\n" in full

    def test_a_run_that_ends_early_is_told_of_at_its_name(self) -> None:
        put("shop/ship.py", self.STEPS)
        commit()
        body = self.STEPS[self.STEPS.index("        await step") :]
        put("shop/ship.py", self.STEPS.replace(body, "        pass\n"))
        done = invoke("diff", "--from", "HEAD", "--output-format", "json")
        (one,) = json.loads(done.stdout)
        row = self.STEPS[: self.STEPS.index("def run")].count("\n") + 1
        assert "the new code gives completion" in one["message"]
        assert one["location"]["row"] == one["chain"][-1]["location"]["row"] == row

    def test_arguments_and_options_are_no_change(self) -> None:
        put("shop/ship.py", self.STEPS)
        commit()
        put("shop/ship.py", self.STEPS.replace("seconds=10", "minutes=9"))
        assert invoke("diff", "--from", "HEAD").exit_code == 0


class TestGaps:
    """What could not be compared: in the last line, and with `--show-gaps` at its place."""

    FLOW = """\
from datetime import timedelta

from temporalio import workflow

TEN = timedelta(seconds=10)


class A:
    async def step(self) -> None:
        await workflow.execute_activity("a", start_to_close_timeout=TEN)


class B(A):
    async def step(self) -> None:
        await workflow.execute_activity("b", start_to_close_timeout=TEN)


async def do(it: A) -> None:
    await it.step()


@workflow.defn
class ShipWorkflow:
    @workflow.run
    async def run(self, fast: bool) -> None:
        await workflow.sleep(1)
"""

    @pytest.fixture(autouse=True)
    def change(self) -> None:
        put("shop/flow.py", self.FLOW)
        commit("gaps")
        put("shop/flow.py", f"{self.FLOW}        await do(A() if fast else B())\n")

    def test_the_last_line_has_the_reason(self) -> None:
        done = invoke("diff", "--from", "HEAD")
        assert (done.exit_code, done.stdout) == (0, "")
        assert "1 not in full: ShipWorkflow (" in done.stderr

    def test_each_is_a_remark_with_reason_and_place_on_request(self) -> None:
        done = invoke("diff", "--from", "HEAD", "--show-gaps", "--output-format", "json")
        (one,) = json.loads(done.stdout)
        assert (one["code"], one["severity"], one["verdict"]) == ("WFL950", "info", "unknown")
        assert one["message"].startswith("`ShipWorkflow` was not compared in full: ")
        assert one["location"]["row"] == 19 and one["workflow"] == "ShipWorkflow"
        assert [hop["qualname"] for hop in one["chain"]] == ["ShipWorkflow.run", "do"]
        assert done.exit_code == 0

    def test_a_call_of_code_that_is_not_known_is_the_place(self) -> None:
        call, end = "        await anything.at_all()\n", "        await workflow.sleep(1)\n"
        put("shop/flow.py", f"import anything\n{self.FLOW}{end}")
        commit("more")
        put("shop/flow.py", f"import anything\n{self.FLOW}{call}{end}")
        done = invoke("diff", "--from", "HEAD", "--show-gaps", "--output-format", "json")
        (one,) = json.loads(done.stdout)
        assert (one["verdict"], one["location"]["row"]) == ("unknown", 28)

    def test_they_are_found_at_fail_on_info_only(self) -> None:
        flags = ("diff", "--from", "HEAD", "--fail-on", "info")
        assert invoke(*flags).exit_code == 0
        assert invoke(*flags, "--show-gaps").exit_code == 1
