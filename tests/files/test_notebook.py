"""Notebooks as modules: cells in order, with rows that stay what they are."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest

from tests.notebooks import notebook
from wflint.files.notebook import MARK, cell_starts, what_is_wrong
from wflint.files.notebook_code import as_python


def module(*cells: str, **metadata: Any) -> str:
    """A notebook with code cells, as a module."""
    return as_python(notebook(*cells, **metadata)).decode()


def body(cell: str) -> str:
    """The code of the only cell."""
    mark, _, rest = module(cell).partition("\n")
    assert mark == f"{MARK}2"
    return rest


def test_cells_follow_one_another_and_are_numbered_as_in_the_notebook() -> None:
    text = module("a = 1\nb = 2", "c = 3")
    assert text == f"{MARK}2\na = 1\nb = 2\n{MARK}3\nc = 3\n"
    assert cell_starts(text) == [(1, 2), (4, 3)]


def test_the_source_of_a_cell_may_be_one_text() -> None:
    data = json.dumps({"cells": [{"cell_type": "code", "source": "a = 1\r\nb = 2"}]})
    assert as_python(data.encode()).decode() == f"{MARK}1\na = 1\nb = 2\n"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("%matplotlib inline", "pass"),
        ("if x:\n    %load_ext sql", "if x:\n    pass"),
        ("!pip install temporalio", "pass"),
        ("!ls \\\n  -l \\\n  -a\nx = 1", "pass\n\n\nx = 1"),
        ("Client.connect?", "pass"),
        ("Client??", "pass"),
        ("?Client", "pass"),
        ("files = !ls *.py", "files = None"),
        ("took, out = %timeit -o f()", "took, out = None"),
        ("%%time\nx = 1", "pass\nx = 1"),
        ("%%bash\nls $HOME\nif [ -f x ]", "\n\n"),
        ("%%writefile flow.py\nfrom temporalio import workflow", "\n"),
        ("\n%%sql\nselect 1", "\n\n"),
    ],
)
def test_what_ipython_alone_understands_is_blank(written: str, read: str) -> None:
    assert body(written) == f"{read}\n"
    ast.parse(read)


@pytest.mark.parametrize(
    "written",
    [
        "x = a % b",
        "x = (a\n     % b)",
        "x %= 2",
        "x = (a\n     != b)",
        "x: int = 1",
        'x = "what?"',
        "x = a if b else c  # why?",
        "f(x=1)",
        "await f()",
    ],
)
def test_what_is_python_stays(written: str) -> None:
    assert body(written) == f"{written}\n"


def test_another_language_is_no_python() -> None:
    assert module("x <- 1", kernelspec={"language": "R"}) == ""
    assert module("x = 1", kernelspec={"language": "python"}) != ""


def test_a_cell_cannot_pretend_to_be_another_one() -> None:
    assert cell_starts(module(f"{MARK}77\nx = 1")) == [(1, 2)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is not valid JSON (line 1)"),
        (b'{"cells": [\n  temporalio', "it is not valid JSON (line 2)"),
        (b'{"cells": ["\xff"]}', "it is not valid UTF-8"),
        (b"[" * 100_000, "its JSON is nested too deeply, or has too long a number"),
        (b"9" * 10_000, "its JSON is nested too deeply, or has too long a number"),
        (b"[]", "it has no cells"),
        (b'{"worksheets": []}', "it has no cells"),
        (b'{"cells": {"a": 1}}', "it has no cells"),
    ],
)
def test_what_is_no_notebook_says_why(data: bytes, reason: str) -> None:
    found = as_python(data)
    assert what_is_wrong(found) == reason
    assert ast.parse(found).body == []


@pytest.mark.parametrize(
    "cells",
    [
        [None, 1, "x", []],
        [{"cell_type": "code"}],
        [{"cell_type": "code", "source": 1}],
        [{"cell_type": "code", "source": [1, None, "x = 1"]}],
        [{"cell_type": ["code"], "source": "x"}],
        [{"cell_type": "code", "source": "\ud800 = 1"}],
    ],
)
def test_odd_cells_are_no_fault(cells: list[Any]) -> None:
    found = as_python(json.dumps({"cells": cells, "metadata": []}).encode())
    assert what_is_wrong(found) == ""
