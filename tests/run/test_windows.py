"""What users of Windows see is what everybody sees, with ``/`` in every path that is printed."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result

from tests import windows
from tests.command_line import enter_project, invoke
from wflint.cli.output import wants_color, write, write_report
from wflint.diagnostics import Diagnostic, Location, Severity
from wflint.files.select import shown_path
from wflint.report import FORMATS
from wflint.report.look import Look
from wflint.report.sarif import render
from wflint.run.fingerprint import with_fingerprints
from wflint.system.borders import collects_unrelated_things

PROJECT = {
    "pyproject.toml": """\
[tool.wflint]
src = ["services/orders"]
extend-exclude = ["services/orders/shop/old/"]

[tool.wflint.per-file-ignores]
"services/orders/shop/notes/" = ["WFL139"]
""",
    "services/orders/shop/flow.py": """\
from temporalio import workflow

from shop.prices.rates import Rates
from shop.notes.printed import show


@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> float:
        show()
        return Rates().now() + Rates().later()
""",
    "services/orders/shop/prices/rates.py": """\
import random
import time

from shop.prices.base import Base


class Rates(Base):
    def now(self) -> float:
        return time.time()

    def known(self) -> float:  # wflint: ignore[WFL111] tried
        return random.random()
""",
    "services/orders/shop/prices/base.py": """\
class Base:
    def later(self) -> float:
        return self.now() + self.known()
""",
    "services/orders/shop/notes/printed.py": "def show() -> None:\n    print('shown')\n",
    "services/orders/shop/old/flow.py": "from temporalio import workflow\n",
    "services/billing/wflint.toml": 'ignore = ["WFL101"]\n',
    "services/billing/bill.py": """\
import os, time
from temporalio import workflow


@workflow.defn
class Bill:
    @workflow.run
    async def run(self) -> str:
        return f"{time.time()} {os.environ['HOME']}"
""",
}
FOR_PEOPLE = ("full", "concise", "grouped", "statistics")
COMMANDS = [
    *(("check", "-q", "--no-cache", "--output-format", form) for form in FORMATS),
    ("check", "--no-cache", "--show-files"),
    ("check", "--no-cache", "--diff"),
    ("check", "-q", "--no-cache", "--output-format", "concise", "services/orders/shop/prices"),
    ("check", "-q", "--no-cache", "--output-format", "concise", "--extend-exclude", "bill.py"),
    ("list", "-q"),
    ("graph", "-q", "Flow"),
    ("graph", "-q", "services/orders/shop/prices/rates.py::Rates.now"),
]

QUICK = COMMANDS[::4]
SOME_AND_OTHERS = [
    QUICK,
    pytest.param([c for c in COMMANDS if c not in QUICK], marks=pytest.mark.exhaustive),
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: two services, each with settings."""
    enter_project(tmp_path, monkeypatch)
    for name, text in PROJECT.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def said(result: Result) -> str:
    """Return what a run has printed, if it has not failed."""
    assert not isinstance(result.exception, Exception), result.exception
    return result.stdout


class TestTheWholeProgram:
    @pytest.mark.parametrize("commands", SOME_AND_OTHERS, ids=["some", "others"])
    def test_everything_is_printed_as_elsewhere(
        self,
        commands: list[tuple[str, ...]],
        project: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        elsewhere = [said(invoke(*command)) for command in commands]
        windows.pretend(monkeypatch, project)
        for command, printed in zip(commands, elsewhere, strict=True):
            assert said(invoke(*command)) == printed, command

    def test_calls_are_followed_into_other_folders(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        windows.pretend(monkeypatch, project)
        printed = said(invoke("check", "-q", "--no-cache", "--output-format", "json"))
        found = [(entry["code"], entry["filename"]) for entry in json.loads(printed)]
        assert found == [
            ("WFL131", "services/billing/bill.py"),
            ("WFL101", "services/orders/shop/prices/rates.py"),
        ]

    @pytest.mark.parametrize(
        "named",
        [
            "services\\orders\\shop\\prices\\rates.py",
            "services/orders/shop/prices/rates.py",
            ".\\services/orders\\shop\\prices\\rates.py",
            "C:\\work\\services\\orders\\shop\\prices\\rates.py",
        ],
    )
    def test_files_are_named_in_any_way(
        self, named: str, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        windows.pretend(monkeypatch, project)
        printed = said(invoke("check", "-q", "--no-cache", "--output-format", "concise", named))
        (line,) = printed.splitlines()
        assert line.startswith("services/orders/shop/prices/rates.py:9:16: WFL101 ")

    def test_a_baseline_of_one_system_holds_on_another(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        baseline = ("check", "--no-cache", "--baseline", "known.json")
        said(invoke(*baseline, "--update-baseline"))
        written = (project / "known.json").read_bytes()
        windows.pretend(monkeypatch, project)
        assert invoke(*baseline).exit_code == 0
        said(invoke(*baseline, "--update-baseline"))
        assert (project / "known.json").read_bytes() == written


# The pieces, one by one.


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The module ``os`` of Windows, for the modules that the tests below call."""
    fake = windows.Windows(tmp_path).module()
    for module in ("files.select", "report.look", "report.sarif", "run.fingerprint"):
        monkeypatch.setattr(f"wflint.{module}.os", fake)
    return fake


def at(path: str) -> Any:
    """A path of Windows."""
    return PureWindowsPath(path)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("C:\\work\\orders\\flow.py", "orders/flow.py"),
        ("C:\\work\\flow.py", "flow.py"),
        ("C:\\works\\flow.py", "C:/works/flow.py"),
        ("D:\\work\\flow.py", "D:/work/flow.py"),
        ("\\\\server\\share\\flow.py", "//server/share/flow.py"),
    ],
)
def test_shown_paths(path: str, shown: str, fake: SimpleNamespace) -> None:
    assert shown_path(at(path), at("C:\\work")) == shown


@pytest.mark.parametrize(
    ("name", "from_base"),
    [
        ("flow.py", "orders/flow.py"),
        ("../flow.py", "flow.py"),
        ("C:/work/orders/flow.py", "orders/flow.py"),
        ("C:/other/flow.py", "C:/other/flow.py"),
        ("D:/work/flow.py", "D:/work/flow.py"),
    ],
)
def test_names_for_code_hosts(name: str, from_base: str, fake: SimpleNamespace) -> None:
    look = Look(cwd=at("C:\\work\\orders"), base=at("C:\\work"))
    assert look.from_base(name) == from_base


def found_in(filename: str) -> Diagnostic:
    """A diagnostic about a file."""
    return Diagnostic(
        code="WFL101",
        name="wall-clock-time",
        severity=Severity.ERROR,
        message="reads the clock",
        filename=filename,
        location=Location(1, 1),
        end_location=Location(1, 5),
        scope="workflow",
    )


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("my orders/flow.py", "my%20orders/flow.py"),
        ("D:/my orders/flow.py", "file:///D:/my%20orders/flow.py"),
        ("//server/share/flow.py", "file://server/share/flow.py"),
    ],
)
def test_uris_in_sarif(
    name: str, uri: str, fake: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wflint.report.sarif.Path", PureWindowsPath)
    look = Look(cwd=at("C:\\work"), base=at("C:\\work"))
    (result,) = json.loads(render([found_in(name)], look))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": uri}


def test_a_fingerprint_is_the_same_on_all_systems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [found_in("shop/flow.py")]
    here = with_fingerprints(found, tmp_path, tmp_path / "orders")
    monkeypatch.setattr("wflint.run.fingerprint.os", windows.Windows(tmp_path).module())
    there = with_fingerprints(found, at("C:\\work"), at("C:\\work\\orders"))
    assert here[0].fingerprint == there[0].fingerprint


@pytest.mark.parametrize(
    ("folder", "collects"),
    [("C:\\", True), ("C:\\Users", True), ("C:\\Users\\me\\orders", False), ("D:\\work", False)],
)
def test_folders_of_unrelated_things(folder: str, collects: bool) -> None:
    assert collects_unrelated_things(at(folder)) is collects


def raw(stream: io.TextIOWrapper) -> bytes:
    """Return the bytes that were written to a stream in memory."""
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue()


class TestConsoles:
    NAMED = """\
import time

from temporalio import workflow


@workflow.defn
class Größe名:
    @workflow.run
    async def run(self) -> float:
        return time.time()
"""

    @pytest.mark.parametrize("form", [name for name in FORMATS if name not in FOR_PEOPLE])
    def test_what_programs_read_is_utf_8(self, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
        stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252", newline="\r\n")
        monkeypatch.setattr(sys, "stdout", stream)
        write_report("Größe名 → run\n", form)
        assert raw(stream) == "Größe名 → run\n".encode()

    def test_json_can_be_read_back(self, tmp_path: Path) -> None:
        (tmp_path / "größe.py").write_text(self.NAMED, encoding="utf-8")
        printed = subprocess.run(
            [sys.executable, "-m", "wflint", "check", "--isolated", "--output-format", "json"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONIOENCODING": "cp1252"},
            capture_output=True,
        ).stdout
        (entry,) = json.loads(printed.decode("utf-8"))
        assert (entry["filename"], entry["entry"]["qualname"]) == ("größe.py", "Größe名.run")

    @pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii"])
    def test_people_read_what_their_console_can_show(self, encoding: str) -> None:
        stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        write("Größe名 → run\n", stream)
        shown = raw(stream).decode(encoding)
        assert shown.startswith("Gr") and shown.rstrip().endswith("\\u540d -> run")

    def test_an_old_console_is_told_about_colours(self, monkeypatch: pytest.MonkeyPatch) -> None:
        told: list[str] = []
        fake = SimpleNamespace(just_fix_windows_console=lambda: told.append("told"))
        monkeypatch.setitem(sys.modules, "colorama", fake)
        monkeypatch.setattr(sys, "platform", "win32")
        assert wants_color("always", None) and told == ["told"]
        assert not wants_color("never", None) and told == ["told"]
