"""The page on the architecture follows code that exists, through folders that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.command_line import invoke

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
_FILE = re.compile(r"^```python\n# (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PRINTED = re.compile(r"^```text\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FOLDER = re.compile(r"`([a-z_/]+/(?:[a-z_]+\.py)?)`")


def test_the_example_prints_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in _FILE.findall(PAGE):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "orders" / "__init__.py").touch()
    monkeypatch.chdir(tmp_path)
    (printed,) = _PRINTED.findall(PAGE)
    assert invoke("check", "--output-format", "concise").stdout == printed


def test_folders_and_files_that_it_names_exist() -> None:
    named = {
        name for name in _FOLDER.findall(PAGE) if not name.startswith(("orders/", "src/wflint/"))
    }
    homes = (ROOT, ROOT / "src" / "wflint", ROOT / "src" / "wflint" / "callgraph")
    assert named
    assert not [name for name in named if not any((home / name).exists() for home in homes)]
