"""`follow-packages`: what installed packages do is told at the call that leads into them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.command_line import invoke
from wflint.diagnostics import Diagnostic
from wflint.run.check import check
from wflint.run.request import Request, Result

SITE = ".venv/lib/python3.11/site-packages"
FLOW = """\
from temporalio import workflow
{imports}


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        {body}
"""
CLOCK = """\
import time


def stamp() -> str:
    return str(now())


def now() -> float:
    return time.time()


def pure() -> int:
    return 1
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an environment that holds the package `acme_common`."""
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    root = tmp_path / "project"
    follow(root, "acme_common")
    write(root / SITE / "acme_common" / "__init__.py", "from .clock import stamp as stamp\n")
    write(root / SITE / "acme_common" / "clock.py", CLOCK)
    monkeypatch.chdir(root)
    return root


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def follow(root: Path, *packages: str) -> None:
    names = ", ".join(f'"{package}"' for package in packages)
    write(root / "pyproject.toml", f"[tool.wflint]\nfollow-packages = [{names}]\n")


def flow(root: Path, imports: str, body: str, name: str = "flow.py") -> None:
    write(root / name, FLOW.format(imports=imports, body=body.replace("\n", "\n        ")))


def run(*paths: str, **settings: object) -> Result:
    """Check for what workflows do, and not for how they are loaded and defined."""
    if "select" not in settings:
        settings.setdefault("ignore", ["WFL3", "WFL504"])
    names = {key.replace("_", "-"): value for key, value in settings.items()}
    return check(Request(paths=paths or (".",), overrides=names, jobs=1))


def places(result: Result) -> list[tuple[str, int, str]]:
    return [(d.filename, d.location.row, d.code) for d in result.diagnostics]


def only(result: Result) -> Diagnostic:
    (diagnostic,) = result.diagnostics
    return diagnostic


def chain(diagnostic: Diagnostic) -> str:
    names = (hop.filename.removeprefix(f"{SITE}/") for hop in diagnostic.chain)
    hops = zip(diagnostic.chain, names, strict=True)
    return " → ".join(f"{hop.qualname} ({name}:{hop.location.row})" for hop, name in hops)


class TestTheDiagnostic:
    def test_stands_at_the_call_and_says_what_is_wrong_inside(self, project: Path) -> None:
        flow(project, "from acme_common import stamp", "assert pure() < stamp()")
        write(project / "flow.py", (project / "flow.py").read_text() + "\n\ndef pure(): ...\n")
        found = only(run(select=["WFL101"]))
        assert (found.filename, found.location.row, found.location.column) == ("flow.py", 9, 25)
        assert found.end_location.column == 32
        assert found.message == (
            "`stamp()` of `acme_common` reads the wall clock: "
            "`time.time()` at acme_common/clock.py:9; use `workflow.time()`"
        )
        assert chain(found) == (
            "OrderWorkflow.run (flow.py:9) → stamp (acme_common/clock.py:5) "
            "→ now (acme_common/clock.py:9)"
        )
        assert found.fix is None

    def test_stands_at_the_last_line_of_own_code(self, project: Path) -> None:
        flow(project, "from helpers import label", "label()")
        write(project / "helpers.py", "import acme_common\n\n\ndef label():\n"
              "    return acme_common.stamp()\n")  # fmt: skip
        found = only(run())
        assert (found.filename, found.location.row) == ("helpers.py", 5)
        assert found.message.startswith("`acme_common.stamp()` reads the wall clock: `time.time()`")
        assert [hop.qualname for hop in found.chain] == [
            *("OrderWorkflow.run", "label", "stamp", "now")
        ]

    def test_own_code_that_a_package_calls_is_own_code(self, project: Path) -> None:
        write(project / SITE / "acme_common" / "tools.py", "def twice(f):\n    f()\n    f()\n")
        imports = (
            "import random\nfrom acme_common.tools import twice\nfrom acme_common import stamp"
        )
        flow(project, imports, "twice(draw)")
        text = (project / "flow.py").read_text()
        write(project / "flow.py", text + "\n\ndef draw():\n    random.random()\n    stamp()\n")
        assert places(run()) == [("flow.py", 15, "WFL111"), ("flow.py", 16, "WFL101")]

    def test_is_one_for_each_call_and_rule(self, project: Path) -> None:
        package = "import os, time\nfrom .clock import stamp\n\n\ndef busy():\n    stamp()\n"
        package += "    time.time()\n    os.getenv('A')\n    os.environ['B']\n    return stamp()\n"
        write(project / SITE / "acme_common" / "busy.py", package)
        flow(project, "from acme_common.busy import busy", "busy()\nbusy()")
        result = run()
        expected = [("flow.py", row, code) for row in (9, 10) for code in ("WFL101", "WFL131")]
        assert places(result) == expected
        assert "`time.time()` at acme_common/busy.py:7;" in result.diagnostics[0].message, "nearest"
        assert "`os.getenv()` at acme_common/busy.py:8;" in result.diagnostics[1].message, "first"

    def test_an_error_goes_before_a_warning_that_is_nearer(self, project: Path) -> None:
        package = "import os, socket\n\n\ndef name():\n    time.localtime(1)\n    inner()\n\n\n"
        package = package.replace("socket", "time") + "def inner():\n    time.ctime()\n"
        write(project / SITE / "acme_common" / "names.py", package)
        flow(project, "from acme_common.names import name", "name()")
        found = only(run())
        assert (found.code, found.severity.value) == ("WFL103", "error")
        assert "`time.ctime()` at acme_common/names.py:10" in found.message

    def test_counts_the_other_entry_points(self, project: Path) -> None:
        flow(project, "from helpers import label", "label()")
        flow(project, "from helpers import label", "label()", "flow2.py")
        write(project / "helpers.py", "from acme_common import *\n\n\ndef label():\n    stamp()\n")
        assert only(run()).other_entries == 1

    def test_names_the_class_that_is_made(self, project: Path) -> None:
        package = "import uuid\n\n\nclass Token:\n    def __init__(self):\n"
        package += "        self.value = uuid.uuid4()\n"
        write(project / SITE / "acme_common" / "token.py", package)
        flow(project, "from acme_common.token import Token as T", "T()")
        assert only(run()).message == (
            "`Token()` of `acme_common` makes another id on every replay: "
            "`uuid.uuid4()` at acme_common/token.py:6; use `workflow.uuid4()`"
        )

    def test_of_a_rule_that_looks_at_statements_names_the_function(self, project: Path) -> None:
        package = "def wait():\n    while True:\n        pass\n"
        write(project / SITE / "acme_common" / "waiting.py", package)
        flow(project, "from acme_common.waiting import wait", "wait()")
        assert only(run()).message == (
            "in `wait()` of `acme_common`, the loop has no `await` and no way out, so the workflow "
            "never goes on (acme_common/waiting.py:2); wait with `workflow.wait_condition()` or "
            "end the loop"
        )

    def test_a_call_without_fault_is_silent(self, project: Path) -> None:
        flow(project, "from acme_common.clock import pure", "pure()")
        assert places(run()) == []

    def test_an_activity_of_a_package_is_not_entered(self, project: Path) -> None:
        package = "import time\nfrom temporalio import activity\n\n\n@activity.defn\n"
        package += "def charge():\n    time.time()\n"
        write(project / SITE / "acme_common" / "activities.py", package)
        options = "start_to_close_timeout=timedelta(seconds=1)"
        flow(project, "from datetime import timedelta\nfrom acme_common.activities import charge",
             f"await workflow.execute_activity(charge, {options})")  # fmt: skip
        assert places(run()) == []

    @pytest.mark.parametrize(
        ("imports", "body", "codes"),
        [
            ("import shortuuid", "shortuuid.uuid()", ["WFL115"]),
            ("from shortuuid import uuid as u", "u()", ["WFL115"]),
            ("from shortuuid.main import uuid as u", "u()", ["WFL115"]),
            ("import shortuuid", "shortuuid.ShortUUID().uuid()", ["WFL115"]),
            ("import shortuuid", "shortuuid.ShortUUID().other()", ["WFL101"]),
            ("from redis import Redis", "Redis()", ["WFL133"]),
            ("from redis import Redis", "Redis().get('a')", ["WFL133"]),
            ("import redis", "get(redis.Redis)", []),
        ],
    )
    def test_a_name_that_the_tables_know_is_judged_by_them(
        self, project: Path, imports: str, body: str, codes: list[str]
    ) -> None:
        follow(project, "shortuuid", "redis")
        write(project / SITE / "shortuuid" / "__init__.py", "from .main import *\n")
        write(
            project / SITE / "shortuuid" / "main.py",
            "import time, uuid as u\n\n\ndef uuid():\n    return u.uuid4()\n\n\n"
            "class ShortUUID:\n    def uuid(self):\n        return u.uuid4()\n\n"
            "    def other(self):\n        return time.time()\n",
        )
        write(
            project / SITE / "redis.py",
            "import time\n\n\nclass Redis:\n    def __init__(self): ...\n\n"
            "    def get(self, key):\n        time.time()\n",
        )
        flow(project, imports, body)
        assert [d.code for d in run(ignore=["WFL3"]).diagnostics] == codes

    def test_a_name_of_the_settings_is_not_entered(self, project: Path) -> None:
        text = (project / "pyproject.toml").read_text()
        blessed = '[[tool.wflint.apis]]\nname = "acme_common.clock.stamp"\ndeterministic = true\n'
        write(project / "pyproject.toml", text + blessed)
        flow(project, "from acme_common import stamp", "stamp()")
        assert places(run()) == []

    def test_a_class_of_the_settings_is_entered_where_it_is_made(self, project: Path) -> None:
        package = "import time\n\n\nclass Token:\n    def __init__(self):\n        time.time()\n"
        write(project / SITE / "acme_common" / "token.py", package)
        text = (project / "pyproject.toml").read_text()
        named = '[[tool.wflint.apis]]\nname = "acme_common.token.Token"\nrule = "WFL113"\n'
        write(project / "pyproject.toml", text + named)
        flow(project, "from acme_common.token import Token", "Token()")
        assert sorted(d.code for d in run().diagnostics) == ["WFL101", "WFL113"]

    @pytest.mark.parametrize("format", ["concise", "full", "json", "sarif", "github"])
    def test_can_be_reported_in_every_format(self, project: Path, format: str) -> None:
        flow(project, "from acme_common import stamp", "stamp()")
        done = invoke("check", "--output-format", format, "--ignore", "WFL3")
        assert done.exit_code == 1
        assert "of `acme_common` reads the wall clock" in " ".join(done.stdout.split())


class TestEntryPoints:
    BASE = (
        "import time\nfrom temporalio import workflow\n\n\nclass Base:\n    @workflow.run\n"
        "    async def run(self):\n        time.sleep(1)\n        self.step()\n"
    )

    def test_inside_packages_are_not_searched(self, project: Path) -> None:
        package = FLOW.format(imports="import time", body="time.time()")
        write(project / SITE / "acme_common" / "flows.py", package)
        flow(project, "from acme_common import flows", "print(flows.OrderWorkflow)")
        result = run(select=["WFL101"])
        assert places(result) == []
        assert result.stats.workflows == 1

    def test_that_a_workflow_inherits_are_told_at_its_class(self, project: Path) -> None:
        write(project / SITE / "acme_common" / "base.py", self.BASE)
        text = "import random\nfrom temporalio import workflow\nfrom acme_common.base import Base\n"
        text += "\n\n@workflow.defn\nclass OrderWorkflow(Base):\n    def step(self):\n"
        write(project / "flow.py", text + "        random.random()\n")
        result = run()
        assert places(result) == [("flow.py", 7, "WFL104"), ("flow.py", 9, "WFL111")]
        slept, drew = result.diagnostics
        assert slept.message.startswith("`Base.run()` of `acme_common` blocks the thread")
        assert (slept.location.column, slept.end_location.column) == (7, 20)
        assert chain(slept) == "OrderWorkflow.run (acme_common/base.py:8)"
        assert chain(drew) == (
            "OrderWorkflow.run (acme_common/base.py:9) → OrderWorkflow.step (flow.py:9)"
        )

    def test_that_a_workflow_inherits_can_be_suppressed_there(self, project: Path) -> None:
        write(project / SITE / "acme_common" / "base.py", self.BASE)
        text = "from temporalio import workflow\nfrom acme_common.base import Base\n\n\n"
        text += "@workflow.defn\nclass OrderWorkflow(Base):  # wflint: ignore[WFL104] known\n"
        write(project / "flow.py", text + "    pass\n")
        assert places(run()) == []


class TestSuppression:
    @pytest.mark.parametrize(
        "body",
        [
            "stamp()  # wflint: ignore[WFL101] for the log",
            "# wflint: ignore[wall-clock-time] for the log\nstamp()",
            "stamp()  # noqa: WFL101",
        ],
    )
    def test_works_at_the_call(self, project: Path, body: str) -> None:
        flow(project, "from acme_common import stamp", body)
        result = run()
        assert places(result) == [], "and the suppression counts as used"
        assert result.stats.suppressed == 1

    def test_works_further_up_the_chain(self, project: Path) -> None:
        body = "helpers.label()  # wflint: ignore[WFL101] for the log"
        flow(project, "import helpers", body)
        write(project / "helpers.py", "import acme_common\n\n\ndef label():\n"
              "    return acme_common.stamp()\n")  # fmt: skip
        assert places(run()) == []

    @pytest.mark.parametrize("line", ["    return str(now())", "    return time.time()"])
    def test_by_the_package_itself_counts(self, project: Path, line: str) -> None:
        module = project / SITE / "acme_common" / "clock.py"
        assert line in CLOCK
        write(module, CLOCK.replace(line, f"{line}  # wflint: ignore[WFL101] only shown"))
        flow(project, "from acme_common import stamp", "stamp()")
        assert places(run()) == []

    def test_by_settings_goes_by_the_file_of_the_call(self, project: Path) -> None:
        flow(project, "from acme_common import stamp", "stamp()")
        assert places(run(per_file_ignores={"flow.py": ["WFL101"]})) == []
        assert places(run(per_file_ignores={"acme_common/": ["WFL101"]})) != []


class TestFingerprint:
    def test_does_not_change_with_the_package_or_the_line(self, project: Path) -> None:
        flow(project, "from acme_common import stamp", "stamp()")
        before = only(run()).fingerprint
        module = project / SITE / "acme_common" / "clock.py"
        write(module, CLOCK.replace("import time", "import time\n\n\n").replace("now", "later"))
        flow(project, "from acme_common import stamp\n\n", "stamp()")
        assert only(run()).fingerprint == before

    def test_differs_between_functions_and_between_calls(self, project: Path) -> None:
        flow(project, "from acme_common import stamp", "stamp()\nstamp()\nhelper()")
        text = (project / "flow.py").read_text()
        write(project / "flow.py", text + "\n\ndef helper():\n    stamp()\n")
        assert len({d.fingerprint for d in run().diagnostics}) == 3


class TestFinding:
    def test_without_the_setting_packages_stay_closed(self, project: Path) -> None:
        flow(project, "from acme_common import stamp", "stamp()")
        assert places(run(follow_packages=[])) == []

    def test_only_named_packages_are_followed(self, project: Path) -> None:
        write(project / SITE / "other.py", "import time\n\n\ndef tick():\n    time.time()\n")
        write(project / SITE / "acme_common" / "more.py", "from other import tick\n\n\n"
              "def more():\n    tick()\n")  # fmt: skip
        flow(project, "from acme_common.more import more", "more()")
        assert places(run()) == []
        assert places(run(follow_packages=["acme_common", "other"])) == [("flow.py", 9, "WFL101")]

    @pytest.mark.parametrize(
        "imports",
        [
            "from .clock import now",
            "from . import clock\nnow = clock.now",
            "from acme_common.clock import now",
            "import acme_common.clock\nnow = acme_common.clock.now",
            "from .sub import now",
        ],
    )
    def test_imports_inside_the_package_are_understood(self, project: Path, imports: str) -> None:
        package = project / SITE / "acme_common"
        write(package / "sub" / "__init__.py", "from ..clock import *\n")
        write(package / "labels.py", f"{imports}\n\n\ndef label():\n    return now()\n")
        flow(project, "import acme_common.labels", "acme_common.labels.label()")
        assert places(run()) == [("flow.py", 9, "WFL101")]

    def test_a_package_does_not_see_the_project(self, project: Path) -> None:
        write(project / "settings.py", CLOCK)
        write(project / SITE / "acme_common" / "x.py", "from settings import stamp\n\n\n"
              "def label():\n    stamp()\n")  # fmt: skip
        flow(project, "from acme_common.x import label", "label()")
        assert places(run()) == []

    def test_a_single_module(self, project: Path) -> None:
        follow(project, "acme_clock")
        write(project / SITE / "acme_clock.py", CLOCK)
        flow(project, "import acme_clock", "acme_clock.stamp()")
        assert "`time.time()` at acme_clock.py:9" in only(run()).message

    @pytest.mark.parametrize("name", ["acme", "acme.clock"])
    def test_a_namespace_package(self, project: Path, name: str) -> None:
        """Parts of it may lie in the project and in several folders."""
        follow(project, name)
        write(project / SITE / "acme" / "clock.py", CLOCK)
        write(project / "acme" / "own.py", "def own(): ...\n")
        write(project / "libs" / "acme" / "other.py", "def other(): ...\n")
        write(project / SITE / "libs.pth", f"{project}/libs\n")
        flow(project, "import acme.clock, acme.own", "acme.own.own()\nacme.clock.stamp()")
        found = only(run())
        assert found.location.row == 10
        assert found.message.startswith(
            "`acme.clock.stamp()` reads the wall clock: `time.time()` at acme/clock.py:9;"
        )

    def test_a_part_of_a_namespace_package_alone(self, project: Path) -> None:
        follow(project, "acme.clock")
        write(project / SITE / "acme" / "clock.py", CLOCK)
        write(project / SITE / "acme" / "other.py", CLOCK)
        flow(project, "import acme.clock, acme.other", "acme.other.stamp()\nacme.clock.stamp()")
        assert places(run()) == [("flow.py", 10, "WFL101")]

    def test_an_editable_install(self, project: Path, tmp_path: Path) -> None:
        follow(project, "acme_edit")
        write(tmp_path / "libs" / "src" / "acme_edit" / "__init__.py", "from .clock import stamp\n")
        write(tmp_path / "libs" / "src" / "acme_edit" / "clock.py", CLOCK)
        write(project / SITE / "_acme_edit.pth", f"{tmp_path}/libs/src\n")
        flow(project, "from acme_edit import stamp", "stamp()")
        assert "`time.time()` at acme_edit/clock.py:9" in only(run()).message

    @pytest.mark.parametrize("imports", ["acme.edit", "acme.edit.clock"])
    def test_an_editable_install_by_a_finder(
        self, project: Path, tmp_path: Path, imports: str
    ) -> None:
        follow(project, "acme.edit")
        source = tmp_path / "libs" / "acme" / "edit"
        write(source / "__init__.py", "from .clock import stamp\n")
        write(source / "clock.py", CLOCK)
        write(project / SITE / "finder.py", f"MAPPING = {{'acme.edit': '{source}'}}\n")
        write(project / SITE / "__editable__.acme.pth", "import finder; finder.install()\n")
        flow(project, f"import {imports}", f"{imports}.stamp()")
        assert "`time.time()` at acme/edit/clock.py:9" in only(run()).message

    def test_an_editable_install_of_the_projects_own_code_is_own_code(self, project: Path) -> None:
        follow(project, "acme_own")
        write(project / "libs" / "acme_own" / "deep" / "clock.py", CLOCK)
        write(project / "libs" / "acme_own" / "__init__.py", "")
        write(project / "libs" / "acme_own" / "deep" / "__init__.py", "")
        write(project / SITE / "_acme_own.pth", f"{project}/libs\n")
        flow(project, "from acme_own.deep.clock import stamp", "stamp()")
        assert places(run()) == [("libs/acme_own/deep/clock.py", 9, "WFL101")]

    def test_the_projects_own_package_goes_before_an_installed_one(self, project: Path) -> None:
        write(project / "acme_common" / "__init__.py", "")
        write(project / "acme_common" / "clock.py", "def stamp(): ...\n")
        flow(project, "from acme_common.clock import stamp", "stamp()")
        assert places(run()) == []
        write(project / SITE / "acme_common" / "more.py", CLOCK)
        flow(project, "from acme_common.more import stamp", "stamp()")
        assert places(run()) == [], "the installed one is hidden as a whole"

    def test_a_folder_without_init_does_not_hide_the_package(self, project: Path) -> None:
        write(project / "acme_common" / "notes.py", "")
        flow(project, "from acme_common.clock import stamp", "stamp()")
        assert places(run()) == [("flow.py", 9, "WFL101")]

    def test_a_fake_for_tests_is_not_taken_for_the_package(self, project: Path) -> None:
        write(project / "fakes" / "acme_common" / "__init__.py", "def stamp(): ...\n")
        flow(project, "from acme_common import stamp", "stamp()")
        assert places(run()) == [("flow.py", 9, "WFL101")]

    def test_the_sdk_and_the_standard_library_are_never_followed(self, project: Path) -> None:
        follow(project, "temporalio", "email")
        write(project / SITE / "temporalio" / "__init__.py", "")
        write(project / SITE / "temporalio" / "workflow.py", CLOCK)
        write(project / SITE / "email" / "__init__.py", CLOCK)
        flow(project, "import email", "workflow.stamp()\nemail.stamp()")
        assert places(run(ignore=["WFL214"])) == []

    def test_every_file_of_a_run_gives_what_the_run_gives(self, project: Path) -> None:
        flow(project, "from helpers import label", "label()")
        write(project / "helpers.py", "from acme_common import stamp\n\n\ndef label():\n"
              "    stamp()\n")  # fmt: skip
        assert places(run("helpers.py")) == places(run()) == [("helpers.py", 5, "WFL101")]
        assert places(run("flow.py")) == []

    def test_each_project_of_a_repository_has_its_own_environment(self, project: Path) -> None:
        root = project / "services"
        for name, clock in (("a", CLOCK), ("b", CLOCK.replace("time.time()", "1"))):
            follow(root / name, "acme_common")
            write(root / name / SITE / "acme_common" / "__init__.py", clock)
            flow(root / name, "from acme_common import stamp", "stamp()")
        result = run("services/a", "services/b")
        assert places(result) == [("services/a/flow.py", 9, "WFL101")]


class TestEnvironment:
    def move(self, project: Path, to: str) -> None:
        (project / to).parent.mkdir(parents=True, exist_ok=True)
        (project / ".venv").rename(project / to)

    def test_the_flag_names_it(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        flow(project, "from acme_common import stamp", "stamp()")
        self.move(project, "../env")
        monkeypatch.chdir(project.parent)
        done = invoke("check", "--python", "env", "project")
        assert re.search(r"^project/flow.py:9:9: WFL101", done.stdout)

    def test_the_setting_names_it(self, project: Path) -> None:
        flow(project, "from acme_common import stamp", "stamp()")
        self.move(project, "../env")
        assert places(run(python="../env")) == [("flow.py", 9, "WFL101")]

    def test_the_flag_goes_before_the_active_one(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flow(project, "from acme_common import stamp", "stamp()")
        other = project.parent / "other"
        write(other / "lib" / "python3.11" / "site-packages" / "acme_common.py", "stamp = print\n")
        monkeypatch.setenv("VIRTUAL_ENV", str(other))
        assert places(run()) == [("flow.py", 9, "WFL139")]
        assert places(run(python=".venv")) == [("flow.py", 9, "WFL101")]

    def test_a_package_comes_from_the_first_that_has_it(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """pre-commit activates an environment that holds wflint and nothing else."""
        hook = project.parent / "hook"
        write(hook / "lib" / "python3.11" / "site-packages" / "wflint.py", "")
        monkeypatch.setenv("VIRTUAL_ENV", str(hook))
        flow(project, "from acme_common import stamp", "stamp()")
        assert places(run()) == [("flow.py", 9, "WFL101")]

    def test_one_that_does_not_exist_is_an_error(self, project: Path) -> None:
        flow(project, "import acme_common", "pass")
        done = invoke("check", "--python", "gone")
        assert done.exit_code == 2
        assert done.stderr == "wflint: python: no such interpreter or environment: gone\n"

    def test_a_missing_package_is_said_in_one_line(self, project: Path) -> None:
        follow(project, "acme_common", "acme_other")
        flow(project, "from acme_other import stamp", "stamp()")
        result = run()
        assert places(result) == []
        assert result.problems == []
        assert result.warnings == [
            "follow-packages: acme_other is not installed in .venv; "
            "name its environment with --python"
        ]

    def test_a_missing_environment_is_said_in_one_line(self, project: Path) -> None:
        self.move(project, "../env")
        flow(project, "from acme_common import stamp", "stamp()")
        assert run().warnings == [
            "follow-packages: acme_common was not found: VIRTUAL_ENV names no environment, and "
            f"{project} has no .venv or venv; name one with --python"
        ]

    def test_a_package_of_the_project_itself_is_not_missing(self, project: Path) -> None:
        follow(project, "orders")
        write(project / "orders" / "__init__.py", "")
        flow(project, "import orders", "pass")
        assert run().warnings == []

    def test_a_module_that_cannot_be_read_is_said(self, project: Path) -> None:
        write(project / SITE / "acme_common" / "clock.py", "def stamp(:\n")
        flow(project, "from acme_common import stamp", "stamp()")
        result = run()
        assert places(result) == []
        (warning,) = result.warnings
        assert warning.startswith(f"{SITE}/acme_common/clock.py:1: this is not followed further: ")

    @pytest.mark.parametrize("name", ["acme-common", "acme_common.*", ""])
    def test_a_name_that_cannot_be_imported_is_an_error(self, project: Path, name: str) -> None:
        follow(project, name)
        done = invoke("check")
        assert done.exit_code == 2
        assert "tool.wflint.follow-packages[0] must be an import name such as" in done.stderr
