"""Edits to bytes: which of them go together, and the file that they make.

Only the bytes of the edits change. Everything else is copied: line ends, the byte order mark, the
encoding, a last line without an end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wflint.diagnostics import Diagnostic, Fix, Location
from wflint.source import BOM, Source, UnreadableSource, declared_encoding, decode

Span = tuple[int, int, str]
"""An edit in characters: where it begins and ends, and the new text."""


def choose(
    diagnostics: Iterable[Diagnostic], source: Source
) -> tuple[list[Diagnostic], list[Span]]:
    """The diagnostics whose fixes can be applied together, and their edits, sorted.

    The first one wins where two overlap. Several may share an edit, such as a new import.
    """
    accepted: dict[Span, None] = {}
    chosen = []
    for diagnostic in diagnostics:
        if diagnostic.fix is None:
            continue
        spans = _spans(diagnostic.fix, source)
        new = [span for span in spans if span not in accepted]
        if spans and not any(_collide(a, b) for a in new for b in accepted):
            accepted.update(dict.fromkeys(new))
            chosen.append(diagnostic)
    return chosen, sorted(accepted)


def splice(data: bytes, edits: Sequence[Span]) -> bytes:
    """The bytes of a file with ``edits``, which are sorted and do not overlap.

    Raises :class:`UnreadableSource` if the file cannot be put together again from its parts, as in
    encodings where a character depends on the one before.
    """
    body = data.removeprefix(BOM)
    text, encoding = decode(data).text, declared_encoding(data)
    kept, new, at = [], [], 0
    for start, end, content in edits:
        kept.append(text[at:start].encode(encoding))
        kept.append(text[start:end].encode(encoding))
        new.append(kept[-2] + content.encode(encoding))
        at = end
    rest = text[at:].encode(encoding)
    if b"".join([*kept, rest]) != body:
        raise UnreadableSource(f"text in {encoding} cannot be changed in part")
    return data[: len(data) - len(body)] + b"".join([*new, rest])


def _spans(fix: Fix, source: Source) -> list[Span]:
    return [
        (_offset(edit.location, source), _offset(edit.end_location, source), edit.content)
        for edit in fix.edits
    ]


def _offset(place: Location, source: Source) -> int:
    return source.line_starts[place.row - 1] + place.column - 1


def _collide(a: Span, b: Span) -> bool:
    """Whether two edits touch the same text, or insert at the same place."""
    if a[0] == b[0]:
        return True
    return a[0] < b[1] and b[0] < a[1]
