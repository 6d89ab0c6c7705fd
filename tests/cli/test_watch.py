"""``wflint check --watch``: one answer after the other, until it is interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue

import pytest

from tests.command_line import CLOCK, invoke

pytest.importorskip("watchfiles", reason="needs the extra `watch`")

PATIENCE = 60
QUIET = CLOCK.replace("str(datetime.now())", "''")


class Watching:
    """A run that watches a folder, and the lines that it prints."""

    def __init__(self, folder: Path, *flags: str) -> None:
        command = [sys.executable, "-m", "wflint", "check", "--watch", "--no-cache", *flags]
        self.process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._lines: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))

    def answer(self) -> list[str]:
        """The lines of the next answer."""
        lines: list[str] = []
        try:
            while not (lines and "Waiting for changes" in lines[-1]):
                lines.append(self._lines.get(timeout=PATIENCE))
        except Empty:
            raise AssertionError(f"there is no answer after {lines}") from None
        return lines

    def end(self) -> int:
        """Interrupt it, and return its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "flow.py").write_text(CLOCK)
    return tmp_path


@pytest.fixture
def watching(folder: Path) -> Iterator[Watching]:
    one = Watching(folder)
    yield one
    one.process.kill()
    one.process.wait()


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_each_change_is_answered(folder: Path, watching: Watching) -> None:
    found, summary = watching.answer()
    assert found.startswith("flow.py:10:20: WFL101 ")
    assert summary.startswith("1 error in 1 file (")
    (folder / "flow.py").write_text(QUIET)
    (summary,) = watching.answer()
    assert summary.startswith("Nothing found in 1 file (")
    (folder / "pyproject.toml").write_text("[tool.wflint]\nunknown = 1\n")
    problem, *_ = watching.answer()
    assert "unknown" in problem
    (folder / "pyproject.toml").unlink()
    watching.answer()
    (folder / "other.py").write_text(CLOCK)
    found, _ = watching.answer()
    assert found.startswith("other.py:10:20: WFL101 ")
    assert watching.end() == 130


def test_without_its_package_it_says_which(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wflint.cli.watch.find_spec", lambda name: None)
    result = invoke("check", "--watch", str(folder))
    assert result.exit_code == 2
    assert result.stderr == (
        "wflint: --watch needs one more package: pip install 'wflint[watch]'\n"
    )


@pytest.mark.parametrize("flag", ["--fix", "--diff", "--update-baseline", "--add-ignore", "-"])
def test_what_is_done_once_is_not_watched(flag: str) -> None:
    result = invoke("check", "--watch", flag, stdin="")
    assert result.exit_code == 2
    assert "--watch" in result.stderr and result.stderr.count("\n") == 1
