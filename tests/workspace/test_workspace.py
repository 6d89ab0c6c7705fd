"""A folder that is checked again and again says what a cold run would say."""

from __future__ import annotations

import gc
import random
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.caching import FLOW, LABELS, NAMES, OTHER, PRICES, make_project
from wflint.report import Look, render
from wflint.run.check import check
from wflint.run.request import Request, Result
from wflint.workspace.cancelling import Cancelled, Token
from wflint.workspace.workspace import MOST_IDLE, Workspace

CLOCK = """\
import datetime

from temporalio import workflow


@workflow.defn
class ClockWorkflow:
    @workflow.run
    async def run(self) -> str:
        return str(datetime.datetime.now())
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path)


def said(result: Result) -> str:
    """All that a result says, but for the time that it took."""
    stats = replace(result.stats, seconds=0.0)
    report = render("json", result.diagnostics, Look())
    return "\n".join([report, repr(stats), *result.problems, *result.warnings, *result.notes])


_COLD: dict[tuple[object, ...], str] = {}


def cold(folder: Path, workspace: Workspace) -> str:
    """What a run says that knows nothing from before.

    It is found out once for what is on disk and in the editor: edits go back to where they began.
    """
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    written = tuple((path.relative_to(folder), path.read_bytes()) for path in files)
    texts = sorted((Path(name).relative_to(folder), t) for name, t in workspace.texts.items())
    state = (written, tuple(texts))
    if state not in _COLD:
        _COLD[state] = said(check(Request(cwd=str(folder), texts=workspace.texts)))
    return _COLD[state]


class Edited:
    """A workspace, and the texts of its files as an editor has them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspace = Workspace(str(folder))
        self.texts = {
            path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.py")
        }

    def put(self, name: str, text: str) -> None:
        """Change a file in the editor."""
        self.texts[name] = text
        self.workspace.put(str(self.folder / name), text.encode())

    def agrees(self, *, only_texts: bool = True) -> str:
        """Check, and compare with a cold run."""
        warm = said(self.workspace.check(only_texts=only_texts).result)
        assert warm == cold(self.folder, self.workspace)
        return warm


Edit = Callable[[Edited], None]


def _text(name: str, text: str) -> Edit:
    return lambda edited: edited.put(name, text)


DIRECTED: dict[str, list[Edit]] = {
    "a comment": [_text("shop/names.py", f"# new\n{NAMES}"), _text("shop/names.py", NAMES)],
    "blank lines": [_text("shop/names.py", f"\n\n{NAMES}"), _text("shop/flow.py", f"\n{FLOW}")],
    "a suppression comes and goes": [
        _text("shop/names.py", NAMES.replace(".read()", ".read()  # wflint: ignore[WFL132]")),
        _text("shop/names.py", NAMES),
        _text("shop/flow.py", FLOW.replace("label()", "label()  # wflint: ignore[WFL132] ok")),
    ],
    "a body": [
        _text("shop/names.py", NAMES.replace('open("names").read()', "''")),
        _text("shop/names.py", NAMES),
    ],
    "a signature": [_text("shop/names.py", NAMES.replace("new_name()", "new_name(n=1)"))],
    "a return type": [_text("shop/names.py", NAMES.replace("-> str", "-> int"))],
    "a name that others import": [_text("shop/names.py", NAMES.replace("new_name", "a_name"))],
    "an import": [
        _text("shop/prices.py", PRICES.replace("shop.extra.labels", "shop.names")),
        _text("shop/prices.py", PRICES.replace("label", "new_name as label")),
    ],
    "no workflow any more": [
        _text("shop/flow.py", FLOW.replace("@workflow.defn\n", "")),
        _text("shop/flow.py", FLOW),
    ],
    "a file that does not parse": [
        _text("shop/flow.py", FLOW + "    def ("),
        _text("shop/flow.py", FLOW),
        _text("shop/names.py", "def ("),
    ],
    "a new workflow": [_text("shop/clock.py", CLOCK), _text("shop/clock.py", "")],
    "an empty file": [_text("shop/extra/labels.py", ""), _text("shop/extra/labels.py", LABELS)],
    "what another file has": [_text("shop/names.py", OTHER), _text("shop/other.py", NAMES)],
    "a character of half a pair": [_text("shop/other.py", OTHER + "# \N{GRINNING FACE}é\n")],
}


@pytest.mark.parametrize("edits", DIRECTED.values(), ids=list(DIRECTED))
def test_after_an_edit_the_answer_is_that_of_a_cold_run(project: Path, edits: list[Edit]) -> None:
    edited = Edited(project)
    before = edited.agrees()
    for edit in edits:
        edit(edited)
        edited.agrees()
    for name, text in list(edited.texts.items()):
        path = project / name
        if path.exists():
            edited.put(name, path.read_text())
        else:
            edited.workspace.drop(str(path))
        assert text is not None
    assert edited.agrees() == before


def test_changes_on_disk_count_as_well(project: Path) -> None:
    edited = Edited(project)
    edited.agrees(only_texts=False)
    (project / "shop/names.py").write_text("def new_name() -> str:\n    return ''\n")
    edited.agrees(only_texts=False)
    (project / "shop/clock.py").write_text(CLOCK)
    assert "WFL101" in edited.agrees(only_texts=False)
    (project / "pyproject.toml").write_text('[tool.wflint]\nignore = ["WFL101"]\n')
    assert "WFL101" not in edited.agrees(only_texts=False)
    (project / "shop/clock.py").unlink()
    edited.agrees(only_texts=False)


LINES = (
    "import os\n",
    "from shop import names\n",
    "# wflint: ignore[WFL132] known\n",
    "\n",
    "    return str(os.getenv('X'))\n",
    "        import random; random.random()\n",
    "def label() -> str:\n",
    "    x = (\n",
    "@workflow.defn\n",
    "class A(OrderWorkflow): ...\n",
)


def _random_edit(chance: random.Random, edited: Edited) -> None:
    """Put a line in, take one out, double one, or exchange two."""
    name = chance.choice(sorted(edited.texts))
    lines = edited.texts[name].splitlines(keepends=True)
    at = chance.randrange(len(lines) + 1)
    kind = chance.randrange(4)
    if kind == 0 or not lines:
        lines.insert(at, chance.choice(LINES))
    elif kind == 1:
        del lines[min(at, len(lines) - 1)]
    elif kind == 2:
        lines.insert(at, chance.choice(lines))
    else:
        other, at = chance.randrange(len(lines)), min(at, len(lines) - 1)
        lines[at], lines[other] = lines[other], lines[at]
    edited.put(name, "".join(lines))


def _walk(project: Path, seed: int, steps: int) -> None:
    chance, edited = random.Random(seed), Edited(project)
    first = dict(edited.texts)
    for step in range(steps):
        if step % 7 == 6:  # what is broken does not stay so
            name = chance.choice(sorted(first))
            edited.put(name, first[name])
        else:
            _random_edit(chance, edited)
        edited.agrees()


@pytest.mark.parametrize("seed", range(2))
def test_after_random_edits_the_answer_is_that_of_a_cold_run(project: Path, seed: int) -> None:
    _walk(project, seed, 15)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(10, 14))
def test_after_many_random_edits_as_well(project: Path, seed: int) -> None:
    _walk(project, seed, 60)


# One process, several workspaces and threads.


def test_workspaces_know_nothing_of_each_other(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        make_project(folder)
    one, two = map(Edited, folders)
    assert one.agrees() == two.agrees()
    one.put("shop/names.py", "")
    assert one.agrees() != two.agrees()


def test_the_working_directory_does_not_matter(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = Edited(project)
    before = edited.agrees()
    monkeypatch.chdir(tmp_path.parent)
    assert edited.agrees() == before


def test_threads_may_share_a_workspace(project: Path) -> None:
    workspace, found = Workspace(str(project)), []

    def work(number: int) -> None:
        workspace.put(str(project / f"shop/clock{number}.py"), CLOCK.encode())
        found.append(workspace.check().result)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert said(workspace.check().result) == cold(project, workspace)


def test_the_process_is_left_as_it_is(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("nothing of the kind belongs into a process with threads")

    monkeypatch.setattr("os.fork", refuse, raising=False)
    monkeypatch.setattr(gc, "disable", refuse)
    monkeypatch.setattr("os.chdir", refuse)
    for number in range(100):  # so many files are worth a second process on the command line
        (project / f"flow{number}.py").write_text(FLOW)
    limit = sys.getrecursionlimit()
    Workspace(str(project)).check()
    assert gc.isenabled()
    assert sys.getrecursionlimit() == limit


# What nobody waits for.


class Impatient(Token):
    """A wish that is withdrawn at a step of the check."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps

    def check(self) -> None:
        self.steps -= 1
        if self.steps <= 0:
            self.withdraw()
        super().check()


def _steps_of(project: Path) -> int:
    counting = Impatient(10**9)
    Workspace(str(project)).check(counting)
    return 10**9 - counting.steps


def test_a_check_ends_at_any_step_and_leaves_nothing_half_done(project: Path) -> None:
    edited, steps = Edited(project), _steps_of(project)
    assert steps > 50
    ended = 0
    for step in _some(steps):
        edited.put("shop/names.py", f"# {step}\n{NAMES}")
        try:
            edited.workspace.check(Impatient(step))  # what is known already takes fewer steps
        except Cancelled:
            ended += 1
    assert ended > 5
    edited.agrees()


def _some(steps: int) -> Iterator[int]:
    yield from range(1, steps, max(1, steps // 20))


def test_a_check_that_waits_for_another_one_can_be_cancelled(project: Path) -> None:
    workspace, withdrawn = Workspace(str(project)), Token()
    withdrawn.withdraw()
    with workspace._checking, pytest.raises(Cancelled):
        workspace.check(withdrawn)


# Memory.


def _kept(workspace: Workspace) -> int:
    """The number of answers that are kept in memory."""
    books = [
        book
        for c in workspace._fact_caches.of_programs.values()
        for book in (c._book, c._program_book)
    ]
    return sum(len(notes.answers) for book in books for notes in book._open.values())


def _type(workspace: Workspace, project: Path, times: int) -> None:
    for number in range(times):
        text = f"{NAMES}\n\nx = {number}\n# {'y' * (number % 50)}\n"
        workspace.put(str(project / "shop/names.py"), text.encode())
        workspace.check()


def test_old_contents_are_forgotten(project: Path) -> None:
    workspace = Workspace(str(project))
    _type(workspace, project, MOST_IDLE + 4)
    before = _kept(workspace)
    _type(workspace, project, MOST_IDLE * 2)
    assert _kept(workspace) <= before * 1.2


def _growth(edits: Callable[[int], None], stretches: int, times: int) -> int:
    """The bytes by which memory grows in each of some stretches of edits, at least.

    What is kept for each edit shows in all of them. What is replaced by something new that is as
    large, but could not be traced before, shows in one: the interpreter makes its table of interned
    strings again after some 100,000 paths, and that takes megabytes where tests have run before.
    """
    gc.collect()
    tracemalloc.start()
    try:
        edits(times)
        gc.collect()
        sizes = [tracemalloc.get_traced_memory()[0]]
        for _ in range(stretches):
            edits(times)
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    return min(after - before for before, after in pairwise(sizes))


@pytest.mark.exhaustive
def test_a_day_of_edits_takes_no_more_memory(project: Path) -> None:
    workspace = Workspace(str(project))
    _type(workspace, project, 100)
    assert _growth(partial(_type, workspace, project), stretches=3, times=225) < 2**16


def test_memory_that_each_edit_keeps_is_seen_and_a_large_table_made_again_is_not() -> None:
    kept: list[bytes] = []
    tables = [bytes(2**22)]

    def edits(times: int) -> None:
        if len(kept) > times:
            tables[0] = bytes(2**22)
        kept.extend(bytes(size) for _ in range(times))

    size = 0
    assert _growth(edits, stretches=3, times=225) < 2**16
    size = 1000
    assert _growth(edits, stretches=3, times=250) > 2**16
