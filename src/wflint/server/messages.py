"""Diagnostics as editors show them."""

from __future__ import annotations

from collections.abc import Callable

from lsprotocol import types

from wflint.diagnostics import Diagnostic, Severity
from wflint.report.look import way
from wflint.server.folder import Found

SOURCE = "wflint"
UNUSED = "WFL002"
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}


def messages_in(
    found: Found, path: str, uri: Callable[[str], str], *, related: bool
) -> list[types.Diagnostic]:
    """Return the diagnostics of a file; ``related`` tells if the editor shows places beside them.

    ``uri`` gives the address of a file.
    """
    return [
        message_for(one, found, path, uri, related=related) for one in found.by_path.get(path, ())
    ]


def message_for(
    diagnostic: Diagnostic, found: Found, path: str, uri: Callable[[str], str], *, related: bool
) -> types.Diagnostic:
    """Return one diagnostic of a file."""
    positions = found.positions(path)
    text = diagnostic.message
    if not related:
        text += way_of(diagnostic)
    return types.Diagnostic(
        range=positions.range(diagnostic.location, diagnostic.end_location),
        message=text,
        severity=_SEVERITIES[diagnostic.severity],
        code=diagnostic.code,
        code_description=types.CodeDescription(diagnostic.url),
        source=SOURCE,
        tags=[types.DiagnosticTag.Unnecessary] if diagnostic.code == UNUSED else None,
        related_information=_hops(diagnostic, found, uri) if related else None,
        data={"fingerprint": diagnostic.fingerprint, "name": diagnostic.name},
    )


def way_of(diagnostic: Diagnostic) -> str:
    """Return the end of a message that names the functions on the way, if there are any."""
    if len(diagnostic.chain) == 1:
        return f" (in {diagnostic.chain[0].qualname})"
    return way(diagnostic)


def _hops(
    diagnostic: Diagnostic, found: Found, uri: Callable[[str], str]
) -> list[types.DiagnosticRelatedInformation] | None:
    """Return the way from the entry point to the offence, the call at each step."""
    hops: list[types.DiagnosticRelatedInformation] = []
    chain = diagnostic.chain
    for number, hop in enumerate(chain[:-1]):
        path = found.path_of(hop.filename)
        start = found.positions(path).position(hop.location)
        said = f"{hop.qualname} → {chain[number + 1].qualname}"
        place = types.Location(uri(path), types.Range(start, start))
        hops.append(types.DiagnosticRelatedInformation(place, said))
    if diagnostic.other_entries and hops:
        more = diagnostic.other_entries
        others = "another entry point" if more == 1 else f"{more} other entry points"
        last = hops[0]
        hops[0] = types.DiagnosticRelatedInformation(
            last.location, f"{last.message}; {others} lead here as well"
        )
    return hops or None
