"""An editor for tests: it talks to `wflint server` over the standard streams, as others do."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache, partial, wraps
from pathlib import Path
from typing import Any, Union

from lsprotocol import types
from pygls.io_ import run_async
from pygls.lsp.client import LanguageClient
from pygls.protocol import default_converter

from tests import forking

PATIENCE = 60.0
"""Seconds after which a test gives up: machines of CI may be slow."""

ORDINARY = types.ClientCapabilities(
    general=types.GeneralClientCapabilities(
        position_encodings=[types.PositionEncodingKind.Utf16],
    ),
    text_document=types.TextDocumentClientCapabilities(
        publish_diagnostics=types.PublishDiagnosticsClientCapabilities(related_information=True),
    ),
    window=types.WindowClientCapabilities(
        work_done_progress=True, show_document=types.ShowDocumentClientCapabilities(support=True)
    ),
    workspace=types.WorkspaceClientCapabilities(
        workspace_folders=True,
        configuration=True,
        workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(
            dynamic_registration=True
        ),
    ),
)
"""An editor that is told the diagnostics."""

PULLING = types.ClientCapabilities(
    general=ORDINARY.general,
    text_document=types.TextDocumentClientCapabilities(
        diagnostic=types.DiagnosticClientCapabilities()
    ),
    workspace=types.WorkspaceClientCapabilities(
        diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    ),
)
"""One that asks for those of open files."""


@cache
def _converter() -> Any:
    """Return what makes objects of messages; lsprotocol takes actions with a command for one.

    It is one for all editors: it finds out how to make each kind of object only once.
    """
    converter = default_converter()  # type: ignore[no-untyped-call]
    either = types.Command | types.CodeAction

    def action(given: Any, kind: object) -> types.Command | types.CodeAction:
        is_command = isinstance(given.get("command"), str)
        made: types.Command | types.CodeAction = converter.structure(
            given, types.Command if is_command else types.CodeAction
        )
        return made

    for union in (either, Union[types.Command, types.CodeAction]):  # noqa: UP007
        converter.register_structure_hook(union, action)
    return converter


class Editor:
    """One that remembers what the server tells it. ``settings`` are those of the user.

    With ``cache`` the server uses what earlier runs have left.
    """

    def __init__(
        self, folder: Path, settings: Mapping[str, object] | None = None, *, cache: bool = False
    ) -> None:
        self.folder = folder
        self._flags = () if cache else ("--no-cache",)
        self.settings = dict(settings or {})
        self.diagnostics: dict[str, list[types.Diagnostic]] = {}
        self.told: list[str] = []
        self.shown: list[types.ShowDocumentParams] = []
        self.progress: list[object] = []
        self.refreshed = 0
        self._news = asyncio.Event()
        self._versions: dict[str, int] = {}
        self.client = LanguageClient("test", "1", converter_factory=_converter)
        self._listen()

    def _listen(self) -> None:
        answers: dict[str, Callable[[Any], object]] = {
            types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: self._on_diagnostics,
            types.WINDOW_SHOW_MESSAGE: self._on_message,
            types.WINDOW_SHOW_DOCUMENT: self._on_document,
            types.WORKSPACE_CONFIGURATION: lambda params: [self.settings for _ in params.items],
            types.CLIENT_REGISTER_CAPABILITY: lambda params: None,
            types.WINDOW_WORK_DONE_PROGRESS_CREATE: lambda params: None,
            types.PROGRESS: lambda params: self.progress.append(params.value),
            types.WORKSPACE_DIAGNOSTIC_REFRESH: self._on_refresh,
        }
        for name, answer in answers.items():
            self.client.feature(name)(partial(answer))  # it marks what it is given

    def _on_diagnostics(self, params: types.PublishDiagnosticsParams) -> None:
        self.diagnostics[params.uri] = list(params.diagnostics)
        self._news.set()

    def _on_message(self, params: types.ShowMessageParams) -> None:
        self.told.append(params.message)
        self._news.set()

    def _on_document(self, params: types.ShowDocumentParams) -> types.ShowDocumentResult:
        self.shown.append(params)
        return types.ShowDocumentResult(True)

    def _on_refresh(self, params: None) -> None:
        self.refreshed += 1
        self._news.set()

    async def start(self, capabilities: types.ClientCapabilities, *arguments: str) -> None:
        """Start the server in a process from nothing, and open the folder."""
        command = (sys.executable, "-m", "wflint", "server", *self._flags, *arguments)
        await self.client.start_io(*command)
        await self._greet(capabilities)

    async def start_quickly(self, capabilities: types.ClientCapabilities, *arguments: str) -> None:
        """Start the server in a process that need not import it, and open the folder."""
        if not hasattr(socket, "AF_UNIX"):
            await self.start(capabilities, *arguments)
            return
        with tempfile.TemporaryDirectory() as place, socket.socket(socket.AF_UNIX) as listening:
            listening.bind(f"{place}/editor")
            listening.listen()
            forking.serve(f"{place}/editor", *self._flags, *arguments)
            listening.settimeout(PATIENCE)
            connection, _ = listening.accept()
        reader, writer = await asyncio.open_connection(sock=connection)
        self.client.protocol.set_writer(writer)
        logger = logging.getLogger(__name__)
        reading = run_async(self.client._stop_event, reader, self.client.protocol, logger)
        self.client._async_tasks.append(asyncio.create_task(reading))

        await self._greet(capabilities)

    async def _greet(self, capabilities: types.ClientCapabilities) -> None:
        uri = self.folder.as_uri()
        self.answer = await self.client.initialize_async(
            types.InitializeParams(
                capabilities,
                root_uri=uri,
                workspace_folders=[types.WorkspaceFolder(uri, self.folder.name)],
                initialization_options=self.settings,
            )
        )
        self.client.initialized(types.InitializedParams())

    async def stop(self) -> None:
        """Say goodbye."""
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await asyncio.wait_for(self.client.stop(), PATIENCE)  # type: ignore[no-untyped-call]

    # What a person does.

    def uri(self, name: str) -> str:
        """The address of a file of the folder."""
        return (self.folder / name).as_uri()

    def document(self, name: str) -> types.TextDocumentIdentifier:
        """A file of the folder."""
        return types.TextDocumentIdentifier(self.uri(name))

    def open(self, name: str, text: str | None = None) -> None:
        """Open a file."""
        if text is None:
            text = (self.folder / name).read_text(encoding="utf-8")
        self._versions[name] = 1
        item = types.TextDocumentItem(self.uri(name), "python", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def type(self, name: str, text: str) -> None:
        """Give an open file another text."""
        self._versions[name] += 1
        document = types.VersionedTextDocumentIdentifier(self._versions[name], self.uri(name))
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    def save(self, name: str, text: str) -> None:
        """Write an open file to disk."""
        (self.folder / name).write_text(text, encoding="utf-8")
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(self.document(name)))

    def close(self, name: str) -> None:
        """Close a file."""
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(self.document(name)))

    async def codes(self, name: str, wanted: list[str]) -> list[types.Diagnostic]:
        """Wait until a file has diagnostics with these codes, and return them."""

        def has_them() -> bool:
            found = self.diagnostics.get(self.uri(name), [])
            return sorted(str(one.code) for one in found) == sorted(wanted)

        await self.until(has_them)
        return self.diagnostics.get(self.uri(name), [])

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until the server has told something that makes this true."""

        async def wait() -> None:
            while not holds():
                self._news.clear()
                await self._news.wait()

        try:
            await asyncio.wait_for(wait(), PATIENCE)
        except (asyncio.TimeoutError, TimeoutError):
            known = {uri: [d.code for d in found] for uri, found in self.diagnostics.items()}
            raise AssertionError(f"the server has told {known} and {self.told}") from None

    async def pull(self, name: str, before: str | None = None) -> types.DocumentDiagnosticReport:
        """Ask for the diagnostics of a file, of which an earlier answer may be known."""
        params = types.DocumentDiagnosticParams(self.document(name), previous_result_id=before)
        report: types.DocumentDiagnosticReport = await self.client.text_document_diagnostic_async(
            params
        )
        return report

    async def actions(self, name: str, at: types.Range, *only: str) -> list[types.CodeAction]:
        """Return what can be done at a place."""
        context = types.CodeActionContext([], only=list(only) or None)
        params = types.CodeActionParams(self.document(name), at, context)
        found = await self.client.text_document_code_action_async(params)
        return [one for one in found or () if isinstance(one, types.CodeAction)]


@asynccontextmanager
async def editor(
    folder: Path,
    *arguments: str,
    settings: Mapping[str, object] | None = None,
    capabilities: types.ClientCapabilities = ORDINARY,
    cache: bool = False,
) -> AsyncIterator[Editor]:
    """An editor that has opened a folder."""
    one = Editor(folder, settings, cache=cache)
    await one.start_quickly(capabilities, *arguments)
    try:
        yield one
    finally:
        await one.stop()


def in_editor(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Let a test be a coroutine."""

    @wraps(test)
    def run(*arguments: Any, **more: Any) -> None:
        async def inner() -> None:
            await test(*arguments, **more)

        asyncio.run(inner())

    return run
