"""Repositories that try to get power over the machine: they run nothing, and reach nothing outside.

Each case fills a folder ``tree``, which is a git repository, beside a folder ``outside`` that has
nothing to do with it. wflint runs in the tree, under the eyes of an audit hook. Programs of the
attacker all leave a file ``PWNED`` in the folder ``traces``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.mending import CLOCK, put
from tests.watched import Watched, run

pytestmark = pytest.mark.skipif(
    os.name == "nt" or shutil.which("git") is None, reason="needs git, links and pipes"
)

CHECK, FIX, CLEAN = ("check",), ("check", "--fix", "--unsafe-fixes"), ("clean",)
FOUND, FAILED = 1, 2
SECRET = CLOCK.replace("ClockWorkflow", "SecretWorkflow")
PLAIN_IMPORTER = CLOCK.replace("import time\n", "import time\n\nimport secret\n").replace(
    "time.time()", "time.time() + secret.reveal()"
)


@dataclass
class Place:
    """The folders of a case."""

    tree: Path
    outside: Path
    traces: Path

    def put(self, name: str, content: str | bytes) -> Path:
        """Write a file of the tree."""
        return put(self.tree, content, name)

    def link(self, name: str, target: str) -> None:
        """Make a link in the tree; what it leads to is relative to the folder of the link."""
        place = self.tree / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)

    def program(self, name: str) -> Path:
        """Write a program of the attacker's."""
        file = self.put(name, f"#!/bin/sh\necho >{self.traces}/PWNED\necho '[]'\n")
        file.chmod(0o755)
        return file

    def module(self, name: str) -> Path:
        """Write a module of the attacker's."""
        return self.put(name, f"open({str(self.traces / 'PWNED')!r}, 'w').close()\nRULES = 1\n")

    def git(self, *arguments: str, folder: Path | None = None) -> None:
        """Run git in the tree."""
        subprocess.run(
            ["git", *arguments], cwd=folder or self.tree, check=True, capture_output=True
        )


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The folders, with a workflow in the tree and things of value outside."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    place = Place(*(tmp_path / name for name in ("tree", "outside", "traces")))
    for folder in (place.tree, place.outside, place.traces, tmp_path / "home"):
        folder.mkdir()
    place.git("init", "-q")
    place.put("flow.py", CLOCK)
    put(place.outside, SECRET, "secret.py")
    put(place.outside, "", "__init__.py")
    put(place.outside, "*.pem\n", ".gitignore")
    put(place.outside, 'select = ["WFL101"]\n', "wflint.toml")
    place.git("init", "-q", folder=place.outside)
    return place


@dataclass(frozen=True)
class Case:
    """An attack. ``says`` must be part of what the first of the runs prints."""

    build: Callable[[Place], object]
    runs: Sequence[Sequence[str]] = (CHECK, FIX, CLEAN)
    code: int = FOUND
    says: str = "flow.py:10:16: WFL101"
    variables: Mapping[str, str] = field(default_factory=dict)


def snapshot(folder: Path) -> dict[str, bytes]:
    """The files of a folder, but for git's own."""
    files = (p for p in folder.rglob("*") if p.is_file() and ".git" not in p.parts)
    return {str(p.relative_to(folder)): p.read_bytes() for p in files}


def attack(case: Case, place: Place) -> list[Watched]:
    """Build the tree and run wflint there; what always holds is checked here."""
    case.build(place)
    before = snapshot(place.outside)
    variables = {
        key: value.format(tree=place.tree, outside=place.outside)
        for key, value in case.variables.items()
    }
    ended = []
    for number, arguments in enumerate(case.runs):
        log = place.traces / f"log{number}"
        ended.append(run(arguments, place.tree, log, variables))
        assert "Traceback" not in ended[-1].said and "internal error" not in ended[-1].said
    assert not (place.traces / "PWNED").exists(), "something of the repository was run"
    assert snapshot(place.outside) == before
    assert ended[0].code == case.code, ended[0].said
    assert case.says in ended[0].said, ended[0].said
    return ended


def both(*steps: Callable[[Place], object]) -> Callable[[Place], None]:
    def build(place: Place) -> None:
        for step in steps:
            step(place)

    return build


def link(name: str, target: str) -> Callable[[Place], None]:
    return lambda place: place.link(name, target)


# Nothing in a repository names something to execute.


def interpreter(setting: str, file: str) -> Callable[[Place], None]:
    def build(place: Place) -> None:
        place.put("wflint.toml", f'python = "{setting}"\nfollow-packages = ["acme"]\n')
        place.program(file)

    return build


def plugin(place: Place) -> None:
    place.put("wflint.toml", 'plugins = ["evil"]\n')
    place.put("evil-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    place.put("evil-1.0.dist-info/entry_points.txt", "[wflint.rules]\nevil = evil_mod\n")
    place.module("evil_mod.py")


def git_setting(*keys: str) -> Callable[[Place], None]:
    def build(place: Place) -> None:
        program = place.program("evil.sh")
        for key in keys:
            place.git("config", key, str(program))

    return build


def git_hooks(place: Place) -> None:
    for name in ("post-index-change", "fsmonitor-watchman", "post-checkout"):
        place.program(f".git/hooks/{name}")


def folder_that_looks_like_a_bare_repository(place: Place) -> None:
    place.git("init", "-q", "--bare", "bare")
    program = place.program("bare/evil.sh")
    for key, value in (
        ("core.bare", "false"),
        ("core.worktree", str(place.tree)),
        ("core.fsmonitor", str(program)),
    ):
        place.git("config", "-f", "bare/config", key, value)
    place.put("bare/wflint.toml", "")
    place.put("bare/flow.py", CLOCK)


def repository_in_the_repository(place: Place) -> None:
    place.git("init", "-q", "inner")
    place.put("inner/flow.py", CLOCK)
    place.git(
        "config", "core.fsmonitor", str(place.program("evil.sh")), folder=place.tree / "inner"
    )


def environment_of_the_attackers(place: Place) -> None:
    place.program(".venv/bin/python")
    place.put(".venv/pyvenv.cfg", "home = .\nversion = 3.12.1\n")
    site = ".venv/lib/python3.12/site-packages"
    place.module(f"{site}/acme.py")
    place.put(f"{site}/evil.pth", "import evil_start; evil_start.go()\n")
    place.module(f"{site}/evil_start.py")
    place.put("wflint.toml", 'follow-packages = ["acme"]\n')
    place.put("flow.py", PLAIN_IMPORTER.replace("secret", "acme"))


NO_PACKAGES = "python: there are no installed packages in"
PROGRAMS = {
    "a setting names a script": Case(
        interpreter("evil.sh", "evil.sh"), (CHECK, FIX), FAILED, NO_PACKAGES
    ),
    "a setting names a link to a script": Case(
        both(interpreter("bin/python", "evil.sh"), link("bin/python", "../evil.sh")),
        (CHECK,),
        FAILED,
        NO_PACKAGES,
    ),
    "a setting names a command": Case(
        interpreter("evil", "bin/evil"),
        (CHECK,),
        FAILED,
        "no such interpreter or environment",
        {"PATH": "{tree}/bin:bin:/usr/bin:/bin"},
    ),
    "a flag names a command that only the tree has": Case(
        interpreter("x", "bin/evil"),
        (("check", "--python", "evil"),),
        FAILED,
        "no such interpreter or environment",
        {"PATH": "{tree}/bin:bin:/usr/bin:/bin"},
    ),
    "an environment is read and not run": Case(
        environment_of_the_attackers, (CHECK, FIX), says="flow.py:12:16: WFL101"
    ),
    "a plugin lies in the tree": Case(
        plugin, (CHECK, ("rule", "--all")), FAILED, 'plugin "evil" is not installed'
    ),
    "a plugin lies where PYTHONPATH leads": Case(
        plugin,
        (CHECK, FIX),
        FAILED,
        'plugin "evil" is not installed',
        {"PYTHONPATH": "{tree}"},
    ),
    "git is in the tree": Case(
        both(lambda place: place.program("git"), lambda place: place.program("bin/git")),
        variables={"PATH": ":.:bin:{tree}:{tree}/bin:/usr/bin:/bin"},
    ),
    "git has a program that watches files": Case(git_setting("core.fsmonitor")),
    "git has programs for other things": Case(
        git_setting(
            "core.sshCommand", "core.pager", "pager.ls-files", "alias.ls-files", "core.editor"
        )
    ),
    "git has hooks": Case(git_hooks),
    "a folder looks like a bare repository": Case(
        folder_that_looks_like_a_bare_repository, (("check", "bare"), CHECK)
    ),
    "a repository lies in the repository": Case(repository_in_the_repository),
}


@pytest.mark.parametrize("case", PROGRAMS.values(), ids=PROGRAMS)
def test_nothing_of_a_repository_is_run(case: Case, place: Place) -> None:
    ended = attack(case, place)
    real = {os.path.realpath(path) for path in (shutil.which("git"),) if path}
    for one in ended:
        assert set(one.programs) <= real


THIRD_PARTY = ("click", "msgspec", "pathspec", "tomli", "libcst")
STANDARD = ("__future__", "dataclasses", "json")  # by PYTHONPATH Python itself may import these


@pytest.mark.parametrize(
    ("names", "variables"),
    [
        ((*THIRD_PARTY, *STANDARD), {}),
        (THIRD_PARTY, {"PYTHONPATH": "."}),
        (THIRD_PARTY, {"PYTHONPATH": "{tree}"}),
    ],
    ids=["no PYTHONPATH", "the working directory", "the full path"],
)
def test_modules_are_imported_from_elsewhere_than_the_working_directory(
    names: Sequence[str], variables: dict[str, str], place: Place
) -> None:
    for name in names:
        place.module(f"{name}.py")
    plugin(place)
    place.put("wflint.toml", "")
    environment = {**os.environ, "WFLINT_NO_CACHE": "1"}
    environment |= {k: v.format(tree=place.tree) for k, v in variables.items()}
    done = subprocess.run(
        [sys.executable, "-m", "wflint", "check"],
        cwd=place.tree,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("flow.py:10:16: WFL101"), done.stderr
    assert not (place.traces / "PWNED").exists()


# Nothing outside is read, written or deleted.


def submodule(path: str) -> Callable[[Place], None]:
    def build(place: Place) -> None:
        place.put(".gitmodules", f'[submodule "e"]\n path = {path.format(outside=place.outside)}\n')
        place.link("link", "../outside")
        place.git("add", ".gitmodules", "link")

    return build


def settings(text: str, *more: Callable[[Place], object]) -> Callable[[Place], None]:
    def build(place: Place) -> None:
        place.put("wflint.toml", text.format(outside=place.outside))
        for step in more:
            step(place)

    return build


def linked_module(name: str, target: str) -> Callable[[Place], None]:
    def build(place: Place) -> None:
        place.put("flow.py", PLAIN_IMPORTER)
        place.link(name, target)

    return build


LEADS_OUT = "leads out of the repository"
BORDERS = {
    "a submodule beside the repository": Case(submodule("../outside")),
    "a submodule by a full path": Case(submodule("{outside}")),
    "a submodule by a detour": Case(submodule("flow/../../outside")),
    "a submodule through a link": Case(submodule("link")),
    "a list of submodules that is a link": Case(link(".gitmodules", "../outside/.gitignore")),
    "a file that is a link": Case(link("evil.py", "../outside/secret.py"), says=LEADS_OUT),
    "a file in a linked folder": Case(link("pkg", "../outside")),
    "a linked module": Case(
        linked_module("secret.py", "../outside/secret.py"), says="secret.py: a link leads out"
    ),
    "a linked package": Case(linked_module("secret", "../outside"), says="a link leads out"),
    "a module in a linked folder": Case(
        settings('src = ["lib"]', linked_module("lib/secret.py", "../../outside/secret.py")),
        says="a link leads out",
    ),
    "imports that start outside": Case(
        settings('src = ["../outside"]'), code=FAILED, says=f"src[0] {LEADS_OUT}: ../outside"
    ),
    "imports that start at a link": Case(
        settings('src = [".", "link"]', link("link", "../outside")),
        code=FAILED,
        says=f"src[1] {LEADS_OUT}: link",
    ),
    "a cache outside": Case(
        settings('cache-dir = "{outside}"'), code=FAILED, says=f"cache-dir {LEADS_OUT}"
    ),
    "a cache by a detour": Case(
        settings('cache-dir = "x/../../outside"'), code=FAILED, says=f"cache-dir {LEADS_OUT}"
    ),
    "a cache behind a link": Case(
        settings('cache-dir = "link/cache"', link("link", "../outside")),
        code=FAILED,
        says=f"cache-dir {LEADS_OUT}",
    ),
    "the usual cache is a link": Case(link(".wflint_cache", "../outside")),
    "settings that are a link": Case(
        link("wflint.toml", "../outside/wflint.toml"), code=FAILED, says=f"a link {LEADS_OUT}"
    ),
    "a packaging file that is a link": Case(link("pyproject.toml", "../outside/wflint.toml")),
    "a lock file that is a link": Case(link("uv.lock", "../outside/wflint.toml")),
    "patterns that are a link": Case(link(".gitignore", "../outside/.gitignore")),
    "a report that is a link": Case(
        link("report.sarif", "../outside/secret.py"),
        (("check", "-o", "sarif:report.sarif"),),
        FAILED,
        f"cannot write report.sarif: a link {LEADS_OUT}",
    ),
    "a report in a linked folder": Case(
        link("reports", "../outside"),
        (("check", "-o", "json:reports/secret.py"),),
        FAILED,
        f"a link {LEADS_OUT}",
    ),
}


@pytest.mark.parametrize("case", BORDERS.values(), ids=BORDERS)
def test_nothing_outside_is_read_written_or_deleted(case: Case, place: Place) -> None:
    for one in attack(case, place):
        assert one.touched_below(place.outside) == []
        assert "SecretWorkflow" not in one.said


def test_a_link_that_the_user_names_is_checked_but_not_written_through(place: Place) -> None:
    place.link("evil.py", "../outside/secret.py")
    before = snapshot(place.outside)
    ended = run(("check", "--fix", "evil.py"), place.tree, place.traces / "log")
    assert ended.code == FAILED
    assert f"evil.py leads out of the project, to {place.outside}/secret.py" in ended.said
    assert "evil.py:10:16: WFL101" in ended.said
    assert snapshot(place.outside) == before


def test_links_and_settings_inside_of_the_repository_are_as_good_as_any(place: Place) -> None:
    place.put("shop/wflint.toml", 'src = ["../lib"]\ncache-dir = "../cache"\n')
    place.put("shop/flow.py", PLAIN_IMPORTER)
    place.put(
        "lib/real.py", "import random\n\n\ndef reveal() -> float:\n    return random.random()\n"
    )
    place.link("lib/secret.py", "real.py")
    place.link("shop/alias.py", "../lib/real.py")
    ended = run(("check", "."), place.tree, place.traces / "log")
    assert "leads out" not in ended.said
    assert "lib/real.py:5:12: WFL111" in ended.said
    assert list((place.tree / "cache").glob("result-*"))


# `wflint clean` removes only what wflint wrote.

STRANGERS = {
    "patterns of the user's": ("mine/.gitignore", b"*.secret\n"),
    "patterns that are the same as ours": ("mine/.gitignore", b"*\n"),
    "a tag of another program's": (
        "mine/CACHEDIR.TAG",
        b"Signature: 8a477f597d28d172789f06886806bc55\n",
    ),
    "a file that is called like an entry": (f"mine/facts-{32 * '0'}", b"mine"),
    "a file in the usual cache": (".wflint_cache/notes.txt", b"mine"),
    "a folder in the usual cache": (".wflint_cache/notes/flow.py", b"mine"),
}


@pytest.mark.parametrize(("name", "content"), STRANGERS.values(), ids=STRANGERS)
@pytest.mark.parametrize("runs", [(CLEAN,), (CHECK, CLEAN)], ids=["alone", "after a check"])
def test_clean_leaves_what_is_not_wflints(
    name: str, content: bytes, runs: Sequence[Sequence[str]], place: Place
) -> None:
    folder = name.partition("/")[0]
    place.put("wflint.toml", f'cache-dir = "{folder}"\n')
    stranger = place.put(name, content)
    for number, arguments in enumerate(runs):
        run(arguments, place.tree, place.traces / f"log{number}")
    assert stranger.read_bytes() == content
    assert not list((place.tree / folder).glob("result-*"))


def test_clean_says_that_it_does_not_follow_a_link(place: Place) -> None:
    place.put("wflint.toml", 'cache-dir = "link"\n')
    place.link("link", "real")
    place.put("real/.gitignore", "*\n")
    ended = run(CLEAN, place.tree, place.traces / "log")
    assert ended.code == FAILED
    assert "is a link, so nothing in it was removed" in ended.said
    assert (place.tree / "real/.gitignore").exists()


# Special files, and files without end.

ENDLESS = [
    *("uv.lock", "poetry.lock", "pdm.lock", "pyproject.toml", "setup.cfg", "setup.py"),
    *("requirements.txt", "wflint.toml", ".wflint.toml", ".gitmodules", "secret.py", "listed.py"),
    *("secret/__init__.py", ".venv/pyvenv.cfg", ".wflint_cache"),
    *(f".venv/lib/python3.12/site-packages/{name}" for name in ("acme.py", "x.pth", "x_find.py")),
]


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def make_huge(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(1024**4)


@pytest.mark.parametrize("make", [make_pipe, make_endless, make_huge])
@pytest.mark.parametrize("with_git", [True, False], ids=["git", "no git"])
def test_files_that_never_end_are_not_read(
    make: Callable[[Path], None], with_git: bool, place: Place
) -> None:
    """All at once: the run would neither end nor find enough memory for a single one of them."""
    site = place.tree / ".venv/lib/python3.12/site-packages"
    for folder in ("secret", site):
        (place.tree / folder).mkdir(parents=True)
    place.put("flow.py", PLAIN_IMPORTER.replace("import secret", "import acme\nimport secret"))
    put(site, "import x_find\n", "a.pth")
    names = [name for name in ENDLESS if make is not make_huge or not name.endswith(".toml")]
    if not with_git:
        shutil.rmtree(place.tree / ".git")
        names.append(".gitignore")
    for name in names:
        make(place.tree / name)
    flags = ("--config", 'follow-packages = ["acme"]')
    for number, arguments in enumerate([("check", *flags), ("check", *flags, "--fix"), CLEAN]):
        ended = run(arguments, place.tree, place.traces / f"log{number}")
        assert "Traceback" not in ended.said and "MemoryError" not in ended.said
        assert number > 0 or "flow.py:13:16: WFL101" in ended.said, ended.said
        assert ended.code != FAILED or "listed.py: cannot be read: File too large" in ended.said


@pytest.mark.parametrize("name", ["wflint.toml", "pyproject.toml"])
def test_settings_that_are_too_large_are_an_error_in_one_line(name: str, place: Place) -> None:
    make_huge(place.tree / name)
    ended = run(CHECK, place.tree, place.traces / "log")
    assert (ended.code, ended.said) == (FAILED, f"wflint: {name}: File too large\n")


def test_a_git_that_does_not_answer_is_done_without(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wflint.config.find import find_project
    from wflint.files.listing import list_project

    (place.tree / ".git/info/exclude").unlink()
    os.mkfifo(place.tree / ".git/info/exclude")
    monkeypatch.setattr("wflint.system.subprocesses._GIT_SECONDS", 0.2)
    project = find_project(place.tree, place.tree)
    assert [Path(path).name for path in list_project(project).paths()] == ["flow.py"]


# A file in a folder that collects unrelated things stands alone.


@pytest.mark.parametrize("settings", [None, "wflint.toml", "pyproject.toml"])
@pytest.mark.parametrize("variable", ["HOME", "TMPDIR"])
def test_a_file_in_such_a_folder_stands_alone(
    variable: str, settings: str | None, place: Place
) -> None:
    home = place.outside
    put(home, CLOCK, "solo.py")
    put(home, SECRET, "private/flow.py")
    for name in ("wflint.toml", "__init__.py"):
        (home / name).unlink()
    if settings is not None:
        put(home, "[tool.wflint]\n" if settings == "pyproject.toml" else "", settings)
    for cwd, name in ((home, "solo.py"), (place.tree, "../outside/solo.py")):
        ended = run(("check", name), cwd, place.traces / cwd.name, {variable: str(home)})
        assert ended.code == FOUND
        assert "solo.py:10:16: WFL101" in ended.said
        touched = {os.path.relpath(path, home) for path in ended.touched_below(home)}
        assert touched <= {"solo.py", ".", settings}
        assert not (home / ".wflint_cache").exists()


def test_a_package_in_such_a_folder_stands_alone_with_its_modules(place: Place) -> None:
    home = place.outside
    for name in ("wflint.toml", "__init__.py"):
        (home / name).unlink()
    for name, content in (
        ("shop/__init__.py", ""),
        ("shop/flow.py", PLAIN_IMPORTER.replace("import secret", "from shop import secret")),
        (
            "shop/secret.py",
            "import random\n\n\ndef reveal() -> float:\n    return random.random()\n",
        ),
        ("private/flow.py", SECRET),
    ):
        put(home, content, name)
    ended = run(("check", "shop/flow.py"), home, place.traces / "log", {"HOME": str(home)})
    assert "WFL101" in ended.said and "WFL111" not in ended.said
    ended = run(("check", "shop/secret.py"), home, place.traces / "log2", {"HOME": str(home)})
    assert "WFL111" in ended.said
    assert not [path for path in ended.touched_below(home) if "private/flow.py" in path]


def test_settings_in_a_folder_of_temporary_files_do_not_count_below_it(place: Place) -> None:
    """Anybody may have put them there."""
    put(place.outside, 'ignore = ["ALL"]\n', "wflint.toml")
    shutil.rmtree(place.outside / ".git")
    put(place.outside / "mine", CLOCK, "flow.py")
    folder = place.outside / "mine"
    ended = run(CHECK, folder, place.traces / "log", {"TMPDIR": str(place.outside)})
    assert ended.code == FOUND and "WFL101" in ended.said
