"""Patterns with many wildcards match what git says, and try each place of a path once."""

from __future__ import annotations

import random

import pytest
from pathspec import GitIgnoreSpec

from wflint.gitignore.patterns import Patterns
from wflint.gitignore.spec import ignore_spec

HOSTILE = (
    ("x/" + "*a" * 30 + "b", "x/" + "a" * 240 + ".py"),
    ("x/*a*a*a*a*a*a*a*a*a*a*a*ab", "x/" + "a" * 240 + ".py"),
    ("**/" + "a***/" * 12 + "b", "a/" * 29 + "c.py"),
    ("**/a/" * 12 + "b", "a/" * 40 + "c.py"),
    ("x/" + "*" * 200 + "a/", "x/" + "b" * 240 + "/c.py"),
    ("**/" + "*a*/" * 8 + "b", "aaaaaaaa/" * 24 + "c.py"),
)


@pytest.mark.parametrize(("pattern", "path"), HOSTILE)
def test_patterns_with_many_wildcards_come_to_an_end(pattern: str, path: str) -> None:
    """Tried in all ways they would take years."""
    assert not Patterns([pattern]).match_file(path)
    assert not ignore_spec([pattern]).match_file(path)


# Not `[!a]`: pathspec lets it match a slash, git does not.
PARTS = ("*", "*", "?", "a", "b", "ab", "[ab]", "**", "***", r"\*", ".py")


def test_they_match_what_pathspec_alone_matches() -> None:
    chance = random.Random(1)
    for _ in range(3_000):
        names = [
            "".join(chance.choices(PARTS, k=chance.randint(1, 4)))
            for _ in range(chance.randint(1, 4))
        ]
        deep = [chance.choice(("**", name, name)) for name in names]
        pattern = chance.choice(("", "/", "!")) + "/".join(deep) + chance.choice(("", "/"))
        lines = ["*", pattern] if pattern.startswith("!") else [pattern]
        plain, ours = GitIgnoreSpec.from_lines(lines), ignore_spec(lines)
        for _ in range(12):
            path = "/".join(
                "".join(chance.choices(("a", "b", "*", ".py"), k=chance.randint(1, 4)))
                for _ in range(chance.randint(1, 5))
            )
            assert ours.check_file(path).include == plain.check_file(path).include, (pattern, path)
