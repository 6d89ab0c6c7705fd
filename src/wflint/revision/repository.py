"""Asks git about a revision: which commit it is, which files it has, and what is in them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from msgspec import Struct

from wflint.config.errors import ConfigError
from wflint.system.borders import Border, repository_of
from wflint.system.subprocesses import ask_git

FILE, EXECUTABLE, LINK, SUBMODULE = "100644", "100755", "120000", "160000"
_SUBMODULE = SUBMODULE.encode()
_LFS = b"version https://git-lfs.github.com/spec/v1\n"
_LFS_SHA = b"\noid sha256:"


_FETCH = "check its name, or fetch it: `git fetch origin`"


class TreeEntry(Struct, frozen=True):
    """A file, a link or a submodule of a revision; ``id`` is that of its content or commit."""

    mode: str
    id: str


class Repository:
    """The git repository around a folder.

    Raises :class:`ConfigError` where there is none; ``otherwise`` is the end of its sentence, which
    says what to do.
    """

    def __init__(self, folder: str, flag: str = "", otherwise: str = "") -> None:
        top = repository_of_folder(os.path.abspath(folder))
        self._flag = f"{flag}: " if flag else ""
        if top is None:
            raise self._error(f"{folder} is not in a git repository{otherwise}")
        self.top = top
        self._border = Border(top)
        done = ask_git(("rev-parse", "--is-inside-work-tree"), top, self._border)
        if done is None:
            raise self._error("git is not installed, or does not answer")
        if done.returncode != 0:
            reason = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
            raise self._error(f"git cannot read {top}: {reason.removeprefix('fatal: ')}")

    def commit(self, revision: str) -> str:
        """Return the id of the commit that a revision names."""
        named = f"{revision}^{{commit}}"
        found = self._ask("rev-parse", "--verify", "--quiet", "--end-of-options", named)
        if found is None or revision.startswith("-"):
            raise self._unknown(f"there is no revision `{revision}`")
        return found

    def default_branch(self, usual: Sequence[str]) -> str:
        """Return the branch that work begins from: that of `origin`, or one with a usual name."""
        of_origin = self._ask("rev-parse", "--abbrev-ref", "--verify", "--quiet", "origin/HEAD")
        for name in (*([of_origin] if of_origin else []), *usual):
            if self._ask("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}") is not None:
                return name
        if self._ask("rev-parse", "--verify", "--quiet", "HEAD") is None:
            raise self._error("there is no commit yet, so there is nothing to compare with")
        names = ", ".join(usual)
        otherwise = "name what to compare with by --from, such as `--from HEAD~1`"
        raise self._unknown(f"no default branch was found (origin/HEAD, {names})", otherwise)

    def merge_base(self, revision: str) -> str:
        """Return the commit at which a revision and the current one have parted."""
        found = self._ask("merge-base", self.commit(revision), self.commit("HEAD"))
        if found is None:
            raise self._unknown(f"`{revision}` and HEAD have no commit in common")
        return found.split("\n")[0]

    def tree(self, commit: str, suffixes: tuple[str, ...]) -> dict[str, TreeEntry]:
        """Return the files of a commit that end in suffixes, and all submodules.

        They are known by their paths relative to the top, which are texts as the system has them
        (``os.fsdecode``), with ``/``. Paths that lead out are left out.
        """
        done = ask_git(("ls-tree", "-r", "-z", "--full-tree", commit), self.top, self._border)
        if done is None or done.returncode != 0:
            raise self._unknown(f"the files of {commit[:12]} cannot be read")
        found = {}
        ends = tuple(map(os.fsencode, suffixes))
        for line in done.stdout.split(b"\0"):
            if not line.endswith(ends) and not line.startswith(_SUBMODULE):
                continue
            about, _, name = line.partition(b"\t")
            parts = about.decode("ascii", "replace").split()
            path = os.fsdecode(name)
            if len(parts) == 3 and _is_plain(path):
                found[path] = TreeEntry(parts[0], parts[2])
        return found

    def contents(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Return the contents of files by their ids."""
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return {}
        asked = "".join(f"{one}\n" for one in wanted).encode()
        done = ask_git(("cat-file", "--batch"), self.top, self._border, asked)
        if done is None or done.returncode != 0:
            raise self._unknown("contents of files cannot be read")
        return dict(self._read(done.stdout, wanted))

    def _read(self, data: bytes, wanted: Iterable[str]) -> Iterable[tuple[str, bytes]]:
        place = 0
        for one in wanted:
            end = data.find(b"\n", place)
            parts = data[place:end].split()
            if len(parts) != 3 or parts[1] != b"blob":
                raise self._unknown(f"the content {one[:12]} is missing")
            start, size = end + 1, int(parts[2])
            yield one, data[start : start + size]
            place = start + size + 1

    def _ask(self, *command: str) -> str | None:
        done = ask_git(command, self.top, self._border)
        if done is None or done.returncode != 0:
            return None
        return done.stdout.decode("utf-8", "replace").strip() or None

    def _unknown(self, what: str, otherwise: str = _FETCH) -> ConfigError:
        advice = otherwise
        if self._ask("rev-parse", "--is-shallow-repository") == "true":
            advice = (
                "this is a shallow clone, so fetch the rest: `git fetch --unshallow`, or "
                "`fetch-depth: 0` for actions/checkout"
            )
        elif self._ask("config", "--get-regexp", r"^remote\..*\.promisor$"):
            advice = "this is a partial clone, so fetch the rest: `git fetch --refetch`"
        return self._error(f"{what}; {advice}")

    def _error(self, what: str) -> ConfigError:
        return ConfigError(f"{self._flag}{what}")


def repository_of_folder(folder: str) -> str | None:
    """Return the top of the git repository around a folder, if there is one."""
    from pathlib import Path

    top = str(repository_of(Path(folder)))
    return top if os.path.exists(os.path.join(top, ".git")) else None


def _is_plain(path: str) -> bool:
    """True for a path that leads to a file below the top, on any system."""
    parts = path.replace("\\", "/").split("/") if os.sep == "\\" else path.split("/")
    strange = {"", ".", ".."}.intersection(parts) or any(p.lower() == ".git" for p in parts)
    return not strange and not (os.sep == "\\" and ":" in path)


def is_lfs_pointer(data: bytes) -> bool:
    """True if git has only the address of a content that Git LFS keeps."""
    return data.startswith(_LFS) and _LFS_SHA in data
