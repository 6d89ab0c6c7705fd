"""Edits, one after the other: a run with what earlier ones have kept says what a cold one says.

Random edits find what nobody has thought of. Directed ones find what chance does not: each is about
one thing that a result rests on, and a mutant of the cache that forgets this thing must not pass.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from msgspec.structs import replace

from tests.caching import FLOW, LABELS, NAMES, OTHER, PRICES, make_project, output, write
from tests.command_line import enter_project
from wflint.cache import looks
from wflint.cache.fact_cache import FactCache
from wflint.cache.read_log import Seen
from wflint.checking.program_notes import Whole
from wflint.config.targets import SdkRanges
from wflint.files import listing
from wflint.files.prefilter import Gated
from wflint.fix.propose import noted
from wflint.project.store import Store
from wflint.run import results
from wflint.run.program_settings import Governing
from wflint.run.results import ResultCache
from wflint.system import disk

NO_MARGIN = -1_000_000_000
"""Looks are recorded at once. No test changes a file within a tick of the clock after a run."""

STALE = "what was kept has come back"
JSON = ("--output-format", "json", "--show-gaps")
pytestmark = pytest.mark.skipif(
    os.name == "nt" or shutil.which("git") is None, reason="needs git and links"
)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("WFLINT_NO_CACHE")
    monkeypatch.setattr(looks, "MARGIN", NO_MARGIN)
    monkeypatch.setattr("wflint.run.check.WORTH_WHILE", 0)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    return make_project(enter_project(tmp_path, monkeypatch))


def cold(*flags: str) -> tuple[int, str, str]:
    """Return what a run says that finds nothing from before and leaves nothing behind."""
    return output("--no-cache", *flags)


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True)


# Mutants: each forgets one thing that answers rest on.


def _seen_without(part: str) -> AbstractContextManager[object]:
    seen = vars(results)["seen"]  # another mutant's, perhaps

    def forgetful(files: Any, folders: Any, links: Any) -> Seen:
        kept: Seen = seen(files, folders, links)
        return replace(kept, **{part: {}})

    return mock.patch.object(results, "seen", forgetful)


def _key_without_files() -> AbstractContextManager[object]:
    key = ResultCache._key

    def forgetful(self: ResultCache, *more: Any) -> str:
        kept = (self._files, self._asked, self._gated)
        self._files, self._asked, self._gated = [], [], Gated()
        found = key(self, *more)
        self._files, self._asked, self._gated = kept
        return found

    return mock.patch.object(ResultCache, "_key", forgetful)


def _fixes_without_questions() -> AbstractContextManager[object]:
    return mock.patch.object(noted, "have_same_answers", lambda *_: True)


def _looks_without(*columns: int) -> AbstractContextManager[object]:
    look_of = vars(looks)["look_of"]  # another mutant's, perhaps

    def forgetful(about: os.stat_result) -> bytes:
        look = disk.parts_of(look_of(about))
        for column in columns:
            look[column] = look[0]
        return look.tobytes()

    stack = ExitStack()
    for module in (listing, looks):
        stack.enter_context(mock.patch.object(module, "look_of", forgetful))
    return stack


def _marks_for_any_settings() -> AbstractContextManager[object]:
    make = looks.Looks.__init__

    def forgetful(self: looks.Looks, about: bytes, *more: Any) -> None:
        make(self, b"", *more)

    return mock.patch.object(looks.Looks, "__init__", forgetful)


def _notes_by_path() -> AbstractContextManager[object]:
    make = FactCache.__init__

    def forgetful(self: FactCache, digest: object, *more: Any) -> None:
        make(self, os.fsencode, *more)

    return mock.patch.object(FactCache, "__init__", forgetful)


MUTANTS: dict[str, Callable[[], AbstractContextManager[object]]] = {
    "settings": lambda: mock.patch.object(results, "_about", lambda project: ()),
    "the SDK that is required": lambda: mock.patch.object(SdkRanges, "about", []),
    "environments": lambda: mock.patch.object(results, "_environments", lambda *_: ()),
    "contents": lambda: _seen_without("files"),
    "names in folders": lambda: _seen_without("folders"),
    "where links lead": lambda: _seen_without("links"),
    "the files of the program": _key_without_files,
    "looks: which file it is": lambda: _looks_without(1),
    "looks: size": lambda: _looks_without(2),
    "looks: time of the content": lambda: _looks_without(3),
    "looks: time of the last change": lambda: _looks_without(4),
    "looks: what the gate looks for": _marks_for_any_settings,
    "notes: contents": _notes_by_path,
    "notes: guards elsewhere": lambda: mock.patch.object(
        Store, "_answers_are_same", lambda *_: True
    ),
    "notes: settings for rules": lambda: mock.patch.object(
        Governing, "noted_settings", lambda *_: b""
    ),
    "notes: the program": lambda: mock.patch.object(Whole, "_state", b""),
    "notes: what was read on top": lambda: mock.patch.object(
        Whole, "_is_still_so", lambda *_: True
    ),
    "notes: what fixes have asked": _fixes_without_questions,
}


@dataclass(frozen=True)
class Directed:
    """A project, and an edit after which the answer is another one.

    ``rests_on`` names the mutants that together make a cache blind to the edit. Most edits are seen
    by one thing alone.
    """

    rests_on: tuple[str, ...]
    build: Callable[[], object]
    edit: Callable[[], object]

    def follow(self) -> None:
        """Check before and after the edit."""
        self.build()
        before = output(*JSON)
        assert before == cold(*JSON) == output(*JSON)
        self.edit()
        after = output(*JSON)
        wanted = cold(*JSON)
        assert wanted != before, "the edit says nothing"
        assert after == wanted, STALE
        assert output(*JSON) == wanted


def put(name: str, text: str) -> Callable[[], None]:
    return lambda: write(Path(name), text)


def both(*steps: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        for step in steps:
            step()

    return run


def move(name: str, other: str) -> Callable[[], object]:
    return lambda: Path(name).rename(other)


def link(name: str, target: str) -> Callable[[], None]:
    def run() -> None:
        Path(name).unlink(missing_ok=True)
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).symlink_to(target)

    return run


def like(name: str, text: str) -> Callable[[], None]:
    """Write a text with as many letters as the one before, and bring back the time of that one."""

    def run() -> None:
        before = os.stat(name)
        assert len(text) <= before.st_size
        Path(name).write_text(text + (before.st_size - len(text)) * "\n")
        os.utime(name, ns=(before.st_atime_ns, before.st_mtime_ns))

    return run


def replaced(name: str, text: str) -> Callable[[], None]:
    """The same with another file that takes the place."""

    def run() -> None:
        shutil.copy2(name, "beside")
        like("beside", text)()
        os.replace("beside", name)

    return run


def variable(name: str, value: str) -> Callable[[], None]:
    return lambda: os.environ.__setitem__(name, value)


def inner_project() -> None:
    """A service below the root of a repository, where the command is run."""
    git("init", "-q")
    write(Path("service/wflint.toml"), "")
    write(Path("service/flow.py"), SEEDED)
    os.chdir("service")


SEEDED = """\
from temporalio import workflow


@workflow.defn
class SeededWorkflow:
    @workflow.run
    async def run(self) -> int:
        return workflow.random_seed()
"""
UUID = SEEDED.replace("workflow.random_seed()", "uuid.uuid7().int").replace(
    "from", "import uuid\n\nfrom", 1
)
LOCK = '[[package]]\nname = "temporalio"\nversion = "1.{}.0"\n'
OPEN = "def now():\n    return open('x').read()\n"
PLAIN = "def now():\n    return 1\n"
PACKAGE = "{}/lib/python3.11/site-packages"
FOLLOWED = both(
    put("pyproject.toml", '[tool.wflint]\nfollow-packages = ["acme"]\n'),
    put("shop/names.py", "import acme\n\n\ndef new_name() -> str:\n    return acme.now()\n"),
)
GUARDED = """\
import os

from shop.where import in_temporal


def label() -> str:
    return ""


def stamp() -> str:
    if in_temporal():
        return ""
    return open("stamp").read()
"""
WHERE = """\
from temporalio import workflow


def in_temporal() -> bool:
    return workflow.in_workflow()
"""
IN_HOUSE = """\
import subprocess

from engine import durable, main


@durable
class RefundWorkflow:
    @main
    async def run(self) -> None:
        subprocess.run("refund")
"""
IN_HOUSE_NAMES = """\
[tool.wflint]
extend-exclude = ["extra/"]
workflow-decorators = ["engine.durable"]
run-decorators = ["engine.main"]
"""
CLOCK = PRICES.replace("import os", "import time").replace('os.getenv("CURRENCY")', "time.time()")
USED = "return prices.stamp() + prices.label()"
QUERY = "\n    @workflow.query\n    def at(self) -> str:\n        return prices.stamp()\n"
CALLER = "from shop import prices\n\nprint(prices.stamp())\n"
DURABLE = "from temporalio import workflow\n\n\ndef durable(cls):\n    return workflow.defn(cls)\n"


def environment(folder: str, text: str) -> Callable[[], None]:
    return put(f"{PACKAGE.format(folder)}/acme.py", text)


LOOKED_AT = (
    *("looks: which file it is", "looks: size"),
    *("looks: time of the content", "looks: time of the last change"),
)

DIRECTED: dict[str, Directed] = {
    "a text of the same length with the time of the one before": Directed(
        ("looks: time of the last change",),
        lambda: None,
        like("shop/names.py", NAMES.replace("open", "iter")),
    ),
    "another file with the same length and time": Directed(
        ("looks: which file it is", "looks: time of the last change"),
        lambda: None,
        replaced("shop/names.py", NAMES.replace("open", "iter")),
    ),
    "a helper, of which the look is known": Directed(
        LOOKED_AT, lambda: None, put("shop/names.py", NAMES.replace("open", "print"))
    ),
    "a name that becomes one of a decorator": Directed(
        ("looks: what the gate looks for",),
        put("shop/other.py", IN_HOUSE),
        put("pyproject.toml", IN_HOUSE_NAMES),
    ),
    "a lock file above the settings": Directed(
        ("the SDK that is required",),
        both(put("uv.lock", LOCK.format(35)), inner_project),
        put("../uv.lock", LOCK.format(0)),
    ),
    "requirements above the settings": Directed(
        ("the SDK that is required",),
        both(put("requirements.txt", "temporalio>=1.99\n"), inner_project, put("flow.py", UUID)),
        put("../requirements.txt", "temporalio>=1.0\n"),
    ),
    "what rules have asked for": Directed(
        ("notes: settings for rules",),
        both(put("uv.lock", LOCK.format(35)), put("shop/flow.py", SEEDED)),
        put("uv.lock", LOCK.format(0)),
    ),
    "settings of a folder": Directed(
        ("settings",), put("shop/wflint.toml", ""), put("shop/wflint.toml", 'ignore = ["WFL132"]\n')
    ),
    "VIRTUAL_ENV": Directed(
        ("environments",),
        both(
            FOLLOWED, environment("a", OPEN), environment("b", PLAIN), variable("VIRTUAL_ENV", "a")
        ),
        variable("VIRTUAL_ENV", "b"),
    ),
    "a .pth file": Directed(
        ("environments",),
        both(
            FOLLOWED,
            put(f"{PACKAGE.format('.venv')}/x.pth", "../../../../one\n"),
            put("one/acme.py", OPEN),
            put("two/acme.py", PLAIN),
        ),
        put(f"{PACKAGE.format('.venv')}/x.pth", "../../../../two\n"),
    ),
    "an editable install": Directed(
        ("environments",),
        both(
            FOLLOWED,
            put(f"{PACKAGE.format('.venv')}/x.pth", "import finder; finder.install()\n"),
            put(f"{PACKAGE.format('.venv')}/finder.py", "MAPPING = {'acme': 'one/acme.py'}\n"),
            put("one/acme.py", OPEN),
            put("two/acme.py", PLAIN),
        ),
        put(f"{PACKAGE.format('.venv')}/finder.py", "MAPPING = {'acme': 'two/acme.py'}\n"),
    ),
    "pyvenv.cfg": Directed(
        ("environments",),
        both(
            FOLLOWED,
            environment("base", OPEN),
            put(f"{PACKAGE.format('.venv')}/other.py", ""),
            lambda: write(
                Path(".venv/pyvenv.cfg"),
                f"home = {Path.cwd()}/base/bin\ninclude-system-site-packages = true\n",
            ),
        ),
        put(".venv/pyvenv.cfg", ""),
    ),
    "a package that is installed anew": Directed(
        ("contents",), both(FOLLOWED, environment(".venv", OPEN)), environment(".venv", PLAIN)
    ),
    "a link to a file with the same content": Directed(
        ("where links lead",),
        both(
            move("shop/names.py", "shop/one.py"),
            put("shop/two.py", NAMES),
            link("shop/names.py", "one.py"),
        ),
        link("shop/names.py", "two.py"),
    ),
    "a link to a folder with the same content": Directed(
        ("where links lead",),
        both(
            put("one/fresh.py", NAMES),
            put("two/fresh.py", NAMES),
            put("shop/names.py", "from lib.fresh import new_name\n"),
            link("lib", "one"),
        ),
        link("lib", "two"),
    ),
    "a link to a file that is excluded": Directed(
        ("contents", "where links lead"),
        both(
            move("shop/extra/labels.py", "shop/extra/one.txt"),
            put("shop/extra/two.txt", LABELS.replace("new_name()\n", "''\n")),
            link("shop/extra/labels.py", "one.txt"),
        ),
        link("shop/extra/labels.py", "two.txt"),
    ),
    "an ignored module that was missing": Directed(
        ("names in folders",),
        both(
            lambda: git("init", "-q"),
            put(".gitignore", "late.py\n"),
            put("shop/names.py", NAMES + NAMES.replace("new_name", "old_name")),
            put("shop/extra/labels.py", "from shop.late import label\n"),
        ),
        put("shop/late.py", LABELS.replace("new_name", "old_name")),
    ),
    "an excluded package that shadows a module": Directed(
        ("names in folders",),
        lambda: None,
        put("shop/extra/labels/__init__.py", "def label() -> str:\n    return ''\n"),
    ),
    "an ignored module that hides a standard one": Directed(
        ("names in folders",),
        put("pyproject.toml", '[tool.wflint]\nextend-exclude = ["os.py"]\n'),
        put("os.py", "def getenv(name: str) -> str:\n    return name\n"),
    ),
    "a file that is no longer ignored": Directed(
        ("the files of the program",),
        both(lambda: git("init", "-q"), put(".gitignore", "other.py\n")),
        put(".gitignore", ""),
    ),
    "a workflow in a new file": Directed(
        ("the files of the program", "names in folders"),
        lambda: None,
        put("shop/more.py", OTHER.replace("Refund", "More")),
    ),
    "a helper": Directed(
        ("contents",), lambda: None, put("shop/names.py", NAMES.replace("open", "print"))
    ),
    "a helper, of which notes are kept": Directed(
        ("notes: contents",), lambda: None, put("shop/names.py", NAMES.replace("open", "print"))
    ),
    "a guard function in another module": Directed(
        ("notes: guards elsewhere",),
        both(put("shop/prices.py", GUARDED), put("shop/where.py", WHERE)),
        put("shop/where.py", WHERE.replace("workflow.in_workflow()", "bool(workflow)")),
    ),
    "a caller that holds a fix back": Directed(
        ("notes: what fixes have asked", "notes: what was read on top"),
        both(put("shop/prices.py", CLOCK), put("tools/other.py", "")),
        put("tools/script.py", CALLER),
    ),
    "a caller that no longer holds a fix back": Directed(
        ("notes: what fixes have asked", "notes: what was read on top"),
        both(put("shop/prices.py", CLOCK), put("script.py", CALLER)),
        put("script.py", ""),
    ),
    "a query that alone runs what is fixed": Directed(
        ("notes: what fixes have asked",),
        put("shop/prices.py", CLOCK),
        put("shop/flow.py", FLOW.replace(USED, "return prices.label()") + QUERY),
    ),
    "a module of the project beside which an import is put": Directed(
        ("notes: what fixes have asked",),
        put("shop/prices.py", f"import time\nimport acme\n{CLOCK}"),
        put("acme.py", ""),
    ),
    "what a value decides in another module": Directed(
        ("notes: the program",),
        put("shop/flow.py", FLOW.replace(USED, "workflow.logger.info(prices.stamp())")),
        put("shop/flow.py", FLOW.replace(USED, "return prices.stamp() == 'x'")),
    ),
}


@pytest.fixture
def restored() -> Iterator[None]:
    """The environment and the working directory are as they were afterwards."""
    with mock.patch.dict(os.environ):
        yield


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("directed", DIRECTED.values(), ids=DIRECTED)
class TestADirectedEdit:
    def test_counts_at_once(self, directed: Directed) -> None:
        directed.follow()

    def test_finds_a_cache_that_forgets_what_it_is_about(self, directed: Directed) -> None:
        with ExitStack() as stack:
            for name in directed.rests_on:
                stack.enter_context(MUTANTS[name]())
            with pytest.raises(AssertionError) as error:
                directed.follow()
        assert STALE in str(error.value)


def test_each_mutant_is_found() -> None:
    assert {name for directed in DIRECTED.values() for name in directed.rests_on} == set(MUTANTS)
