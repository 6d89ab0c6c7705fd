"""The commands of code actions and lenses. They show something, and change nothing.

Editors may send them themselves. ``wflint.showWay`` (address of a file, fingerprint of a
diagnostic) gives the steps of the way; ``wflint.showGraph`` (address, name of a workflow or
function in the file) gives the text that `wflint graph` prints; ``wflint.goTo`` (address, line,
character) and ``wflint.openPage`` (address of a page of wflint) let the editor show something.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from wflint.config.errors import ConfigError
from wflint.diagnostics import DOCS_URL, Diagnostic
from wflint.server.actions import GO_TO, OPEN_PAGE, SHOW_WAY
from wflint.server.folder import Found
from wflint.server.session import Session
from wflint.server.views import SHOW_GRAPH

if TYPE_CHECKING:
    from wflint.server.features import Server


def add_commands(server: Server, session: Session) -> None:
    """Let the server know the commands.

    Each takes the server, because pygls would otherwise ask if the type of the first argument is
    one of a server, and that fails for `Any` before Python 3.11.
    """

    @server.command(OPEN_PAGE)
    async def open_page(ls: object, *arguments: object) -> None:
        (url,) = _texts(arguments, 1)
        if not url.startswith(DOCS_URL):  # only wflint's own pages are opened
            return
        await _show(server, session, types.ShowDocumentParams(url, external=True), url)

    @server.command(GO_TO)
    async def go_to(ls: object, *arguments: object) -> None:
        (uri,) = _texts(arguments[:1], 1)
        line, character = (int(str(one)) for one in arguments[1:3])
        at = types.Position(line, character)
        params = types.ShowDocumentParams(uri, take_focus=True, selection=types.Range(at, at))
        await _show(server, session, params, f"{uri}:{line + 1}")

    @server.command(SHOW_WAY)
    async def show_way(ls: object, *arguments: object) -> list[dict[str, object]] | None:
        uri, fingerprint = _texts(arguments, 2)
        known = session.found_at(uri)
        if known is None:
            return None
        path, _, found = known
        wanted = (d for d in found.by_path.get(path, ()) if d.fingerprint == fingerprint)
        diagnostic = next(wanted, None)
        if diagnostic is None:
            return None
        names = " → ".join(hop.qualname for hop in diagnostic.chain)
        session.client.inform(f"{diagnostic.code}: {names}")
        return await session.ask(lambda: _hops(session, found, diagnostic))

    @server.command(SHOW_GRAPH)
    async def show_graph(ls: object, *arguments: object) -> str | None:
        uri, name = _texts(arguments, 2)
        known = session.found_at(uri)
        if known is None:
            return None
        path, _, found = known
        return await session.ask(lambda: _graph(found, path, name))


def _texts(arguments: tuple[object, ...], number: int) -> list[str]:
    """Return the arguments of a command, which an editor may have made up."""
    if len(arguments) != number or not all(isinstance(one, str) for one in arguments):
        raise ValueError(f"expected {number} texts")
    return [str(one) for one in arguments]


async def _show(
    server: Server, session: Session, params: types.ShowDocumentParams, instead: str
) -> None:
    """Let the editor show something, or tell the user where it is."""
    if session.client.shows_documents:
        await server.window_show_document_async(params)
    else:
        session.client.inform(instead)


def _hops(session: Session, found: Found, diagnostic: Diagnostic) -> list[dict[str, object]]:
    """Return the way to an offence, for editors that show it themselves."""
    hops: list[dict[str, object]] = []
    for hop in diagnostic.chain:
        path = found.path_of(hop.filename)
        at = found.positions(path).position(hop.location)
        hops.append(
            {
                "name": hop.qualname,
                "uri": session.uri(path),
                "line": at.line,
                "character": at.character,
            }
        )
    return hops


def _graph(found: Found, path: str, name: str) -> str | None:
    """Return what a name of a file reaches, as `wflint graph` prints it."""
    from wflint.graph import text
    from wflint.graph.build import build
    from wflint.graph.find import find

    programs = found.answer.programs
    try:
        target = find(programs, f"{path}::{name}", Path(found.answer.folder))
    except ConfigError:
        return None
    return text.render(build(target), False)
