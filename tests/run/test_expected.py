"""Blocks that expect a failure are looked for in texts of which Python warns, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from wflint.facts.bodies import BodyReader
from wflint.project import trees
from wflint.run.check import check
from wflint.run.request import Request

FLOW = """\
import re
from datetime import datetime

import pytest
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        re.compile("\\d")
        with pytest.raises(ValueError):
            datetime.now()
        return str(datetime.now())
"""


@pytest.mark.filterwarnings("always")
def test_a_text_that_python_warns_of_is_read_in_silence(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    (tmp_path / "flow.py").write_text(FLOW)
    result = check(Request(cwd=str(tmp_path), cache=False))
    found = [d.location.row for d in result.diagnostics if d.code == "WFL101"]
    assert found == [FLOW.count("\n")]
    assert [str(one.message) for one in recwarn] == []


BLOCKS = """\
import time

import pytest
from temporalio import workflow


def first():
    with pytest.raises(ValueError):
        time.time()  # expected
        with pytest.raises(KeyError):
            time.time()  # expected
        time.time()  # expected
    return time.time()


class Group:
    def second(self):
        with (
            pytest.warns(UserWarning) as caught,
            self.other(),
        ):
            time.time()  # expected
        return time.time(), caught

    def other(self):
        return self


def third():
    pytest.raises(ValueError, time.sleep)
    time.time()

    def inner():
        with pytest.raises(ValueError):
            return time.time()  # expected

    return inner()


{around}
@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        first()
        Group().second()
        third()
"""
AROUND = """\
with pytest.raises(ValueError):
    def second():
        return time.time()  # expected

    class Late:
        def third(self):
            return time.time()  # expected

    second()  # expected
    Late().third()  # expected

"""


@pytest.mark.parametrize("around", ["", AROUND], ids=["in functions", "around functions"])
def test_what_stands_in_a_block_that_expects_it_is_left_out(tmp_path: Path, around: str) -> None:
    text = BLOCKS.replace("{around}\n", around)
    text = text.replace(
        "        third()\n", "        third()\n" + "        late()\n" * bool(around)
    )
    text += "\n\ndef late():\n    second()\n    Late().third()\n" * bool(around)
    (tmp_path / "flow.py").write_text(text)
    result = check(Request(cwd=str(tmp_path), cache=False))
    found = {d.location.row for d in result.diagnostics if d.code == "WFL101"}
    lines = enumerate(text.splitlines(), 1)
    assert found == {n for n, line in lines if "time.time()" in line and "# expected" not in line}


def test_a_function_is_read_once_for_the_places_of_all_that_is_found_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helpers = "".join(
        f"def helper{n}():\n    with pytest.raises(ValueError):\n        pass\n"
        "    return time.time(), os.environ, sys.argv, time.time_ns()\n\n\n"
        for n in range(4)
    )
    calls = "".join(f"        helper{n}()\n" for n in range(4))
    flow = BLOCKS[BLOCKS.index("@workflow.defn") : BLOCKS.index("        first()")]
    heads = "import os\nimport sys\n" + BLOCKS[: BLOCKS.index("def first")]
    (tmp_path / "flow.py").write_text(f"{heads}{helpers}{flow}{calls}")
    located: list[str] = []
    locate = trees.locate

    def counted(reader: BodyReader, sites: set[int]) -> dict[int, trees.Span]:
        located.append(reader.walker.frames[0].head.qualname)
        return locate(reader, sites)

    monkeypatch.setattr(trees, "locate", counted)
    assert check(Request(cwd=str(tmp_path), cache=False)).diagnostics
    helpers_located = sorted(name for name in located if name.startswith("helper"))
    assert helpers_located == [f"helper{n}" for n in range(4)]
