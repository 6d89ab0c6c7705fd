"""Handlers of each request and notification of an editor."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from lsprotocol import types
from msgspec import msgpack
from pygls.lsp.server import LanguageServer

from wflint import __version__
from wflint.server import actions, commands, views
from wflint.server.actions import Asked, Edits
from wflint.server.client import pulls
from wflint.server.code import Code, Function
from wflint.server.folder import Found, path_of
from wflint.server.options import options_from
from wflint.server.session import Session

log = logging.getLogger("wflint")

T = TypeVar("T")

WATCHED = ("**/*.py", "**/pyproject.toml", "**/wflint.toml", "**/.wflint.toml", "**/.gitignore")
ENTRY_POINTS = "wflint/entryPoints"


class Server(LanguageServer):
    """The server of wflint. Texts are sent whole: others count lines in other ways than editors."""

    def __init__(self, *, cache: bool = True) -> None:
        super().__init__(
            "wflint", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full
        )
        self.session = Session(self, cache)
        _add_life_cycle(self, self.session)
        _add_documents(self, self.session)
        _add_questions(self, self.session)
        _add_hierarchy(self, self.session)
        commands.add_commands(self, self.session)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Write what went wrong into the log. The server goes on."""
        log.error("%s: %s", getattr(source, "__name__", source), error, exc_info=error)

    def shutdown(self) -> None:
        """End what is still going on."""
        self.session.close()
        super().shutdown()  # type: ignore[no-untyped-call]


def _add_life_cycle(server: Server, session: Session) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        session.options = options_from(params.initialization_options)
        if pulls(params.capabilities):
            _add_pulling(server, session)

    @server.feature(types.INITIALIZED)
    async def initialized(params: types.InitializedParams) -> None:
        for folder in server.workspace.folders.values():
            _add_folder(session, folder.uri)
        if not server.workspace.folders and server.workspace.root_uri:
            _add_folder(session, server.workspace.root_uri)
        if session.client.watches_files:
            await _watch(server)
        await _ask_for_settings(server, session)

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        for folder in params.event.removed:
            path = path_of(folder.uri)
            if path is not None:
                session.remove_folder(path)
        for folder in params.event.added:
            _add_folder(session, folder.uri)

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def configuration(params: types.DidChangeConfigurationParams) -> None:
        if not await _ask_for_settings(server, session) and params.settings:
            session.configure(options_from(_plain(params.settings)))

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def watched(params: types.DidChangeWatchedFilesParams) -> None:
        session.files_changed(params.changes)


def _add_folder(session: Session, uri: str) -> None:
    path = path_of(uri)
    if path is not None:
        session.add_folder(path)


async def _watch(server: Server) -> None:
    watchers = [types.FileSystemWatcher(glob_pattern=pattern) for pattern in WATCHED]
    options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
    registration = types.Registration(
        "wflint-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options
    )
    try:
        await server.client_register_capability_async(types.RegistrationParams([registration]))
    except Exception as error:  # an editor may refuse it
        log.info("files are not watched: %s", error)
        server.session.client.watches_files = False


async def _ask_for_settings(server: Server, session: Session) -> bool:
    if not session.client.has_configuration:
        return False
    item = types.ConfigurationItem(section="wflint")
    try:
        found = await server.workspace_configuration_async(types.ConfigurationParams([item]))
    except Exception as error:  # an editor may refuse it
        log.info("there are no settings: %s", error)
        return False
    if found and found[0]:
        session.configure(options_from(_plain(found[0])))
    return True


def _plain(given: Any) -> Any:
    """Return settings as plain data; pygls makes objects of some."""
    if isinstance(given, Mapping):
        return {str(key): _plain(value) for key, value in given.items()}
    if isinstance(given, tuple) and hasattr(given, "_asdict"):
        return _plain(given._asdict())
    if isinstance(given, (list, tuple)):
        return [_plain(one) for one in given]
    return given


def _add_documents(server: Server, session: Session) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: types.DidOpenTextDocumentParams) -> None:
        session.opened(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: types.DidChangeTextDocumentParams) -> None:
        session.changed(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def saved(params: types.DidSaveTextDocumentParams) -> None:
        session.saved(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(params: types.DidCloseTextDocumentParams) -> None:
        session.closed(params.text_document.uri)


def _add_pulling(server: Server, session: Session) -> None:
    options = types.DiagnosticOptions(
        inter_file_dependencies=True, workspace_diagnostics=False, identifier="wflint"
    )

    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)
    async def diagnostic(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        path, folder = session.place(params.text_document.uri)
        if path is None or folder is None:
            return types.RelatedFullDocumentDiagnosticReport(items=[])
        await session.settled(folder)
        items = session.messages.get(path, [])
        name = _digest(items)
        if name == params.previous_result_id:
            return types.RelatedUnchangedDocumentDiagnosticReport(result_id=name)
        return types.RelatedFullDocumentDiagnosticReport(items=items, result_id=name)


def _digest(items: Iterable[types.Diagnostic]) -> str:
    said = [repr(item) for item in items]
    return hashlib.blake2b(msgpack.encode(said), digest_size=12).hexdigest()


def _add_questions(server: Server, session: Session) -> None:
    kinds = [types.CodeActionKind.QuickFix, actions.FIX_ALL]

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(kinds))
    async def code_action(params: types.CodeActionParams) -> list[types.CodeAction] | None:
        known = session.found_at(params.text_document.uri)
        if known is None:
            return None
        path, folder, found = known
        only = [str(getattr(one, "value", one)) for one in params.context.only or ()]
        asked = Asked(
            path, folder, found, params.range, only, session.uri, lambda e: _edit(session, found, e)
        )
        return await session.ask(lambda: actions.actions_for(asked))

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        uri, position = params.text_document.uri, params.position
        return await _about(session, uri, lambda code, path: views.hover(code, path, position))

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol] | None:
        return await _about(session, params.text_document.uri, views.symbols)

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    async def lenses(params: types.CodeLensParams) -> list[types.CodeLens] | None:
        if not session.options.code_lens:
            return None
        uri = params.text_document.uri
        return await _about(session, uri, lambda code, path: views.lenses(code, path, uri))


async def _about(session: Session, uri: str, question: Callable[[Code, str], T]) -> T | None:
    """Answer a question about a file by its path; ``None`` if it was not checked as it is."""
    known = session.found_at(uri)
    if known is None:
        return None
    path, _, found = known
    return await session.ask(lambda: question(found.code, path))


def _edit(session: Session, found: Found, edits: Edits) -> types.WorkspaceEdit:
    """Return edits of some files as one, for the versions of them that were checked."""
    client = session.client
    if not client.edits_versions:
        return types.WorkspaceEdit({session.uri(path): new for path, new in edits.items()})
    changes: list[Any] = []
    for path, new in edits.items():
        uri = session.uri(path)
        version = client.version(uri) if path in found.answer.texts else None
        document = types.OptionalVersionedTextDocumentIdentifier(uri, version)
        changes.append(types.TextDocumentEdit(document, list(new)))
    return types.WorkspaceEdit(document_changes=changes)


def _add_hierarchy(server: Server, session: Session) -> None:
    @server.feature(types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY)
    async def prepare(
        params: types.CallHierarchyPrepareParams,
    ) -> list[types.CallHierarchyItem] | None:
        uri, position = params.text_document.uri, params.position
        return await _about(
            session, uri, lambda code, path: views.hierarchy_at(code, path, position, session.uri)
        )

    @server.feature(types.CALL_HIERARCHY_INCOMING_CALLS)
    async def incoming(
        params: types.CallHierarchyIncomingCallsParams,
    ) -> list[types.CallHierarchyIncomingCall] | None:
        return await _about_item(
            session, params.item, lambda code, of: views.incoming(code, of, session.uri)
        )

    @server.feature(types.CALL_HIERARCHY_OUTGOING_CALLS)
    async def outgoing(
        params: types.CallHierarchyOutgoingCallsParams,
    ) -> list[types.CallHierarchyOutgoingCall] | None:
        return await _about_item(
            session, params.item, lambda code, of: views.outgoing(code, of, session.uri)
        )

    @server.feature(ENTRY_POINTS)
    async def entry_points(params: Any) -> list[types.Location] | None:
        uri = params.textDocument.uri
        position = types.Position(params.position.line, params.position.character)
        return await _about(
            session, uri, lambda code, path: views.entry_points(code, path, position, session.uri)
        )


async def _about_item(
    session: Session,
    item: types.CallHierarchyItem,
    question: Callable[[Code, Function], T],
) -> T | None:
    """Answer a question about an item of the hierarchy, whose file may have changed since."""
    found = session.found_of(item.uri)
    if found is None:
        return None

    def answer() -> T | None:
        function = views.function_of(found.code, item.data)
        return question(found.code, function) if function is not None else None

    return await session.ask(answer)
