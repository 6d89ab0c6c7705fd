"""Code actions: what can be done about the diagnostics at a place."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from lsprotocol import types
from msgspec import Struct

from wflint.checking.registry import load_registry
from wflint.diagnostics import Applicability, Diagnostic
from wflint.fix.apply.ignores import NEVER_HIDDEN, width_below
from wflint.fix.apply.splice import Span, choose
from wflint.server.folder import Folder, Found
from wflint.server.messages import message_for
from wflint.suppress.add import Unwanted, comments_for

FIX_ALL = "source.fixAll.wflint"
REASON = "TODO: say why"
"""The reason that a new comment gives, for the user to write over."""

GO_TO, OPEN_PAGE, SHOW_WAY = "wflint.goTo", "wflint.openPage", "wflint.showWay"
_KINDS = types.CodeActionKind
Edits = dict[str, list[types.TextEdit]]


class Asked(Struct):
    """A request for actions: a range of a file, and the kinds that the editor wants.

    ``uri`` gives the address of a file, ``edit`` makes the edits of some files one.
    """

    path: str
    folder: Folder
    found: Found
    range: types.Range
    only: Sequence[str] | None
    uri: Callable[[str], str]
    edit: Callable[[Edits], types.WorkspaceEdit]

    def wants(self, kind: str) -> bool:
        """True if actions of a kind are asked for."""
        if not self.only:
            return kind != FIX_ALL
        return any(kind == one or kind.startswith(f"{one}.") for one in self.only)


def actions_for(asked: Asked) -> list[types.CodeAction]:
    """Return the actions for a range of a file, what mends first."""
    return list(_actions(asked))


def _actions(asked: Asked) -> Iterator[types.CodeAction]:
    here = _diagnostics_at(asked)
    everything = asked.found.by_path.get(asked.path, [])
    if asked.wants(FIX_ALL):
        yield from _fix_all(asked, everything, FIX_ALL)
    if not asked.wants(_KINDS.QuickFix.value):
        return
    for diagnostic in here:
        yield from _fix(asked, diagnostic)
    if any(_is_safe(diagnostic) for diagnostic in here):
        yield from _fix_all(asked, everything, _KINDS.QuickFix.value)
    for diagnostic in here:
        yield from _suppress(asked, diagnostic)
    for diagnostic in here:
        yield from _look(asked, diagnostic)


def _diagnostics_at(asked: Asked) -> list[Diagnostic]:
    positions = asked.found.positions(asked.path)
    first, last = positions.location(asked.range.start), positions.location(asked.range.end)
    return [
        one
        for one in asked.found.by_path.get(asked.path, [])
        if one.location <= last and first <= one.end_location
    ]


def _is_safe(diagnostic: Diagnostic) -> bool:
    return diagnostic.fix is not None and diagnostic.fix.applicability is Applicability.SAFE


def _fix(asked: Asked, diagnostic: Diagnostic) -> Iterator[types.CodeAction]:
    fix = diagnostic.fix
    if fix is None or fix.applicability is Applicability.DISPLAY:
        return
    source = asked.found.positions(asked.path).source
    _, spans = choose([diagnostic], source)
    is_safe = _is_safe(diagnostic)
    remark = "" if is_safe else " (may change running workflows)"
    yield types.CodeAction(
        title=f"{diagnostic.code}: {_capital(fix.message)}{remark}",
        kind=_KINDS.QuickFix,
        diagnostics=[_message(asked, diagnostic)],
        is_preferred=is_safe,
        edit=asked.edit({asked.path: _text_edits(asked, asked.path, spans)}),
    )


def _fix_all(
    asked: Asked, everything: Iterable[Diagnostic], kind: str
) -> Iterator[types.CodeAction]:
    safe = [diagnostic for diagnostic in everything if _is_safe(diagnostic)]
    chosen, spans = choose(safe, asked.found.positions(asked.path).source)
    if not chosen or (kind != FIX_ALL and len(chosen) < 2):
        return
    count = "1 safe fix" if len(chosen) == 1 else f"all {len(chosen)} safe fixes"
    yield types.CodeAction(
        title=f"wflint: apply {count} in this file",
        kind=kind,
        edit=asked.edit({asked.path: _text_edits(asked, asked.path, spans)}),
    )


def _suppress(asked: Asked, diagnostic: Diagnostic) -> Iterator[types.CodeAction]:
    if diagnostic.code in NEVER_HIDDEN:
        return
    code = diagnostic.code
    here = Unwanted(diagnostic.location.row, diagnostic.end_location.row, code)
    yield from _comment(asked, diagnostic, asked.path, here, f"{code}: suppress here")
    if len(diagnostic.chain) < 2:
        return
    entry = diagnostic.chain[0]
    there = Unwanted(entry.location.row, entry.location.row, code)
    title = f"{code}: suppress at the call in {entry.qualname}"
    yield from _comment(asked, diagnostic, asked.found.path_of(entry.filename), there, title)


def _comment(
    asked: Asked, diagnostic: Diagnostic, path: str, unwanted: Unwanted, title: str
) -> Iterator[types.CodeAction]:
    source = asked.found.positions(path).source
    width = width_below(os.path.dirname(path), asked.folder.path)
    spans = comments_for([unwanted], source, load_registry().families, REASON, width)
    if spans and asked.folder.has(path):
        yield types.CodeAction(
            title=title,
            kind=_KINDS.QuickFix,
            diagnostics=[_message(asked, diagnostic)],
            edit=asked.edit({path: _text_edits(asked, path, spans)}),
        )


def _look(asked: Asked, diagnostic: Diagnostic) -> Iterator[types.CodeAction]:
    """Yield what shows more of a diagnostic, and changes nothing."""
    message = [_message(asked, diagnostic)]
    if len(diagnostic.chain) > 1:
        entry = diagnostic.chain[0]
        arguments = [asked.uri(asked.path), diagnostic.fingerprint]
        title = f"{diagnostic.code}: show the way from {entry.qualname}"
        command = types.Command("Show the way", SHOW_WAY, arguments=arguments)
        yield types.CodeAction(title, _KINDS.QuickFix, diagnostics=message, command=command)
        path = asked.found.path_of(entry.filename)
        at = asked.found.positions(path).position(entry.location)
        goal = [asked.uri(path), at.line, at.character]
        command = types.Command("Go to", GO_TO, arguments=goal)
        title = f"{diagnostic.code}: go to the call in {entry.qualname}"
        yield types.CodeAction(title, _KINDS.QuickFix, diagnostics=message, command=command)
    command = types.Command("Open the page", OPEN_PAGE, arguments=[diagnostic.url])
    title = f"{diagnostic.code}: open the page of {diagnostic.name}"
    yield types.CodeAction(title, _KINDS.QuickFix, diagnostics=message, command=command)


def _message(asked: Asked, diagnostic: Diagnostic) -> types.Diagnostic:
    return message_for(diagnostic, asked.found, asked.path, asked.uri, related=False)


def _text_edits(asked: Asked, path: str, spans: Iterable[Span]) -> list[types.TextEdit]:
    positions = asked.found.positions(path)
    return [types.TextEdit(positions.range_of(start, end), new) for start, end, new in spans]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
