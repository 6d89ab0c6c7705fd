"""Edits to bytes: which of them go together, and the file that they make.

Only the bytes of the edits change. Everything else is copied: line ends, the byte order mark, the
encoding, a last line without an end.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from itertools import pairwise

from wflint.diagnostics import Diagnostic, Fix, Location
from wflint.files.source import BOM, Source, UnreadableSource, declared_encoding, decode

Span = tuple[int, int, str]
"""An edit in characters: where it begins and ends, and the new text."""


def choose(
    diagnostics: Iterable[Diagnostic], source: Source
) -> tuple[list[Diagnostic], list[Span]]:
    """The diagnostics whose fixes can be applied together, and their edits, sorted.

    The first one wins where two overlap. Several may share an edit, such as a new import.
    """
    accepted: list[Span] = []
    chosen = []
    for diagnostic in diagnostics:
        spans = _spans(diagnostic.fix, source) if diagnostic.fix is not None else []
        new = [span for span in spans if not _is_in(span, accepted)]
        if spans and _are_apart(spans) and all(_is_free(span, accepted) for span in new):
            for span in new:
                bisect.insort(accepted, span)
            chosen.append(diagnostic)
    return chosen, accepted


def splice(data: bytes, edits: Sequence[Span]) -> bytes:
    """The bytes of a file with ``edits``, which are sorted and do not overlap.

    Raises :class:`UnreadableSource` if the file cannot be put together again from its parts, as in
    encodings where a character depends on the one before.
    """
    body = data.removeprefix(BOM)
    text, encoding = decode(data).text, declared_encoding(data)
    kept, new, wanted, at = [], [], [], 0
    try:
        for start, end, content in [*edits, (len(text), len(text), "")]:
            kept += [text[at:start].encode(encoding), text[start:end].encode(encoding)]
            new += [kept[-2], content.encode(encoding)]
            wanted += [text[at:start], content]
            at = end
    except UnicodeEncodeError:
        raise UnreadableSource(f"{encoding} has no bytes for what would be written") from None
    changed = data[: len(data) - len(body)] + b"".join(new)
    if b"".join(kept) != body or decode(changed).text != "".join(wanted):
        raise UnreadableSource(f"text in {encoding} cannot be changed in part")
    return changed


def _spans(fix: Fix, source: Source) -> list[Span]:
    return sorted(
        (_offset(edit.location, source), _offset(edit.end_location, source), edit.content)
        for edit in fix.edits
    )


def _offset(place: Location, source: Source) -> int:
    return source.line_starts[place.row - 1] + place.column - 1


def _are_apart(spans: Sequence[Span]) -> bool:
    """True if the sorted edits of one fix do not touch each other."""
    return all(a[1] <= b[0] for a, b in pairwise(spans))


def _is_in(span: Span, accepted: Sequence[Span]) -> bool:
    at = bisect.bisect_left(accepted, span)
    return accepted[at : at + 1] == [span]


def _is_free(span: Span, accepted: Sequence[Span]) -> bool:
    """True if none of the accepted edits, which are sorted, touches the same text."""
    at = bisect.bisect_left(accepted, span)
    return not any(_collide(span, other) for other in accepted[max(at - 1, 0) : at + 1])


def _collide(a: Span, b: Span) -> bool:
    """True if two edits touch the same text, or insert at the same place."""
    return a[0] == b[0] or (a[0] < b[1] and b[0] < a[1])
