"""A random walk through the states of a project: each run says what a cold one says.

The edits are of every kind that changes a program from outside. Now and then the walk jumps back to
a state that it has been in, where what was kept then must fit again.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cache.test_edits import MUTANTS, NO_MARGIN
from tests.caching import FLOW, LABELS, NAMES, OTHER, PRICES, make_project, output
from tests.command_line import enter_project
from wflint.cache import looks

pytestmark = pytest.mark.skipif(
    os.name == "nt" or shutil.which("git") is None, reason="needs git and links"
)

STEPS = 40
CLOCK = PRICES.replace("import os", "import time").replace('os.getenv("CURRENCY")', "time.time()")
GUARDED = (
    "import time\n\nfrom shop.where import inside\n\n\ndef label() -> str:\n    return ''\n\n\n"
    "def stamp() -> str:\n    if inside():\n        return ''\n    return str(time.time())\n"
)
WHERE = "from temporalio import workflow\n\n\ndef inside():\n    return workflow.in_workflow()\n"
SEEDED = FLOW.replace("return prices", "workflow.random_seed()\n        return prices")
FOLLOWED = "import acme\n\n\ndef new_name() -> str:\n    return acme.now()\n"
SITE = ".venv/lib/python3.11/site-packages"
LOCK = '[[package]]\nname = "temporalio"\nversion = "1.{}.0"\n'
DURABLE = "from temporalio import workflow\n\n\ndef durable(cls):\n    return workflow.defn(cls)\n"
USING = OTHER.replace("@workflow.defn", "@durable").replace(
    "import workflow\n", "import workflow\n\nfrom shop.engine import durable\n"
)
TEXTS: dict[str, list[str]] = {
    "shop/flow.py": [FLOW, SEEDED, FLOW.replace("prices.label()", "''"), "# Lines move.\n" + FLOW],
    "shop/prices.py": [
        PRICES,
        CLOCK,
        GUARDED,
        PRICES + "def (",
        PRICES.replace('Y"))', 'Y"))  # wflint: ignore[WFL131] fine'),
    ],
    "shop/where.py": [WHERE, WHERE.replace("workflow.in_workflow()", "bool(workflow)")],
    "shop/names.py": [NAMES, FOLLOWED, NAMES.replace("open", "print"), "from shop.late import *\n"],
    "shop/late.py": [NAMES, "new_name = str\n"],
    "shop/other.py": [OTHER, USING, OTHER.replace("subprocess.run(", "print(")],
    "shop/engine.py": [DURABLE, ""],
    "shop/extra/labels.py": [LABELS, LABELS.replace("new_name()\n", "''\n")],
    "shop/prices/__init__.py": ["def stamp():\n    return open('x')\n"],
    "shop/extra/labels/__init__.py": ["def label() -> str:\n    return ''\n"],
    "os.py": ["def getenv(name: str) -> str:\n    return name\n"],
    "tools/script.py": ["from shop import prices\n\nprint(prices.stamp())\n", ""],
    "tests/test_shop.py": ["from shop import prices\n\nprices.stamp()\n", OTHER],
    "pyproject.toml": [
        '[tool.wflint]\nextend-exclude = ["extra/"]\n',
        '[tool.wflint]\nfollow-packages = ["acme"]\n',
        '[tool.wflint]\nselect = ["ALL"]\nsrc = ["."]\n',
        '[project]\nname = "shop"\nrequires-python = ">=3.12"\n[tool.wflint]\n',
    ],
    "shop/wflint.toml": ["", 'ignore = ["WFL132"]\n'],
    "uv.lock": [LOCK.format(0), LOCK.format(35)],
    "requirements.txt": ["temporalio>=1.0\n", "temporalio>=1.30\n"],
    ".gitignore": ["late.py\n", "extra/\nother.py\n"],
    f"{SITE}/acme.py": ["def now():\n    return open('x')\n", "def now():\n    return 1\n"],
    f"{SITE}/more.pth": ["../../../../packages\n"],
    "packages/acme.py": ["import time\n\n\ndef now():\n    return time.time()\n"],
}
FLAGS: list[tuple[str, ...]] = [
    *8 * [()],
    ("shop/prices.py",),
    ("shop/extra", "shop/other.py"),
    ("--no-ignores",),
    ("--select", "ALL"),
    ("--ignore", "WFL131"),
    ("--isolated",),
    ("--exclude", "other.py"),
    ("--config", 'follow-packages = ["acme"]'),
]
State = dict[str, bytes | str]


class Walk:
    """A project, and the edits that lead from one of its states to the next."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.random = random.Random(seed)
        self.states: list[State] = [self.state()]
        self.edits: list[Callable[[], object]] = [
            *3 * [self.write],
            self.remove,
            self.rename,
            self.swap,
            self.change_unseen,
            self.link,
            self.jump_back,
        ]

    def step(self) -> str:
        """Make an edit; gives its name."""
        edit = self.random.choice(self.edits)
        edit()
        if self.random.random() < 0.3:
            self.states.append(self.state())
        return getattr(edit, "__name__", "")

    def names(self) -> list[str]:
        """The files of the project, but for those of git and the cache."""
        found = (p.relative_to(self.root) for p in self.root.rglob("*") if not p.is_dir())
        return sorted(str(p) for p in found if p.parts[0] not in (".git", ".wflint_cache"))

    def state(self) -> State:
        """The files with their contents, and links with what they lead to."""
        places = {name: self.root / name for name in self.names()}
        return {n: os.readlink(p) if p.is_symlink() else p.read_bytes() for n, p in places.items()}

    def write(self) -> None:
        name = self.random.choice(list(TEXTS))
        self.put(name, self.random.choice(TEXTS[name]).encode())

    def put(self, name: str, content: bytes | str) -> None:
        place = self.root / name
        for folder in place.parents:
            if folder.is_symlink() or folder.is_file():
                folder.unlink()
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_dir() and not place.is_symlink():
            return
        place.unlink(missing_ok=True)
        if isinstance(content, str):
            place.symlink_to(content)
        else:
            place.write_bytes(content)

    def remove(self) -> None:
        (self.root / self.random.choice(self.names())).unlink()

    def rename(self) -> None:
        sources = [name for name in self.names() if name.endswith(".py")]
        if sources:
            name, other = self.random.choice(sources), self.random.choice(list(TEXTS))
            content = self.state()[name]
            (self.root / name).unlink()
            self.put(other if other.endswith(".py") else f"shop/moved_{len(sources)}.py", content)

    def swap(self) -> None:
        state = self.state()
        sources = [name for name in state if name.endswith(".py")]
        if len(sources) > 1:
            one, other = self.random.sample(sources, 2)
            self.put(one, state[other])
            self.put(other, state[one])

    def change_unseen(self) -> None:
        """Another text of the same length, with the time of the one before."""
        place = self.root / self.random.choice([n for n in self.names() if n.endswith(".py")])
        if place.is_file():
            about, content = place.stat(), place.read_bytes()
            place.write_bytes(content.replace(b"open(", b"iter(").replace(b"time.", b"uuid."))
            os.utime(place, ns=(about.st_atime_ns, about.st_mtime_ns))

    def link(self) -> None:
        """A link in place of a module, to a file beside it or in another folder."""
        name = self.random.choice(["shop/names.py", "shop/late.py", "shop/extra/labels.py"])
        target = self.random.choice(["names.py", "other.py", "../tools/script.py", "../nowhere.py"])
        self.put(name, target)

    def jump_back(self) -> None:
        state = self.random.choice(self.states)
        for name in self.names():
            (self.root / name).unlink()
        for name, content in state.items():
            self.put(name, content)


def _walk(root: Path, seed: int, steps: int) -> None:
    if seed % 2:
        subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    walk = Walk(make_project(root), seed)
    done: list[str] = []
    for _ in range(steps):
        done.append(walk.step())
        (root / "shop").mkdir(exist_ok=True)
        os.chdir(walk.random.choice([*3 * [root], root / "shop"]))
        chosen = walk.random.choice(FLAGS) if Path.cwd() == root else ()
        existing = [flag for flag in chosen if "/" not in flag or Path(flag).exists()]
        flags = ("--output-format", "json", "--show-gaps", *existing)
        wanted = output("--no-cache", *flags)
        assert output(*flags) == wanted, (seed, done, flags)
        if walk.random.random() < 0.4:
            assert output(*flags) == wanted, (seed, done, flags, "again")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("WFLINT_NO_CACHE")
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.setattr(looks, "MARGIN", NO_MARGIN)
    monkeypatch.setattr("wflint.run.check.WORTH_WHILE", 0)
    return enter_project(tmp_path, monkeypatch)


SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in (0, 2, 3, 4, 5))]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_run_with_a_cache_says_what_one_without_says(project: Path, seed: int) -> None:
    _walk(project, seed, STEPS)


@pytest.mark.parametrize(
    "mutant",
    [
        pytest.param("contents", marks=pytest.mark.exhaustive),
        "notes: contents",
        pytest.param("looks: time of the last change", marks=pytest.mark.exhaustive),
    ],
)
def test_the_walk_finds_a_cache_that_forgets_contents(project: Path, mutant: str) -> None:
    with MUTANTS[mutant](), pytest.raises(AssertionError):
        for seed in range(3):
            _walk(project, seed, STEPS)
