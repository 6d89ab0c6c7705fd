"""Random edits and renames: nothing old comes back, and nothing new hides."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from wflint.baseline.entry import Entry
from wflint.baseline.match import match

WORDS = st.sampled_from(["a", "b", "c"])
ENTRIES = st.builds(
    Entry,
    path=st.sampled_from(["/x.py", "/y.py", "/z.py"]),
    function=st.sampled_from(["", "f"]),
    code=st.sampled_from(["WFL101", "WFL113"]),
    statement=WORDS,
)
MANY = st.lists(ENTRIES, max_size=12)


def new(found: list[Entry], known: list[Entry], gone: frozenset[str] = frozenset()) -> list[Entry]:
    matched = match(found, known, gone.__contains__)
    return [entry for place, entry in enumerate(found) if place not in matched.known]


@given(MANY, st.randoms())
def test_the_same_findings_are_known_in_any_order(entries: list[Entry], random: object) -> None:
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert new(shuffled, entries) == []
    assert match(shuffled, entries, lambda _: True).left == []


@given(MANY, MANY)
def test_what_is_added_is_new_and_nothing_else(entries: list[Entry], more: list[Entry]) -> None:
    assert Counter(new([*entries, *more], entries)) == Counter(more)


@given(MANY, MANY)
def test_no_more_are_known_than_there_were(entries: list[Entry], found: list[Entry]) -> None:
    matched = match(found, entries, lambda _: True)
    assert len(matched.known) + len(matched.left) == len(entries)


@given(MANY, MANY)
def test_what_is_fixed_is_left_and_makes_no_room(entries: list[Entry], fixed: list[Entry]) -> None:
    rest = Counter(entries) - Counter(fixed)
    matched = match(sorted(rest.elements()), entries, lambda _: False)
    assert len(matched.known) == rest.total()
    assert Counter(matched.left) == Counter(entries) - rest


@given(MANY, st.permutations(["/x.py", "/y.py", "/new.py"]))
def test_renamed_files_keep_what_is_known(entries: list[Entry], names: list[str]) -> None:
    """Of any of the files, to any names that are free."""
    targets = {
        "/x.py": "/1.py",
        "/y.py": "/2.py",
        "/z.py": names[0] if names[0] == "/z.py" else "/z.py",
    }
    moved = [Entry(targets[e.path], e.function, e.code, e.statement) for e in entries]
    assert new(moved, entries, frozenset({"/x.py", "/y.py"})) == []


@given(MANY, MANY)
def test_what_a_fix_changes_stays_known_and_what_was_left_before_does_not(
    entries: list[Entry], stale: list[Entry]
) -> None:
    changed = [Entry(e.path, e.function, e.code, f"fixed {e.statement}") for e in entries]
    matched = match(changed, [*entries, *stale], lambda _: False, left_before=stale)
    assert len(matched.known) == len(entries)
    assert Counter(matched.left) == Counter(stale)
    assert match(changed, stale, lambda _: False, left_before=stale).known == set()
