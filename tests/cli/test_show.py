"""Explanations of rules, settings and versions; and how fast wflint starts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import wflint
from tests.command_line import enter_project, invoke
from wflint.config.settings import Settings


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a project of its own."""
    return enter_project(tmp_path, monkeypatch)


class TestShow:
    def test_files(self, project: Path) -> None:
        (project / "a").mkdir()
        for name in ("b.py", "a/c.py", "a/notes.txt"):
            (project / name).write_text("")
        assert invoke("check", "--show-files").stdout == "a/c.py\nb.py\n"
        assert invoke("check", "--show-files", "a", "nosuch").exit_code == 2

    def test_settings_are_toml_that_can_be_read_again(self, project: Path) -> None:
        import tomli

        (project / "pyproject.toml").write_text(
            '[tool.wflint]\nignore = ["WFL2"]\n[tool.wflint.per-file-ignores]\n"a b/" = ["ALL"]\n'
            '[[tool.wflint.apis]]\nname = "a.b"\nrule = "WFL101"\n'
        )
        (project / "requirements.txt").write_text("temporalio==1.18.0\n")
        (project / "a.py").write_text("")
        result = invoke("check", "--show-settings", "--extend-select", "WFL003")
        assert result.exit_code == 0
        shown = tomli.loads(result.stdout)
        assert (shown["ignore"], shown["extend-select"]) == (["WFL2"], ["WFL003"])
        assert shown["per-file-ignores"] == {"a b/": ["ALL"]}
        assert shown["apis"] == [{"name": "a.b", "rule": "WFL101", "kind": "call"}]
        assert f"# project root: {project}\n" in result.stdout
        assert "# target-sdk is not set; found: 1.18\n" in result.stdout

    def test_rule_by_code_or_name(self) -> None:
        text = invoke("rule", "WFL101").stdout
        assert text.startswith("# wall-clock-time (WFL101)\n\ntime · error · on by default · ")
        assert "## What breaks" in text
        assert invoke("rule", "wall-clock-time").stdout == text

    def test_rules_as_json(self) -> None:
        rules = json.loads(invoke("rule", "--all", "--output-format", "json").stdout)
        assert [rule["code"] for rule in rules][:2] == ["WFL001", "WFL002"]
        one = json.loads(invoke("rule", "WFL101", "--output-format", "json").stdout)
        assert one in rules

    def test_all_rules_as_text_is_an_overview(self) -> None:
        lines = invoke("rule", "--all").stdout.splitlines()
        assert lines[0] == "linter"
        assert any(line.split()[:3] == ["WFL101", "wall-clock-time", "error"] for line in lines)
        assert any(line.split()[2:3] == ["off"] for line in lines)

    def test_unknown_rule(self) -> None:
        assert invoke("rule", "wall-clock").stderr == (
            'wflint: there is no rule "wall-clock"; did you mean "wall-clock-time"?\n'
        )

    def test_every_setting_is_explained(self) -> None:
        keys = json.loads(invoke("config", "--output-format", "json").stdout)
        assert len(keys) == len(Settings.__struct_fields__)
        for key in keys:
            assert key["explanation"].endswith("."), key["key"]
            text = invoke("config", key["key"]).stdout
            assert text.startswith(f"{key['key']}\n\n") and f"\nType: {key['type']}\n" in text

    def test_setting_by_its_dotted_name(self) -> None:
        text = invoke("config", "tool.wflint.target_sdk").stdout
        assert "Default: not set\n" in text
        assert invoke("config", "targt-sdk").stderr == (
            'wflint: there is no setting "targt-sdk"; did you mean "target-sdk"?\n'
        )

    @pytest.mark.parametrize("arguments", [("--version",), ("-V",), ("version",)])
    def test_version(self, arguments: tuple[str, ...]) -> None:
        assert invoke(*arguments).stdout == f"wflint {wflint.__version__}\n"

    def test_clean_removes_caches_and_nothing_else(self, project: Path) -> None:
        for name in (".wflint_cache", "a/.wflint_cache", "a/.other_cache", "venv/.wflint_cache"):
            (project / name).mkdir(parents=True)
        result = invoke("clean")
        assert result.exit_code == 0
        left = {p.relative_to(project).as_posix() for p in project.rglob(".*_cache")}
        assert left == {"a/.other_cache", "venv/.wflint_cache"}


EXPENSIVE = ("libcst", "rich", "importlib.metadata", "multiprocessing", "pathspec", "temporalio")


class TestStart:
    """The modules that are imported decide how fast wflint starts."""

    @pytest.mark.parametrize(
        "arguments",
        [["--help"], ["check", "--help"], ["rule", "WFL101"], ["version"], ["check", "-q"]],
        ids=" ".join,
    )
    def test_nothing_expensive_is_imported(self, project: Path, arguments: list[str]) -> None:
        (project / "plain.py").write_text("import os\n")
        program = (
            "import sys\n"
            "sys.argv = ['wflint', *sys.argv[1:]]\n"
            "from wflint.cli.main import main\n"
            "try:\n"
            "    main()\n"
            "except SystemExit as stop:\n"
            "    assert not stop.code, stop.code\n"
            f"print([name for name in {EXPENSIVE!r} if name in sys.modules], file=sys.stderr)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments], capture_output=True, text=True
        )
        assert done.stderr == "[]\n"
