"""The editor at the other end: its capabilities, its texts, and the messages to it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote

from lsprotocol import types

from wflint.server.positions import UTF_16

if TYPE_CHECKING:
    from pygls.lsp.server import LanguageServer
    from pygls.workspace import TextDocument

log = logging.getLogger("wflint")


class Client:
    """The editor at the other end. To be asked when it has introduced itself."""

    def __init__(self, server: LanguageServer) -> None:
        self.server = server

    @property
    def _can(self) -> types.ClientCapabilities:
        return self.server.client_capabilities

    @cached_property
    def encoding(self) -> str:
        """The encoding that it counts in."""
        agreed = self.server.server_capabilities.position_encoding
        return agreed.value if isinstance(agreed, types.PositionEncodingKind) else agreed or UTF_16

    @cached_property
    def shows_related(self) -> bool:
        """True if it shows places beside a diagnostic."""
        documents = self._can.text_document
        publish = documents.publish_diagnostics if documents is not None else None
        return bool(publish is not None and publish.related_information)

    @cached_property
    def pulls(self) -> bool:
        """True if it asks for the diagnostics of open files, and can be told to ask again."""
        return pulls(self._can)

    @cached_property
    def shows_documents(self) -> bool:
        """True if it opens pages and files that the server names."""
        window = self._can.window
        return bool(window and window.show_document and window.show_document.support)

    @cached_property
    def shows_progress(self) -> bool:
        """True if it has a place for how far a check is."""
        return bool(self._can.window and self._can.window.work_done_progress)

    @cached_property
    def watches_files(self) -> bool:
        """True if it can be asked to tell of changes on disk."""
        workspace = self._can.workspace
        watched = workspace.did_change_watched_files if workspace is not None else None
        return bool(watched is not None and watched.dynamic_registration)

    @cached_property
    def has_configuration(self) -> bool:
        """True if it can be asked for settings."""
        return bool(self._can.workspace and self._can.workspace.configuration)

    @cached_property
    def edits_versions(self) -> bool:
        """True if it takes edits that say which version of a file they are for."""
        workspace = self._can.workspace
        edits = workspace.workspace_edit if workspace is not None else None
        return bool(edits is not None and edits.document_changes)

    # Open files.

    def text(self, uri: str) -> str:
        """Return the text of an open file."""
        document = self._document(uri)
        return document.source if document is not None else ""

    def version(self, uri: str) -> int | None:
        """Return the version of an open file."""
        document = self._document(uri)
        return document.version if document is not None else None

    def _document(self, uri: str) -> TextDocument | None:
        documents: Mapping[str, TextDocument] = self.server.workspace.text_documents
        return documents.get(unquote(uri))  # as pygls keeps them

    # What it is told.

    def push(self, params: types.PublishDiagnosticsParams) -> None:
        """Tell it the diagnostics of a file."""
        self.server.text_document_publish_diagnostics(params)

    def warn(self, text: str) -> None:
        """Show the user a line."""
        kind = types.MessageType.Warning
        self.server.window_show_message(types.ShowMessageParams(kind, text))

    def inform(self, text: str) -> None:
        """Show the user a line about what they have asked for."""
        kind = types.MessageType.Info
        self.server.window_show_message(types.ShowMessageParams(kind, text))

    def refresh_diagnostics(self) -> None:
        """Let it ask again for the diagnostics of open files."""
        self.server.workspace_diagnostic_refresh(None)

    def refresh_lenses(self) -> None:
        """Let it ask again for the lenses of open files, if it can be told so."""
        workspace = self._can.workspace
        lens = workspace.code_lens if workspace is not None else None
        if lens is not None and lens.refresh_support:
            self.server.workspace_code_lens_refresh(None)


def pulls(can: types.ClientCapabilities) -> bool:
    """True if an editor asks for the diagnostics of open files, and can be told to ask again."""
    documents, workspace = can.text_document, can.workspace
    asks = documents is not None and documents.diagnostic is not None
    refreshes = workspace.diagnostics if workspace is not None else None
    return bool(asks and refreshes is not None and refreshes.refresh_support)
