"""A cache is not believed if somebody else could have written it.

Whoever can change a repository can put entries into it that are right in form. They are not read:
an entry is sealed with a secret of the user, and a folder that git tracks is no cache.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from unittest import mock

import pytest
from msgspec import msgpack
from msgspec.structs import replace

from tests.caching import counted_analyses, entries, output, plain_output, secret, write
from tests.command_line import CLOCK, enter_project, invoke
from wflint.cache import secret as secrets
from wflint.cache.folder import CacheFolder
from wflint.diagnostics import Applicability, Diagnostic, Edit, Fix, Location
from wflint.run.results import _Entry

HEAD = len(b"wflint-cache-2\n") + 16
EVIL = "__import__('os').system('id')"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a secret of its own user, in a folder beside it."""
    monkeypatch.delenv("WFLINT_NO_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    (tmp_path / "project").mkdir()
    root = enter_project(tmp_path / "project", monkeypatch)
    write(root / "pyproject.toml", '[tool.wflint]\nextend-exclude = ["left_out.py"]\n')
    write(root / "flow.py", CLOCK)
    write(root / "left_out.py", "import time\n")
    write(tmp_path / "victim.py", "import time\n")
    return root


def _git(*arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


# What an attacker makes of a sound entry.


def _with_evil_fix(diagnostic: Diagnostic, filename: str) -> Diagnostic:
    edit = Edit(EVIL, Location(1, 1), Location(1, 5))
    fix = Fix(Applicability.SAFE, "Be safe", (edit,))
    return replace(diagnostic, filename=filename, fix=fix, severity=diagnostic.severity)


def _only(*filenames: str) -> Callable[[_Entry], _Entry]:
    """The diagnostics are replaced by ones in these files, with fixes."""

    def change(entry: _Entry) -> _Entry:
        first = entry.result.diagnostics[0]
        found = [_with_evil_fix(first, filename) for filename in filenames]
        return replace(entry, result=replace(entry.result, diagnostics=found))

    return change


def _sealed_by(secret: bytes) -> Callable[[str, bytes], bytes]:
    def seal(name: str, body: bytes) -> bytes:
        CacheFolder("forged", secret).write(name, body)
        data = Path("forged", name).read_bytes()
        shutil.rmtree("forged")
        return data

    return seal


def _with_checksum(format: bytes) -> Callable[[str, bytes], bytes]:
    return lambda name, body: format + blake2b(body, digest_size=16).digest() + body


SEALS: dict[str, Callable[[str, bytes], bytes]] = {
    "a checksum": _with_checksum(b"wflint-cache-2\n"),
    "a checksum as of old": _with_checksum(b"wflint-cache-1\n"),
    "a checksum with the name": lambda name, body: (
        b"wflint-cache-2\n" + blake2b(name.encode() + b"\0" + body, digest_size=16).digest() + body
    ),
    "the secret of another user": _sealed_by(b"x" * 32),
}


def _forge(
    root: Path, seal: Callable[[str, bytes], bytes], change: Callable[[_Entry], _Entry]
) -> None:
    (place,) = entries(root, "result")
    entry = msgpack.decode(place.read_bytes()[HEAD:], type=_Entry)
    place.write_bytes(seal(place.name, msgpack.encode(change(entry))))


class TestAnEntryOfSomebodyElse:
    @pytest.mark.parametrize("seal", SEALS.values(), ids=SEALS)
    @pytest.mark.parametrize("filenames", [(), ("flow.py",)], ids=["hides", "adds a fix"])
    def test_is_not_believed(
        self, project: Path, seal: Callable[[str, bytes], bytes], filenames: tuple[str, ...]
    ) -> None:
        wanted = output()
        _forge(project, seal, _only(*filenames))
        with counted_analyses() as roots:
            assert output() == wanted
        assert len(roots) == 1

    @pytest.mark.parametrize("seal", SEALS.values(), ids=SEALS)
    @pytest.mark.parametrize("flags", [("--fix",), ("--fix", "--unsafe-fixes"), ("--diff",)])
    def test_fixes_nothing(
        self, project: Path, seal: Callable[[str, bytes], bytes], flags: tuple[str, ...]
    ) -> None:
        output()
        _forge(project, seal, _only("flow.py"))
        assert EVIL not in "".join(output(*flags)[1:])
        assert EVIL not in (project / "flow.py").read_text()

    def test_is_believed_by_the_one_who_wrote_it(self, project: Path) -> None:
        output()
        _forge(project, _sealed_by(secret()), _only())
        assert output()[0] == 0


OTHER_FILES = {
    "outside": "../victim.py",
    "outside by its full path": "{outside}/victim.py",
    "outside by a detour": "flow.py/../../victim.py",
    "inside by a detour": "x/../flow.py",
    "inside by its full path": "{root}/flow.py",
    "left out": "left_out.py",
    "missing": "nowhere.py",
}


class TestADiagnosticInAFileThatIsNotChecked:
    """Not even a sound entry may lead to other files."""

    @pytest.mark.parametrize("filename", OTHER_FILES.values(), ids=OTHER_FILES)
    @pytest.mark.parametrize("flags", [(), ("--fix",), ("--diff",)], ids=str)
    def test_makes_an_entry_as_good_as_none(
        self, project: Path, filename: str, flags: tuple[str, ...]
    ) -> None:
        name = filename.format(root=project, outside=project.parent)
        wanted = output(*flags)
        output()
        _forge(project, _sealed_by(secret()), _only("flow.py", name))
        before = _snapshot(project.parent)
        assert output(*flags) == wanted
        assert _snapshot(project.parent) == before

    def test_is_one_in_a_file_that_was_not_asked_for(self, project: Path) -> None:
        write(project / "other.py", CLOCK.replace("OrderWorkflow", "OtherWorkflow"))
        wanted = output("flow.py")
        _forge(project, _sealed_by(secret()), _only("flow.py", "other.py"))
        assert output("flow.py") == wanted


def _snapshot(folder: Path) -> dict[Path, str]:
    return {file: file.read_text() for file in folder.rglob("*.py")}


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
class TestAFolderThatGitTracks:
    @pytest.fixture(autouse=True)
    def repository(self, project: Path) -> None:
        _git("init", "-q")
        _git("add", "flow.py")

    def _assert_unused(self, *flags: str, cache: str = ".wflint_cache") -> None:
        before = {p: p.read_bytes() for p in Path(cache).rglob("*") if p.is_file()}
        with counted_analyses() as roots:
            wanted = plain_output(*flags)
            assert output(*flags) == wanted
            assert output(*flags) == wanted
        assert len(roots) == 3
        assert {p: p.read_bytes() for p in Path(cache).rglob("*") if p.is_file()} == before
        said = output("-v", *flags)[2]
        assert f"no cache is used: git tracks {Path.cwd() / cache}; remove it" in said

    def test_is_neither_read_nor_written(self, project: Path) -> None:
        output()
        _git("add", "-f", ".wflint_cache")
        self._assert_unused()
        _git("commit", "-q", "-m", "all")
        self._assert_unused()

    def test_may_have_one_tracked_entry_among_others(self, project: Path) -> None:
        output()
        _git("add", "-f", os.path.relpath(entries(project, "facts")[0]))
        self._assert_unused()

    def test_may_be_gone_from_the_disk(self, project: Path) -> None:
        output()
        _git("add", "-f", ".wflint_cache")
        shutil.rmtree(".wflint_cache")
        self._assert_unused()
        assert not Path(".wflint_cache").exists()

    def test_may_be_spelt_otherwise(self, project: Path) -> None:
        """On a disk that does not tell case, it is the same folder."""
        write(project / ".WFLINT_Cache/entry", "")
        _git("add", "-f", ".WFLINT_Cache")
        self._assert_unused()

    def test_may_be_one_that_the_settings_name(self, project: Path) -> None:
        write(project / "pyproject.toml", '[tool.wflint]\ncache-dir = "a/[b]*"\n')
        output()
        _git("add", "-f", "a")
        self._assert_unused(cache="a/[b]*")

    def test_may_belong_to_a_repository_inside(self, project: Path) -> None:
        _git("init", "-q", "inner")
        output("--cache-dir", "inner/cache")
        _git("-C", "inner", "add", "-f", "cache")
        self._assert_unused("--cache-dir", "inner/cache", cache="inner/cache")

    def test_may_be_one_that_the_settings_of_a_folder_name(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(project / "inner/wflint.toml", 'cache-dir = "kept"')
        write(project / "inner/other.py", CLOCK.replace("OrderWorkflow", "OtherWorkflow"))
        monkeypatch.chdir(project / "inner")
        output()
        _git("add", "-f", "kept")
        self._assert_unused(cache="kept")

    def test_is_another_matter_if_it_tracks_only_what_lies_beside(self, project: Path) -> None:
        write(project / ".wflint_cache.txt", "")
        write(project / "x/.wflint_cache/entry", "")
        _git("add", "-f", ".")
        first = output()
        with counted_analyses() as roots:
            assert output() == first
        assert not roots


def _loose(place: Path) -> None:
    place.chmod(0o640)


def _linked(place: Path) -> None:
    place.rename(place.with_name("other"))
    place.symlink_to("other")


def _folder_open_to_all(place: Path) -> None:
    place.parent.chmod(0o777)


def _pipe(place: Path) -> None:
    place.unlink()
    os.mkfifo(place)


UNRELIABLE: dict[str, tuple[Callable[[Path], None], str]] = {
    "others may read it": (_loose, "secret is open to other users"),
    "it is a link": (_linked, "secret is not a regular file"),
    "it is a pipe": (_pipe, "secret is not a regular file"),
    "others may replace it": (_folder_open_to_all, "wflint is open to other users"),
}


@pytest.mark.skipif(os.name == "nt", reason="needs modes")
class TestTheSecret:
    def test_is_random_and_the_users_alone(self, project: Path) -> None:
        output()
        place = project.parent / "caches/wflint/secret"
        assert len(place.read_bytes()) == 32
        assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
        beside = sorted(place.parent.iterdir())
        assert [p.name for p in beside] == ["notes-1.sqlite", "secret"]
        assert {stat.S_IMODE(p.stat().st_mode) for p in beside} == {0o600}
        first = place.read_bytes()
        output("--select", "ALL")
        assert place.read_bytes() == first
        place.unlink()
        output()
        assert place.read_bytes() != first

    def test_that_is_lost_makes_the_cache_begin_anew(self, project: Path) -> None:
        wanted = output()
        (project.parent / "caches/wflint/secret").unlink()
        with counted_analyses() as roots:
            assert output() == wanted == output()
        assert len(roots) == 1

    @pytest.mark.parametrize("length", [0, 31, 33])
    def test_of_another_length_is_replaced(self, project: Path, length: int) -> None:
        wanted = output()
        place = project.parent / "caches/wflint/secret"
        place.write_bytes(b"x" * length)
        with counted_analyses() as roots:
            assert output() == wanted == output()
        assert len(roots) == 1
        assert len(place.read_bytes()) == 32

    @pytest.mark.parametrize(("spoil", "reason"), UNRELIABLE.values(), ids=UNRELIABLE)
    def test_that_is_not_the_users_alone_is_not_used(
        self, project: Path, spoil: Callable[[Path], None], reason: str
    ) -> None:
        output()
        shutil.rmtree(project / ".wflint_cache")
        spoil(project.parent / "caches/wflint/secret")
        self._assert_no_cache(project, reason)

    def test_of_another_user_is_not_used(self, project: Path) -> None:
        secret()
        with mock.patch.object(os, "geteuid", return_value=os.geteuid() + 1):
            self._assert_no_cache(project, "wflint belongs to another user")

    @pytest.mark.parametrize("way", ["plain", "linked to", "linked from"])
    def test_is_not_taken_from_the_repository(
        self, project: Path, monkeypatch: pytest.MonkeyPatch, way: str
    ) -> None:
        (project / "caches").mkdir()
        (project.parent / "to").symlink_to(project / "caches")
        (project / "from").symlink_to(project.parent / "caches")
        (project.parent / "caches").mkdir()
        folders = {"plain": "project/caches", "linked to": "to", "linked from": "project/from"}
        monkeypatch.setenv("XDG_CACHE_HOME", str(project.parent / folders[way]))
        self._assert_no_cache(project, "lies in the repository that is checked")
        assert not list((project / "caches").iterdir())

    def test_needs_a_place(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(project.parent / "file", "")
        monkeypatch.setenv("XDG_CACHE_HOME", str(project.parent / "file"))
        self._assert_no_cache(project, "file/wflint: Not a directory")

    @pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may all")
    def test_needs_a_place_that_can_be_written(self, project: Path) -> None:
        (project.parent / "caches").mkdir(mode=0o500)
        self._assert_no_cache(project, "Permission denied")

    def test_that_cannot_be_used_is_told_of_once(self, project: Path) -> None:
        write(project.parent / "caches", "")
        (project / "pyproject.toml").unlink()
        for name in ("a", "b"):
            write(project / name / "wflint.toml", "")
            write(project / name / "flow.py", CLOCK.replace("OrderWorkflow", f"{name}Workflow"))
        assert output("-v", "a", "b")[2].count("no cache is used") == 1

    def test_is_not_made_for_what_leaves_nothing_behind(self, project: Path) -> None:
        invoke("check", "-", "--stdin-filename", "flow.py", stdin=CLOCK)
        plain_output()
        assert not (project.parent / "caches").exists()

    def _assert_no_cache(self, project: Path, reason: str) -> None:
        assert output() == plain_output() == output()
        assert reason in output("-v")[2]
        assert not (project / ".wflint_cache").exists()


@pytest.mark.skipif(os.name == "nt", reason="paths are written as elsewhere")
@pytest.mark.parametrize(
    ("system", "variables", "folder"),
    [
        ("linux", {}, "/home/ada/.cache/wflint"),
        ("linux", {"XDG_CACHE_HOME": "/var/ada"}, "/var/ada/wflint"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/home/ada/.cache/wflint"),
        ("darwin", {}, "/home/ada/Library/Caches/wflint"),
        ("darwin", {"XDG_CACHE_HOME": "/var/ada"}, "/var/ada/wflint"),
        ("win32", {"LOCALAPPDATA": "/home/ada/Local"}, "/home/ada/Local/wflint/Cache"),
        ("win32", {}, "/home/ada/AppData/Local/wflint/Cache"),
    ],
)
def test_the_secret_lies_where_the_system_has_such_files(
    monkeypatch: pytest.MonkeyPatch, system: str, variables: dict[str, str], folder: str
) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", system)
    with mock.patch.object(os, "name", "nt" if system == "win32" else "posix"):
        found = secrets.folder_of_user()
    assert found == folder
