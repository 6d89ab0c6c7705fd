"""What is kept while values are followed: the largest piece of code is not read again and again."""

from __future__ import annotations

from wflint.latest import Latest


def found_again(latest: Latest[str, str], asked: list[str]) -> list[str]:
    """Return which questions had to be answered again."""
    found: list[str] = []

    def answer(key: str) -> str:
        found.append(key)
        return key

    for key in asked:
        latest.get(key, lambda key=key: answer(key))  # type: ignore[misc]
    return found


def test_the_oldest_answer_goes_first() -> None:
    latest: Latest[str, str] = Latest(lambda: 2)
    assert found_again(latest, ["long", "a", "b", "long"]) == ["long", "a", "b", "long"]


def test_the_largest_answer_stays() -> None:
    latest: Latest[str, str] = Latest(lambda: 2, size=len)
    asked = ["long", "a", "b", "long", "c", "d", "long", "d", "c"]
    assert found_again(latest, asked) == ["long", "a", "b", "c", "d", "c"]


def test_a_larger_answer_takes_the_place_of_the_largest() -> None:
    latest: Latest[str, str] = Latest(lambda: 2, size=len)
    assert found_again(latest, ["long", "longer", "a", "longer", "long"])[-1] == "long"


def test_of_one_answer_nothing_stays() -> None:
    latest: Latest[str, str] = Latest(lambda: 1, size=len)
    assert found_again(latest, ["long", "a", "a", "long"]) == ["long", "a", "long"]


def test_what_goes_is_dropped() -> None:
    dropped: list[str] = []
    latest: Latest[str, str] = Latest(lambda: 2, dropped.append, len)
    found_again(latest, ["long", "a", "b"])
    assert dropped == ["a"]
