"""Random programs, edits and renames: nothing old comes back, and nothing new hides."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from wflint.baseline.file import baseline_text
from wflint.run.check import check
from wflint.run.request import Request

CALLS = ("time.time()", "time.monotonic()", "uuid.uuid4()", "os.getpid()")


class Function(Struct):
    """``calls`` are offences, one in each statement; ``lines`` blank lines stand before it."""

    name: str
    file: str
    calls: list[str]
    lines: int = 0

    def text(self) -> str:
        body = "".join(f"    x = {call}\n" for call in self.calls)
        return "\n" * self.lines + f"def {self.name}(x=0):\n{body}    return x\n\n\n"


FUNCTIONS = st.lists(
    st.builds(
        Function,
        name=st.just(""),
        file=st.sampled_from(["one", "two", "three"]),
        calls=st.lists(st.sampled_from(CALLS), max_size=3),
    ),
    min_size=1,
    max_size=4,
)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["move", "rename", "fix", "add"]), st.integers(0, 9), st.integers(0, 9)
    ),
    max_size=5,
)


def write(folder: Path, functions: list[Function]) -> None:
    for path in folder.glob("*.py"):
        path.unlink()
    for file in {function.file for function in functions}:
        parts = [function.text() for function in functions if function.file == file]
        (folder / f"{file}.py").write_text("import os\nimport time\nimport uuid\n" + "".join(parts))
    imports = "".join(f"from {f.file} import {f.name}\n" for f in functions)
    calls = "".join(f"        {f.name}()\n" for f in functions)
    (folder / "flow.py").write_text(
        f"from temporalio import workflow\n{imports}\n@workflow.defn\nclass Flow:\n"
        f"    @workflow.run\n    async def run(self):\n{calls}"
    )


def edit(functions: list[Function], kind: str, which: int, how: int) -> None:
    function = functions[which % len(functions)]
    if kind == "move":
        function.lines += how
    elif kind == "rename":
        old, new = function.file, f"{function.file}_{how}"
        for other in functions:
            other.file = new if other.file == old else other.file
    elif kind == "fix" and function.calls:
        del function.calls[how % len(function.calls)]
    elif kind == "add":
        call = CALLS[how % len(CALLS)]
        function.calls.insert(how % (len(function.calls) + 1), call)


def offences(functions: list[Function]) -> Counter[tuple[str, str]]:
    return Counter((f.name, call) for f in functions for call in f.calls)


@settings(max_examples=25, deadline=None)
@given(FUNCTIONS, EDITS)
def test_what_is_reported_is_what_was_added(
    functions: list[Function], edits: list[tuple[str, int, int]]
) -> None:
    for number, function in enumerate(functions):
        function.name = f"f{number}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve() / "project"
        folder.mkdir()
        (folder / "wflint.toml").write_text(
            'baseline = "known.toml"\nselect = ["WFL1"]\nignore = ["WFL107"]\n'
        )
        write(folder, functions)
        made = check(Request(paths=(str(folder),), baseline="make"))
        (state,) = made.baselines
        known = offences(functions)
        assert len(state.new) == known.total()
        Path(state.path).write_text(baseline_text(state.new, state.path))
        for one in edits:
            edit(functions, *one)
        write(folder, functions)
        result = check(Request(paths=(str(folder),)))
        (state,) = result.baselines
        now = offences(functions)
        new, gone = now - known, known - now
        assert len(state.new) == new.total(), "nothing old comes back, and nothing new hides"
        assert {entry.function for entry in state.new} == {name for name, _ in new}
        assert len(state.stale) == gone.total()
        assert len(result.diagnostics) == new.total()
        again = baseline_text([*state.known, *state.new], state.path)
        Path(state.path).write_text(again)
        assert check(Request(paths=(str(folder),))).diagnostics == []
