"""An offset is in the function that stands in no other, whatever lambdas are in its defaults."""

from __future__ import annotations

import pytest

from wflint.cache.fact_cache import Notes
from wflint.files.source import Source
from wflint.project.module import Module
from wflint.project.module_reading import read_module

TEXT = """\
import time

def before(make=lambda: 1, other=lambda: (lambda: 2)):
    return "in before"

class Clock:
    zone = "in no function"

    def now(self):
        def inner():
            return "in now"
        return inner()

later = lambda: "in lambda"
"""


@pytest.mark.parametrize(
    ("word", "qualname"),
    [
        ("import", None),
        ("1, other", "before"),
        ("in before", "before"),
        ("zone", None),
        ("in now", "Clock.now"),
        ("return inner", "Clock.now"),
        ("later", None),
        ("in lambda", "<lambda>#3"),
    ],
)
def test_the_function_at_an_offset(word: str, qualname: str | None) -> None:
    source = Source(TEXT)
    facts, _ = read_module("clock", False, source, Notes())
    head = Module("clock.py", facts, lambda: source).function_at(TEXT.index(word))
    assert (head.qualname if head is not None else None) == qualname
