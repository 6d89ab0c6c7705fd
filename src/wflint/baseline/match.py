"""Holds the findings of a run against those that are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence

from msgspec import Struct

from wflint.baseline.entry import Entry


class Match(Struct):
    """``known`` are the places in the list of findings that were recognised; ``left`` is the rest
    of the entries, sorted."""

    known: set[int]
    left: list[Entry]


def match(
    found: Sequence[Entry],
    entries: Iterable[Entry],
    is_gone: Callable[[str], bool],
    left_before: Iterable[Entry] | None = None,
) -> Match:
    """Recognise findings. Each entry stands for one finding, so none more than that is hidden.

    A finding in a file that is gone may be in another file now. ``left_before`` is given for code
    that wflint itself has just fixed: a fix may have changed the statement of another finding, and
    so the statement does not count for entries, other than those that were left before the fix.
    """
    matching = _Matching(found, entries)
    matching.take(lambda entry: entry)
    gone = {path: is_gone(path) for path in sorted({entry.path for entry in matching.left})}
    matching.take(lambda entry: entry.without_path, lambda entry: gone[entry.path])
    if left_before is not None:
        stale = Counter(left_before)
        matching.left, stale = matching.left - stale, matching.left & stale
        matching.take(lambda entry: entry.without_statement)
        matching.left += stale
    return Match(matching.known, sorted(matching.left.elements()))


class _Matching:
    def __init__(self, found: Sequence[Entry], entries: Iterable[Entry]) -> None:
        self.found = found
        self.known: set[int] = set()
        self.left = Counter(entries)

    def take(
        self,
        key: Callable[[Entry], Hashable],
        counts: Callable[[Entry], bool] = lambda entry: True,
    ) -> None:
        """Recognise what has an entry with the same key among those that are left and count."""
        by_key: dict[Hashable, list[Entry]] = {}
        for entry in sorted(self.left.elements(), reverse=True):
            if counts(entry):
                by_key.setdefault(key(entry), []).append(entry)
        for place, finding in enumerate(self.found):
            same = by_key.get(key(finding)) if by_key and place not in self.known else None
            if same:
                self.known.add(place)
                self.left[same.pop()] -= 1
        self.left = +self.left
