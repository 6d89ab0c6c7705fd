"""Each command imports what it uses, and no more."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.caching import make_project, write
from wflint.checking.registry import find_alone, load_registry

PROGRAM = """\
import sys
from wflint.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print(*sys.modules, sep="\\n", file=sys.stderr)
"""
SLOW = {
    "asyncio",
    "importlib.metadata",
    "libcst",
    "multiprocessing",
    "pathspec",
    "rich",
}
ENGINE = (
    "wflint.callgraph",
    "wflint.checking.analysis",
    "wflint.dataflow.def_use",
    "wflint.severity",
    "wflint.inference",
    "wflint.project.store",
    "wflint.sandbox",
    "wflint.syntax.guard",
)
ANALYSIS = (
    *ENGINE,
    "wflint.facts",
    "wflint.fix.apply",
    "wflint.fix.propose",
    "wflint.graph",
    "wflint.revision",
    "wflint.run.program_run",
)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("WFLINT_NO_CACHE")
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "pyproject.toml", "[project]\nname = 'shop'\n")
    return make_project(tmp_path)


def imported(*arguments: str) -> set[str]:
    """The modules that a command has imported when it is done."""
    command = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return set(done.stderr.splitlines())


def rules_in(modules: set[str]) -> set[str]:
    """The modules of rules and of what they share; families alone do not count."""
    return {name for name in modules if name.startswith("wflint.rules.") and name.count(".") > 2}


def wflint_in(modules: set[str]) -> set[str]:
    """The modules of wflint itself."""
    return {name for name in modules if name.partition(".")[0] == "wflint"}


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("--version",), ("version",), ("check", "--help"), ("graph", "--help")],
    ids=" ".join,
)
def test_help_and_version_import_the_command_line_alone(arguments: tuple[str, ...]) -> None:
    modules = imported(*arguments)
    assert wflint_in(modules) == {
        *("wflint", "wflint.cli", "wflint.cli.main", "wflint.cli.help"),
        "wflint.cli.program",
        "wflint.cli.check_options",
        "wflint.cli.epilogs",
        "wflint.cli.completion",
        *("wflint.system", "wflint.system.interrupts"),
    }
    assert not modules & {*SLOW, "msgspec", "tomli"}


@pytest.mark.parametrize("rule", ["WFL101", "wall-clock-time"])
def test_explaining_a_rule_imports_that_rule(rule: str) -> None:
    modules = imported("rule", rule)
    assert rules_in(modules) == {"wflint.rules.time.wall_clock_time"}
    assert not modules & {*SLOW, "tomli"}
    assert not [name for name in modules if name.startswith(ENGINE)]


def test_explaining_settings_imports_no_rule() -> None:
    modules = imported("config", "select")
    assert not rules_in(modules)
    assert not modules & SLOW


def test_cleaning_imports_no_rule() -> None:
    modules = imported("clean")
    assert not rules_in(modules)
    assert not modules & SLOW


@pytest.mark.parametrize(
    "form",
    [
        *("concise", "json"),
        *(pytest.param(form, marks=pytest.mark.exhaustive) for form in ("full", "github")),
    ],
)
def test_a_repeated_check_imports_neither_rules_nor_the_analysis(form: str) -> None:
    arguments = ("check", "--output-format", form)
    assert "libcst" in imported(*arguments)
    modules = imported(*arguments)
    assert not rules_in(modules)
    assert not modules & SLOW
    assert not [name for name in modules if name.startswith(ANALYSIS)]
    reports = {name for name in modules if name.startswith("wflint.report.")}
    formats = {"wflint.report.json_report"} if form == "json" else {f"wflint.report.{form}"}
    shared = {"wflint.report.look", "wflint.report.summary", "wflint.report.fix_diff"}
    assert formats <= reports <= formats | shared


def test_rules_import_libcst_when_they_look_at_code_and_not_before() -> None:
    program = "from wflint.checking.registry import load_registry as load; load()"
    command = [sys.executable, "-X", "importtime", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    imported = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines()]
    # Python prints a module when it is loaded, so that the rule which asked for LibCST comes next.
    guilty = imported[imported.index("libcst") + 1 :][:3] if "libcst" in imported else []
    assert guilty == []


def test_linking_what_was_read_before_does_not_import_libcst(project: Path) -> None:
    write(project / "shop/prices.py", "from shop.extra.labels import label as stamp, label\n")
    imported("check")
    modules = imported("check", "--ignore", "WFL138", "--output-format", "concise")
    assert "wflint.checking.analysis" in modules
    assert not modules & SLOW


class TestTheEnd:
    PROGRAM = (
        "import atexit; atexit.register(print, 'freed all objects')\n"
        "from wflint.__main__ import run; run()"
    )

    @pytest.mark.parametrize(
        ("arguments", "code"), [(("--version",), 0), (("check",), 1), (("check", "nosuch"), 2)]
    )
    def test_comes_at_once_with_the_exit_code(self, arguments: tuple[str, ...], code: int) -> None:
        command = [sys.executable, "-c", self.PROGRAM, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == code
        assert done.stdout or code == 2
        assert "freed" not in done.stdout

    def test_comes_when_all_has_been_written(self) -> None:
        command = [sys.executable, "-m", "wflint", "rule", "--all", "--output-format", "json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert len(json.loads(done.stdout)) == len(load_registry().rules)

    def test_is_silent_when_nobody_reads(self) -> None:
        command = f"{sys.executable} -m wflint rule --all --output-format json | head -1"
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
        assert (done.stdout, done.stderr) == ("[\n", "")


@pytest.mark.parametrize("step", [10, pytest.param(1, marks=pytest.mark.exhaustive)])
def test_every_rule_is_found_without_the_others(step: int) -> None:
    for rule in load_registry().rules[::step]:
        assert type(find_alone(rule.code)) is type(find_alone(rule.name)) is type(rule)


def test_an_unknown_rule_is_not_found() -> None:
    assert find_alone("WFL1") is None
    assert find_alone("wall-clock") is None
