"""The engine behind an editor and ``--watch``: a folder that is checked again and again.

What was found out about files is kept in memory by their content, so that a file that has not
changed is not read again. The answers are those of ``wflint check``, to the byte. There is no state
outside of a workspace: several may be used in one process, and one by several threads.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from wflint.progress import Tell
from wflint.run.check import check_beside_others
from wflint.run.request import Request, Result
from wflint.workspace.cancelling import Token

if TYPE_CHECKING:
    from wflint.run.program_run import Examined, FactCaches

MOST_IDLE = 16
"""How many checks may do without what is known of a content before it is forgotten.

Someone who types leaves a new content behind with each key, and may go back by a few of them.
"""

_PATIENCE = 0.02
"""Seconds after which a check that waits for another one looks if it is still wanted."""


class Answer(Struct):
    """The diagnostics of a folder, and the programs in it as the analysis has left them.

    ``folder`` is the absolute path of the folder, ``texts`` are the unsaved contents that the
    answer is about, by absolute path.
    """

    folder: str
    result: Result
    programs: list[Examined]
    texts: Mapping[str, bytes]


class Workspace:
    """A folder, and the unsaved texts of files in it.

    ``request`` says what is checked, and how. With ``cache`` it may use what earlier runs have kept
    on disk, and leave something there. Files on disk are looked at in each check.
    """

    def __init__(self, folder: str, request: Request | None = None) -> None:
        self.folder = os.path.abspath(folder)
        self._request = request or Request()
        self._texts: dict[str, bytes] = {}
        self._fact_caches: FactCaches = {}
        self._changing = threading.Lock()
        self._checking = threading.Lock()

    def put(self, path: str, text: bytes) -> None:
        """Let a text stand for the file at an absolute path, which need not exist."""
        with self._changing:
            self._texts[path] = text

    def drop(self, path: str) -> None:
        """Let what is on disk count again for a file."""
        with self._changing:
            self._texts.pop(path, None)

    @property
    def texts(self) -> dict[str, bytes]:
        """The unsaved texts, by absolute path."""
        with self._changing:
            return dict(self._texts)

    def check(self, token: Token | None = None, progress: Tell | None = None) -> Answer:
        """Check all files of the folder.

        Raises :class:`~wflint.workspace.cancelling.Cancelled` if ``token`` is withdrawn, and
        :class:`wflint.config.errors.ConfigError` for a configuration that cannot be used.
        """
        wanted = token or Token()
        while not self._checking.acquire(timeout=_PATIENCE):
            wanted.check()
        try:
            return self._check(wanted, progress)
        finally:
            self._checking.release()

    def _check(self, token: Token, progress: Tell | None) -> Answer:
        texts = self.texts
        request = replace(
            self._request,
            cwd=self.folder,
            texts=texts,
            jobs=1,
            progress=progress,
            checkpoint=token.check,
        )
        programs: list[Examined] = []
        result = check_beside_others(request, programs.append, self._fact_caches)
        for cache in self._fact_caches.values():
            cache.forget(MOST_IDLE)
        return Answer(self.folder, result, programs, texts)
