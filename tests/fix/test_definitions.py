"""Fixes of what is reported at a definition: other modules, and all ways to write a definition."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests import harness
from wflint.fix.apply.rounds import mend
from wflint.run.request import Request

RUN = "    @workflow.run\n    async def run(self) -> None: ...\n"


def mended(folder: Path, **modules: str) -> dict[str, str]:
    """Return the lines that fixes change in modules of a package, each with its new text."""
    package = folder / "shop"
    package.mkdir()
    (folder / "pyproject.toml").write_text(harness.PROJECT_FILE)
    for name, text in {"__init__": "", **modules}.items():
        (package / f"{name}.py").write_bytes(textwrap.dedent(text).encode())
    found = {}
    for file in mend(Request(paths=(str(folder),), jobs=1), unsafe=True).files:
        before = file.before.decode().splitlines()
        new = [line for line in file.after.decode().splitlines() if line not in before]
        found[Path(file.path).stem] = "\n".join(line.strip() for line in new)
    return found


BASE = """
    from temporalio import workflow

    class Base:
        @workflow.query
        async def count(self) -> int:
            return 1
"""
FLOW = """
    from temporalio import workflow

    from shop.base import Base

    @workflow.defn
    class Flow(Base):
        @workflow.run
        async def run(self) -> None: ...
"""


def test_a_handler_is_mended_in_the_module_of_its_base_class(tmp_path: Path) -> None:
    assert mended(tmp_path, base=BASE, flow=FLOW) == {"base": "def count(self) -> int:"}


def test_a_query_that_a_subclass_elsewhere_awaits_stays(tmp_path: Path) -> None:
    flow = FLOW.replace("None: ...", "None:\n            await self.count()")
    assert mended(tmp_path, base=BASE, flow=flow) == {}


VALIDATED = """
    from temporalio import workflow

    from shop.base import Base

    @workflow.defn
    class Flow(Base):
        @workflow.run
        async def run(self) -> None: ...

        @workflow.update
        def add(self, item: str) -> int:
            return 1

        @add.validator
        def add(self, item: str) -> None: ...
"""


def test_a_name_that_a_base_class_elsewhere_has_is_not_taken(tmp_path: Path) -> None:
    base = "class Base:\n    def {}(self, item: str) -> None: ...\n"
    assert mended(tmp_path, base=base.format("validate_add"), flow=VALIDATED) == {}


def test_a_name_that_no_base_class_has_is_taken(tmp_path: Path) -> None:
    base = "class Base:\n    def check(self, item: str) -> None: ...\n"
    fixed = {"flow": "def validate_add(self, item: str) -> None: ..."}
    assert mended(tmp_path, base=base, flow=VALIDATED) == fixed


def test_an_override_gets_the_decorator_of_a_base_class_elsewhere(tmp_path: Path) -> None:
    base = BASE.replace("@workflow.query", "@workflow.signal(name='how-many')")
    flow = FLOW + "\n        async def count(self) -> int:\n            return 2\n"
    assert mended(tmp_path, base=base, flow=flow) == {"flow": '@workflow.signal(name="how-many")'}


@pytest.mark.parametrize(
    ("written", "fixed"),
    [
        ("async def count(self) -> int: return 1", "def count(self) -> int: return 1"),
        ("async  def   count(self) -> int:\n        return 1", "def count(self) -> int:"),
        ("async def count(\n        self\n    ) -> int:\n        return 1", "def count("),
        ('async def count(self) -> "int":\n        """It is é."""', 'def count(self) -> "int":'),
    ],
)
def test_however_it_is_written(tmp_path: Path, written: str, fixed: str) -> None:
    text = f"@workflow.defn\nclass Flow:\n{RUN}    @workflow.query\n    {written}\n"
    assert mended(tmp_path, flow=f"from temporalio import workflow\n{text}") == {"flow": fixed}


def test_line_ends_and_tabs_stay(tmp_path: Path) -> None:
    base = "class Base:\n    @workflow.signal\n    def add(self) -> None: ...\n"
    text = f"{base}\n@workflow.defn\nclass Flow(Base):\n{RUN}    def add(self) -> None: ...\n"
    text = f"from temporalio import workflow\n{text}".replace("    ", "\t").replace("\n", "\r\n")
    (tmp_path / "flow.py").write_bytes(text.encode())
    (file,) = mend(Request(paths=(str(tmp_path),), jobs=1), unsafe=True).files
    wanted = text[: text.rindex("\tdef")] + "\t@workflow.signal\r\n" + text[text.rindex("\tdef") :]
    assert file.after.decode() == wanted
