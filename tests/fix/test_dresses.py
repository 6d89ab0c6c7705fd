"""The fixtures of the fixes once more, with other line ends, indentation and encodings."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fix_cases import Case, cases, fix, project, text_after

PLAIN = [c for c in cases() if c.before.isascii() and b"\r" not in c.before]
Dress = Callable[[bytes], bytes]


def of_windows(data: bytes) -> bytes:
    """A byte order mark, CRLF, and no end of the last line."""
    return codecs.BOM_UTF8 + data.rstrip(b"\n").replace(b"\n", b"\r\n")


def of_old(data: bytes) -> bytes:
    """Another encoding, tabs, and CR."""
    tabbed = re.sub(rb"^(?: {4})+", lambda m: b"\t" * (len(m[0]) // 4), data, flags=re.MULTILINE)
    signed = b"# coding: latin-1, \xe9\n" + tabbed
    return signed.replace(b"\n", b"\r")


DRESSES = (of_windows, of_old)
BOTH = [
    pytest.param(case, dress, id=f"{dress.__name__}-{case.id}", marks=marks)
    for number, case in enumerate(PLAIN)
    for turn, dress in enumerate(DRESSES)
    for marks in ([] if number % 12 == turn * 6 else [pytest.mark.exhaustive],)
]
"""Each case in each dress; by default every sixth case in one of them, in turn."""


@pytest.mark.parametrize(("case", "dress"), BOTH)
def test_the_fix_is_the_same_in_another_dress(case: Case, dress: Dress, tmp_path: Path) -> None:
    file = project(replace(case, before=dress(case.before)), tmp_path)
    after = text_after(fix(file, unsafe=case.kind != "safe"), file)
    assert after == dress(case.after)
