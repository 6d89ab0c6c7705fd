"""One folder that is open in the editor: what was found in it, and where the editor has it."""

from __future__ import annotations

import os
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pygls import uris

from wflint.config.errors import ConfigError
from wflint.diagnostics import Diagnostic
from wflint.files.notebook import is_notebook
from wflint.files.source import UnreadableSource, declared_encoding, decode
from wflint.progress import Tell
from wflint.run.request import Request
from wflint.server.options import Options
from wflint.server.positions import Positions
from wflint.system.borders import repository_of
from wflint.system.disk import read_file
from wflint.workspace.answer import Answer
from wflint.workspace.cancelling import Cancelled, Token
from wflint.workspace.workspace import Workspace

if TYPE_CHECKING:
    from wflint.server.code import Code


LOOKS_AFTER = 600.0
"""Seconds after which the disk is looked at, though the editor has told of no change."""


class Found:
    """The diagnostics of one check by file, and the texts that they are about."""

    def __init__(self, answer: Answer, encoding: str) -> None:
        self.answer = answer
        self._encoding = encoding
        self._positions: dict[str, Positions] = {}

    @cached_property
    def by_path(self) -> dict[str, list[Diagnostic]]:
        """The diagnostics of each file that has any, by its absolute path."""
        found: dict[str, list[Diagnostic]] = {}
        result = self.answer.result
        for diagnostic in result.diagnostics:
            found.setdefault(result.paths[diagnostic.filename], []).append(diagnostic)
        return found

    def path_of(self, filename: str) -> str:
        """Return the absolute path of a file by the name that diagnostics give it."""
        known = self.answer.result.paths.get(filename)
        return known or os.path.join(self.answer.folder, filename)

    def positions(self, path: str) -> Positions:
        """Return the places in a file as it was checked, or as it is if it was not."""
        known = self._positions.get(path)
        if known is None:
            known = self._positions[path] = Positions(self.text(path), self._encoding)
        return known

    def text(self, path: str) -> str:
        """Return the text of a file as it was checked, or as it is; empty if there is none."""
        given = self.answer.texts.get(path)
        for program in self.answer.programs if given is None or is_notebook(path) else ():
            module = program.answer.store.modules.get(path)
            if module is not None:
                return module.source.text
        try:
            return decode(given if given is not None else read_file(path)).text
        except (OSError, UnreadableSource):
            return ""

    @cached_property
    def code(self) -> Code:
        """The functions of the folder."""
        from wflint.server.code import Code

        return Code(self)


class Folder:
    """A folder of the editor; with ``only``, a file in a folder that was not opened.

    ``found`` is what the last check has found, ``problems`` are lines about what it could not do.
    ``looks_again`` is set while files on disk may be others than those of the last check.
    """

    def __init__(self, path: str, options: Options, cache: bool, only: str | None = None) -> None:
        self.named = os.path.abspath(path)
        self.path = os.path.realpath(path)
        self._only: tuple[str, ...] = (only,) if only is not None else ()
        self._cache = cache
        self.found: Found | None = None
        self.problems: list[str] = []
        self.is_new = True
        self.looks_again = True
        self._looked = 0.0
        self._may_be_known = cache
        self.workspace = self._workspace(options)

    def _workspace(self, options: Options) -> Workspace:
        request = Request(
            paths=self._only or (".",),
            config=options.config,
            overrides=dict(options.overrides),
            cache=self._cache,
        )
        return Workspace(self.path, request)

    def configure(self, options: Options) -> None:
        """Check with other settings from now on; the unsaved texts stay."""
        texts = self.workspace.texts
        self.workspace = self._workspace(options)
        self.looks_again = True
        for path, text in texts.items():
            self.workspace.put(path, text)

    def add(self, path: str, options: Options) -> None:
        """Check a file as well, if only single ones are asked for."""
        if self._only and path not in self._only:
            self._only = (*self._only, path)
            self.configure(options)

    def has(self, path: str) -> bool:
        """True if a file, by its real path, lies in the folder."""
        return path.startswith(self.path.rstrip(os.sep) + os.sep)

    def uri(self, path: str) -> str:
        """Return the address of a file, below the folder as the editor knows it."""
        if self.has(path):
            path = os.path.join(self.named, os.path.relpath(path, self.path))
        return uris.from_fs_path(path) or ""

    def earlier(self, token: Token, encoding: str) -> Found | None:
        """Return what an earlier run found, if nothing has changed since; looks only once."""
        if self.found is not None or not self._may_be_known:
            return None
        try:
            answer = self.workspace.earlier(token)
        except ConfigError:
            answer = None  # the check tells of it
        self._may_be_known = False
        return Found(answer, encoding) if answer is not None else None

    def check(self, token: Token, encoding: str, progress: Tell | None = None) -> Found | None:
        """Check the folder; ``None`` if that is not possible, which ``problems`` say."""
        is_long_ago = time.monotonic() - self._looked > LOOKS_AFTER
        looks_again, self.looks_again = self.looks_again or is_long_ago, False
        if looks_again:
            self._looked = time.monotonic()
        try:
            answer = self.workspace.check(token, progress, only_texts=not looks_again)
        except Cancelled:
            self.looks_again |= looks_again
            raise
        except ConfigError as error:
            self.problems = [str(error), *error.more]
            return None
        except RecursionError:
            self.problems = ["the code is nested too deeply to be analysed"]
            return None
        self.problems = list(answer.result.problems)
        return Found(answer, encoding)


def as_bytes(text: str) -> bytes:
    """Return the text of an editor as the bytes that it would write to disk."""
    plain = text.encode("utf-8", "surrogatepass")
    try:
        return text.encode(declared_encoding(plain))
    except (UnreadableSource, UnicodeError, LookupError):
        return plain


def path_of(uri: str) -> str | None:
    """Return the real path of a file on disk; ``None`` for what lies elsewhere."""
    if not uri.startswith("file:"):
        return None
    path = uris.to_fs_path(uri)
    return os.path.realpath(path) if path else None


def names_python(path: str) -> bool:
    """True if a path is that of a Python file."""
    return path.endswith(".py")


def root_above(path: str) -> str:
    """Return the folder to open for a file that lies in none that is open."""
    return str(repository_of(Path(path).parent))
