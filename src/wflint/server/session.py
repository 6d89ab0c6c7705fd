"""A session of an editor: its folders, their checks, and what the editor was told of them."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from lsprotocol import types
from msgspec import Struct, field

from wflint.progress import Tell
from wflint.server.client import Client
from wflint.server.folder import Folder, Found, as_bytes, names_python, path_of, root_above
from wflint.server.messages import messages_in
from wflint.server.options import ON_TYPE, Options
from wflint.server.progress import Bar
from wflint.workspace.cancelling import Cancelled, Token

if TYPE_CHECKING:
    from pygls.lsp.server import LanguageServer

T = TypeVar("T")
Messages = dict[str, list[types.Diagnostic]]

AT_ONCE, AFTER_EDIT, AFTER_FILES = 0.0, 0.15, 0.3
"""Seconds that a check waits for more of the same: to be typed, or to be written to disk."""

_PAUSE = 1.0
"""Seconds without an edit after which there is time to free memory."""

log = logging.getLogger("wflint")


class _Job(Struct, eq=False):
    """A check that is wanted, from when it waits for its turn to when the editor was told.

    ``is_known`` is set when its answer is known from an earlier run, and the programs are not yet.
    """

    token: Token = field(default_factory=Token)
    task: asyncio.Task[None] | None = None
    is_awaited: asyncio.Event = field(default_factory=asyncio.Event)
    is_known: asyncio.Event = field(default_factory=asyncio.Event)


class Session:
    """The folders of an editor. All methods are to be called in the thread of the event loop.

    Checks run in a thread of their own, one at a time, and questions about their answers in another
    one. With ``cache`` the checks use and keep what ``wflint check`` does.
    """

    def __init__(self, server: LanguageServer, cache: bool = True) -> None:
        self.client = Client(server)
        self.options = Options()
        self.folders: list[Folder] = []
        self.messages: Messages = {}
        self._cache = cache
        self._open: dict[str, str] = {}
        self._pushed: dict[str, list[types.Diagnostic]] = {}
        self._jobs: dict[Folder, _Job] = {}
        self._said: set[str] = set()
        self._tidying: asyncio.TimerHandle | None = None
        self._checks = ThreadPoolExecutor(1, "wflint-check")
        self._questions = ThreadPoolExecutor(1, "wflint-question")

    # Folders and settings.

    def add_folder(self, path: str, only: str | None = None) -> Folder:
        """Check a folder of the editor from now on; ``only`` is the one file that is asked for."""
        folder = Folder(path, self.options, self._cache, only)
        self.folders.append(folder)
        for open_path, uri in self._open.items():
            if folder.has(open_path):
                folder.workspace.put(open_path, as_bytes(self.client.text(uri)))
        self.check(folder, AT_ONCE)
        return folder

    def remove_folder(self, path: str) -> None:
        """Forget a folder, and take back what the editor was told of it."""
        real = os.path.realpath(path)
        for folder in [f for f in self.folders if f.path == real]:
            self.folders.remove(folder)
            job = self._jobs.pop(folder, None)
            if job is not None:
                job.token.withdraw()
            self._tell(folder, {})

    def configure(self, options: Options) -> None:
        """Use other settings of the user from now on."""
        if options == self.options:
            return
        self.options = options
        for folder in self.folders:
            folder.configure(options)
            self.check(folder, AT_ONCE)

    def folder_of(self, path: str) -> Folder | None:
        """Return the folder that a file lies in, the innermost one."""
        having = [folder for folder in self.folders if folder.has(path)]
        return max(having, key=lambda folder: len(folder.path), default=None)

    def found_at(self, uri: str) -> tuple[str, Folder, Found] | None:
        """Return the path of a file, its folder, and what was found there; if there is an answer.

        A file that has changed since then is another one.
        """
        path, folder = self.place(uri)
        if path is None or folder is None or folder.found is None:
            return None
        is_same = path not in self._open or self._is_as_checked(path, folder.found)
        return (path, folder, folder.found) if is_same else None

    def found_of(self, uri: str) -> Found | None:
        """Return what was found in the folder of a file, which may have changed since then."""
        _, folder = self.place(uri)
        return folder.found if folder is not None else None

    def place(self, uri: str) -> tuple[str | None, Folder | None]:
        """Return the path of a file on disk, and the open folder that it lies in."""
        path = path_of(uri)
        return path, self.folder_of(path) if path is not None else None

    # Files.

    def opened(self, uri: str) -> None:
        """Take the text of the editor for a file from now on."""
        path = path_of(uri)
        if path is None or not names_python(path):
            return
        self._open[path] = uri
        folder = self.folder_of(path)
        if folder is None:
            self.add_folder(root_above(path), only=path)
            return
        folder.add(path, self.options)
        folder.workspace.put(path, as_bytes(self.client.text(uri)))
        self._tell_about(path)
        self.check(folder, AT_ONCE)

    def changed(self, uri: str) -> None:
        """Take note of an edit."""
        self._take(uri, AFTER_EDIT if self.options.run == ON_TYPE else None)

    def saved(self, uri: str) -> None:
        """Take note of a file that was written. What was checked as it was typed stays true."""
        _, folder = self.place(uri)
        is_pending = folder is None or folder in self._jobs or folder.found is None
        if self.client.watches_files and not is_pending and self.found_at(uri) is not None:
            return
        self._take(uri, AT_ONCE)

    def _take(self, uri: str, delay: float | None) -> None:
        path, folder = self.place(uri)
        if path is None or folder is None or path not in self._open:
            return
        folder.workspace.put(path, as_bytes(self.client.text(uri)))
        if delay is not None:
            self.check(folder, delay)

    def closed(self, uri: str) -> None:
        """Let the file on disk count again."""
        path = path_of(uri)
        if path is None or self._open.pop(path, None) is None:
            return
        folder = self.folder_of(path)
        if folder is not None:
            folder.workspace.drop(path)
            self._tell_about(path)
            self.check(folder, AT_ONCE)

    def files_changed(self, changes: Iterable[types.FileEvent]) -> None:
        """Take note of changes on disk. An open file is what the editor has of it."""
        paths = [
            path
            for change in changes
            if (path := path_of(change.uri)) is not None
            and not (change.type is types.FileChangeType.Changed and path in self._open)
        ]
        for folder in self.folders:
            if any(folder.has(path) for path in paths):
                folder.looks_again = True
                self.check(folder, AFTER_FILES)

    # Checks.

    def check(self, folder: Folder, delay: float) -> None:
        """Check a folder soon. What is still going on for an older state is ended."""
        folder.looks_again |= not self.client.watches_files
        before = self._jobs.get(folder)
        if before is not None:
            before.token.withdraw()
        self._keep_going()
        job = self._jobs[folder] = _Job()
        job.task = asyncio.ensure_future(self._run(folder, job, delay))

    async def settled(self, folder: Folder) -> None:
        """Wait until a folder was checked as it is now. Who waits has nothing more to type."""
        while (job := self._jobs.get(folder)) is not None and job.task is not None:
            job.is_awaited.set()
            known = asyncio.ensure_future(job.is_known.wait())
            await asyncio.wait([job.task, known], return_when=asyncio.FIRST_COMPLETED)
            known.cancel()
            if not job.task.done():
                return
            if self._jobs.get(folder) is job:
                del self._jobs[folder]

    async def _run(self, folder: Folder, job: _Job, delay: float) -> None:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(job.is_awaited.wait(), delay)
        if job.token.is_withdrawn:
            return
        try:
            await self._checked(folder, job)
        except Exception:
            log.exception("the check of %s has failed", folder.path)
            self._say_once(f"wflint failed on {folder.path}; its log says why")
        finally:
            if self._jobs.get(folder) is job:
                del self._jobs[folder]

    async def _checked(self, folder: Folder, job: _Job) -> None:
        loop = asyncio.get_running_loop()
        if folder.found is None:
            early = await loop.run_in_executor(self._checks, self._earlier, folder, job.token)
            if early is not None and not job.token.is_withdrawn and folder in self.folders:
                folder.found, messages = early
                self._tell(folder, messages)
                job.is_known.set()
        async with Bar(self.client, folder.path, wanted=folder.is_new) as bar:
            done = await loop.run_in_executor(
                self._checks, self._check, folder, job.token, bar.progress(loop)
            )
        if job.token.is_withdrawn or folder not in self.folders:
            return
        folder.is_new = False
        for problem in folder.problems:
            self._say_once(problem)
        if done is None:
            return
        folder.found, messages = done
        self._tell(folder, messages)
        self._keep_going()
        self._tidying = loop.call_later(_PAUSE, self._tidy)

    def _keep_going(self) -> None:
        """Free no memory for now: that takes half a second, and somebody is typing."""
        if self._tidying is not None:
            self._tidying.cancel()
            self._tidying = None

    def _tidy(self) -> None:
        for folder in self.folders:
            self._checks.submit(folder.workspace.tidy)

    def _check(
        self, folder: Folder, token: Token, progress: Tell | None
    ) -> tuple[Found, Messages] | None:
        """Check a folder, in a thread; ``None`` if nobody wants it any more, or it cannot be."""
        find = partial(folder.check, token, self.client.encoding, progress)
        return self._with_messages(folder, token, find)

    def _earlier(self, folder: Folder, token: Token) -> tuple[Found, Messages] | None:
        """Return what an earlier run has found, in a thread; ``None`` if that is not known."""
        return self._with_messages(
            folder, token, partial(folder.earlier, token, self.client.encoding)
        )

    def _with_messages(
        self, folder: Folder, token: Token, find: Callable[[], Found | None]
    ) -> tuple[Found, Messages] | None:
        related = self.client.shows_related
        try:
            found = find()
            if found is None:
                return None
            messages: Messages = {}
            for path in found.by_path:
                token.check()
                messages[path] = messages_in(found, path, self._address(folder), related=related)
            return found, messages
        except Cancelled:
            return None

    async def ask(self, question: Callable[[], T]) -> T:
        """Answer a question about what was found, without holding up the editor."""
        return await asyncio.get_running_loop().run_in_executor(self._questions, question)

    def _address(self, folder: Folder) -> Callable[[str], str]:
        return lambda path: self._open.get(path) or folder.uri(path)

    def uri(self, path: str) -> str:
        """Return the address of a file as the editor has it."""
        folder = self.folder_of(path)
        if folder is None:
            folder = self.folders[0]
        return self._address(folder)(path)

    # What the editor is told.

    def _tell(self, folder: Folder, messages: Messages) -> None:
        """Tell the editor what is new about a folder."""
        before = {path: m for path, m in self.messages.items() if self._belongs(path, folder)}
        news = [p for p in {**before, **messages} if before.get(p, []) != messages.get(p, [])]
        for path in before:
            del self.messages[path]
        self.messages.update(messages)
        for path in sorted({*news, *(p for p in self._open if folder.has(p))}):
            self._tell_about(path)
        if self.client.pulls and any(path in self._open for path in news):
            self.client.refresh_diagnostics()
        if self.options.code_lens:
            self.client.refresh_lenses()

    def _belongs(self, path: str, folder: Folder) -> bool:
        owner = self.folder_of(path)
        return owner is folder or (owner is None and folder.has(path))

    def _tell_about(self, path: str) -> None:
        """Push what is known of a file, unless the editor asks for it, or it has changed since."""
        folder = self.folder_of(path)
        messages = self.messages.get(path, [])
        is_open = path in self._open
        if is_open and self.client.pulls:
            messages = []
        elif is_open and folder is not None and not self._is_current(path, folder):
            return
        if self._pushed.get(path, []) == messages:
            return
        self._pushed[path] = messages
        if not messages:
            del self._pushed[path]
        uri = self._open.get(path) or self.uri(path)
        version = self.client.version(uri) if is_open else None
        self.client.push(types.PublishDiagnosticsParams(uri, messages, version))

    def _is_current(self, path: str, folder: Folder) -> bool:
        """True if nothing newer is known of an open file than what was found."""
        return folder.found is None or self._is_as_checked(path, folder.found)

    def _is_as_checked(self, path: str, found: Found) -> bool:
        """True if the text of an open file is the one that was checked."""
        given = found.answer.texts.get(path)
        return given is not None and given == as_bytes(self.client.text(self._open[path]))

    def _say_once(self, text: str) -> None:
        log.warning("%s", text)
        if text not in self._said:
            self._said.add(text)
            self.client.warn(f"wflint: {text}")

    def close(self) -> None:
        """End all checks. Nothing is told after that."""
        for job in self._jobs.values():
            job.token.withdraw()
        self._keep_going()
        self._checks.shutdown(wait=False, cancel_futures=True)
        self._questions.shutdown(wait=False, cancel_futures=True)
