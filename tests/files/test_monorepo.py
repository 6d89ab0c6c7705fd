"""A repository with several configuration files is one program, and each speaks for its folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.command_line import invoke

FLOW = """\
from temporalio import workflow

from shared.clock import stamp


@workflow.defn
class {name}Workflow:
    @workflow.run
    async def run(self) -> float:
        print("begin")
        return stamp()
"""
FILES = {
    "shared/__init__.py": "",
    "shared/clock.py": "import time\n\n\ndef stamp() -> float:\n    return time.time()\n",
    "billing/wflint.toml": "",
    "billing/flow.py": FLOW.format(name="Billing"),
    "shipping/wflint.toml": "",
    "shipping/flow.py": FLOW.format(name="Shipping"),
}


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    write(tmp_path, FILES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def found(*arguments: str) -> set[tuple[str, str, str]]:
    """The diagnostics as file, code and severity; the file relative to the repository."""
    result = invoke("check", "--output-format", "json", *arguments)
    assert result.exit_code in (0, 1), result.stderr
    root = next(p for p in (Path.cwd(), *Path.cwd().parents) if (p / ".git").exists())
    return {
        (os.path.relpath(Path.cwd() / d["filename"], root), d["code"], d["severity"])
        for d in json.loads(result.stdout)
    }


EVERYTHING = {
    ("shared/clock.py", "WFL101", "error"),
    ("billing/flow.py", "WFL139", "warning"),
    ("shipping/flow.py", "WFL139", "warning"),
}


def test_calls_are_followed_over_the_border_of_settings() -> None:
    assert found() == EVERYTHING


@pytest.mark.parametrize("folder", [".", "billing", "shared"])
def test_the_working_directory_does_not_matter(
    folder: str, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository / folder)
    assert found(str(repository)) == EVERYTHING


@pytest.mark.parametrize("name", ["billing", "shipping", "shared", "shared/clock.py"])
def test_what_is_named_only_says_what_is_reported(name: str) -> None:
    assert found(name) == {one for one in EVERYTHING if one[0].startswith(name)}


@pytest.mark.parametrize(
    ("settings", "missing", "added"),
    [
        ('ignore = ["WFL139"]', ("billing/flow.py", "WFL139", "warning"), None),
        ('select = ["WFL101"]', ("billing/flow.py", "WFL139", "warning"), None),
        (
            'severity = { WFL139 = "error" }',
            ("billing/flow.py", "WFL139", "warning"),
            ("billing/flow.py", "WFL139", "error"),
        ),
        (
            'per-file-ignores = { "flow.py" = ["WFL139"] }',
            ("billing/flow.py", "WFL139", "warning"),
            None,
        ),
        ('test-paths = ["flow.py"]', ("billing/flow.py", "WFL139", "warning"), None),
        ('extend-exclude = ["flow.py"]', ("billing/flow.py", "WFL139", "warning"), None),
    ],
)
def test_settings_say_what_is_reported_in_their_folder(
    repository: Path,
    settings: str,
    missing: tuple[str, str, str],
    added: tuple[str, str, str] | None,
) -> None:
    (repository / "billing" / "wflint.toml").write_text(settings)
    wanted = EVERYTHING - {missing} | ({added} if added else set())
    assert found() == wanted
    assert found() == wanted  # as it was kept


def test_what_is_kept_knows_the_settings_of_all_folders(repository: Path) -> None:
    assert found() == EVERYTHING
    (repository / "shipping" / "wflint.toml").write_text('ignore = ["WFL139"]')
    assert found() == EVERYTHING - {("shipping/flow.py", "WFL139", "warning")}


def test_a_fix_asks_all_of_the_repository(repository: Path) -> None:
    activity = (
        "from temporalio import activity\n\nfrom shared.clock import stamp\n\n\n"
        "@activity.defn\ndef bill() -> float:\n    return stamp()\n"
    )
    write(repository, {"billing/activities.py": activity})
    for argument in (".", "shipping", "shared"):
        invoke("check", "--fix", argument)
        assert "time.time()" in (repository / "shared" / "clock.py").read_text()
    assert "`bill` in billing/activities.py" in invoke("check", "shared").stdout


def test_fixes_are_wanted_or_not_by_the_settings_of_the_file(repository: Path) -> None:
    write(
        repository,
        {
            "shared/wflint.toml": 'unfixable = ["WFL101"]',
            "billing/flow.py": FLOW.format(name="Billing").replace("stamp()", "time.time()")
            + "\n\nimport time\n",
        },
    )
    invoke("check", "--fix")
    assert "time.time()" in (repository / "shared" / "clock.py").read_text()
    assert "workflow.time()" in (repository / "billing" / "flow.py").read_text()


def test_names_of_the_project_count_in_all_of_it(repository: Path) -> None:
    flow = FLOW.format(name="Returns").replace("workflow.defn", "acme.flow")
    write(
        repository,
        {
            "returns/flow.py": flow.replace("from temporalio", "import acme\nfrom temporalio"),
            "billing/wflint.toml": 'workflow-decorators = ["acme.flow"]',
        },
    )
    assert ("returns/flow.py", "WFL139", "warning") in found()


def test_modules_of_one_name_are_those_of_the_nearest_folder(repository: Path) -> None:
    for service, clock in (("billing", "time.time"), ("shipping", "time.monotonic")):
        write(
            repository,
            {
                f"{service}/shared/__init__.py": "",
                f"{service}/shared/clock.py": f"import time\n\n\ndef stamp() -> float:\n"
                f"    return {clock}()\n",
            },
        )
    codes = {(name, code) for name, code, _ in found() if code != "WFL139"}
    assert codes == {("billing/shared/clock.py", "WFL101"), ("shipping/shared/clock.py", "WFL102")}


def test_each_folder_can_ask_for_workflows(repository: Path) -> None:
    (repository / "shared" / "wflint.toml").write_text("require-workflows = true")
    assert invoke("check", "shared").exit_code == 1
    for service in ("billing", "shipping"):
        (repository / service / "flow.py").write_text("")
    assert invoke("check", "shared").exit_code == 2
