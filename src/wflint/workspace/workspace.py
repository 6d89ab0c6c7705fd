"""The engine behind an editor and ``--watch``: a folder that is checked again and again.

What was found out about files is kept in memory by their content, so that a file that has not
changed is not read again. The answers are those of ``wflint check``, to the byte. There is no state
outside of a workspace: several may be used in one process, and one by several threads.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping

from msgspec.structs import replace

from wflint.cache.between_checks import FactCaches
from wflint.cache.read_log import digest_of
from wflint.progress import Tell
from wflint.run.check import NotKnown, check_beside_others
from wflint.run.program_run import Examined
from wflint.run.request import Request, Result
from wflint.system.disk import read_file
from wflint.workspace.answer import Answer
from wflint.workspace.cancelling import Token, Wish
from wflint.workspace.collecting import collect
from wflint.workspace.kept import Kept
from wflint.workspace.texts import Texts

MOST_IDLE = 16
"""How many checks may do without what is known of a content before it is forgotten.

Someone who types leaves a new content behind with each key, and may go back by a few of them.
"""

MOST_ANSWERS = 3
"""How many answers are kept: of what is typed, of what does not parse yet, and of before."""

_WORTH_OF_FIRST = 1.0
"""So many uses the first answer is worth: what is typed is often taken back."""

_MOST_DROPPED = 1
"""How many old answers may wait for a moment in which their memory is freed."""

_PATIENCE = 0.02
"""Seconds after which a check that waits for another one looks if it is still wanted."""


class Workspace:
    """A folder, and the unsaved texts of files in it.

    ``request`` says what is checked, and how. With ``cache`` it may use what earlier runs have kept
    on disk, and leave something there. Files on disk are looked at in each check.
    """

    def __init__(self, folder: str, request: Request | None = None) -> None:
        self.folder = os.path.abspath(folder)
        self._request = request or Request()
        self._texts: dict[str, bytes] = {}
        self._touched: set[str] = set()
        self._fact_caches = FactCaches()
        self._kept: list[Kept] = []
        self._compared = Texts()
        self._dropped = 0
        self._changing = threading.Lock()
        self._checking = threading.Lock()

    def put(self, path: str, text: bytes) -> None:
        """Let a text stand for the file at an absolute path, which need not exist."""
        with self._changing:
            self._texts[path] = text
            self._touched.add(path)

    def drop(self, path: str) -> None:
        """Let what is on disk count again for a file."""
        with self._changing:
            self._texts.pop(path, None)

    @property
    def texts(self) -> dict[str, bytes]:
        """The unsaved texts, by absolute path."""
        with self._changing:
            return dict(self._texts)

    def check(
        self,
        token: Token | None = None,
        progress: Tell | None = None,
        *,
        only_texts: bool = False,
    ) -> Answer:
        """Check all files of the folder.

        With ``only_texts`` the caller knows that no file has changed since the last check, but for
        unsaved texts: then what is known need not be held against the disk.
        Raises :class:`~wflint.workspace.cancelling.Cancelled` if ``token`` is withdrawn, and
        :class:`wflint.config.errors.ConfigError` for a configuration that cannot be used.
        """
        wanted = token or Token()
        while not self._checking.acquire(timeout=_PATIENCE):
            wanted.check()
        try:
            if not only_texts:
                self._dropped += len(self._kept)
                self._kept.clear()
            return self._known(wanted) or self._check(wanted, progress, only_texts)
        finally:
            self._checking.release()

    def earlier(self, token: Token | None = None) -> Answer | None:
        """The answer of a run before the first check, if nothing has changed since then.

        It has no programs. Raises what :meth:`check` raises.
        """
        with self._changing:
            texts = dict(self._texts)
        if not self._request.cache or self._kept or _others(texts):
            return None
        wish = Wish(token or Token())
        request = replace(
            self._request, cwd=self.folder, jobs=1, checkpoint=wish.check, only_known=True
        )
        try:
            result = check_beside_others(request, None, None)
        except NotKnown:
            return None
        return Answer(self.folder, result, [], texts)

    def _known(self, token: Token) -> Answer | None:
        """The answer, if it is that of before but for the places that it names."""
        with self._changing:
            texts, touched = dict(self._texts), set(self._touched)
        for kept in reversed(self._kept):
            answer = kept.after(texts, touched, token)
            if answer is not None:
                kept.worth += 1
                return answer
        return None

    def _check(self, token: Token, progress: Tell | None, only_texts: bool) -> Answer:
        if self._dropped > _MOST_DROPPED:  # nobody has had a moment to call `tidy`
            self.tidy()
        with self._changing:
            texts, touched = dict(self._texts), set(self._touched)
        self._fact_caches.recalled.begin(touched if only_texts else None)
        wish = Wish(token)
        reading = dict(texts) if self._kept else _others(texts)
        result, programs = self._checked(reading, wish, progress)
        if any(_is_other(program, texts) for program in programs):  # written in the meantime
            reading = dict(texts)
            result, programs = self._checked(reading, wish, progress)
        reading.update(texts)  # nor may that happen afterwards
        self._fact_caches.recalled.end()
        for cache in self._fact_caches.of_programs.values():
            cache.forget(MOST_IDLE)
        wish.token = Token()  # whoever asks more of the programs may do so
        answer = Answer(self.folder, result, programs, texts)
        kept = Kept(answer, reading, wish, self._compared)
        if not self._kept:
            kept.worth = _WORTH_OF_FIRST
        self._keep(kept)
        return answer

    def _checked(
        self, reading: dict[str, bytes], wish: Wish, progress: Tell | None
    ) -> tuple[Result, list[Examined]]:
        request = replace(
            self._request,
            cwd=self.folder,
            texts=reading,
            jobs=1,
            progress=progress,
            checkpoint=wish.check,
        )
        programs: list[Examined] = []
        return check_beside_others(request, programs.append, self._fact_caches), programs

    def _keep(self, new: Kept) -> None:
        """Keep an answer, in place of one that was of little use of late.

        Much that is typed cannot be parsed for a while: one answer about such a text is kept, too.
        """
        if new.is_broken:
            self._forget([kept for kept in self._kept if kept.is_broken])
        if len(self._kept) == MOST_ANSWERS:
            others = [kept for kept in self._kept if not kept.is_broken]
            self._forget([min(others, key=lambda kept: kept.worth)])
            for kept in self._kept:
                kept.worth /= 2
        self._kept.append(new)

    def _forget(self, answers: list[Kept]) -> None:
        self._kept = [kept for kept in self._kept if kept not in answers]
        self._dropped += len(answers)

    def tidy(self) -> None:
        """Free the memory of old answers, when there is a moment for that."""
        if self._dropped:
            self._dropped = 0
            collect()


def _others(texts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the texts that are not those on disk."""
    return {path: text for path, text in texts.items() if _on_disk(path) != text}


def _is_other(program: Examined, texts: Mapping[str, bytes]) -> bool:
    """True if a program has read other contents than some texts."""
    read = program.read.digests
    return any(path in read and read[path] != digest_of(text) for path, text in texts.items())


def _on_disk(path: str) -> bytes | None:
    try:
        return read_file(path)
    except OSError:
        return None
