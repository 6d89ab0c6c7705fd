"""Notebooks: their code cells as one module, with a line before each cell that only wflint reads.

What IPython alone understands (``%magic``, ``!command``, ``name?``) becomes ``pass``, ``None`` or
nothing, so that rows stay what they are. A notebook that is none becomes a comment with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MARK = "#\x1e"
"""Begins the line before each cell; the number of the cell follows. No cell has it in itself."""

_BROKEN = f"{MARK}temporalio "
"""Begins the text of a notebook that cannot be read. By its name it passes the gate."""

_RUN_AS_PYTHON = frozenset({"capture", "debug", "prun", "time", "timeit"})
"""The cell magics whose cell is Python of the notebook."""

_CELL_MAGIC = re.compile(r"\s*%%(\w*)")
_LINE = re.compile(r"([ \t]*)(?:%[A-Za-z]|![^=]|\?+[\w.]|[\w.]+\?{1,2}\s*$)")
_ASSIGNED = re.compile(r"([ \t]*[A-Za-z_][\w., \t]*=[ \t]*)(?:%[A-Za-z]|![^=])")


def is_notebook(path: str) -> bool:
    """True if a file is a notebook, by its name."""
    return path.endswith(".ipynb")


def as_python(data: bytes) -> bytes:
    """Return the code cells of a notebook as a module, in UTF-8."""
    try:
        text = "".join(_module(_parsed(data)))
    except _NoNotebook as reason:
        text = broken(str(reason))
    return text.encode("utf-8", "replace")


def broken(reason: str) -> str:
    """Return what stands for a notebook that cannot be read."""
    return f"{_BROKEN}{reason}\n"


def what_is_wrong(data: bytes) -> str:
    """Return why a notebook cannot be read, by its bytes as a module, or ``""``."""
    text = data.decode("utf-8", "replace")
    return text.removeprefix(_BROKEN).rstrip("\n") if text.startswith(_BROKEN) else ""


def cell_starts(text: str) -> list[tuple[int, int]]:
    """Return the row of the line before each cell of a module, and the number of the cell."""
    return [
        (row, int(line[len(MARK) :]))
        for row, line in enumerate(text.split("\n"), 1)
        if line.startswith(MARK) and line[len(MARK) :].isdecimal()
    ]


class _NoNotebook(Exception):
    pass


def _parsed(data: bytes) -> object:
    import json

    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _NoNotebook("it is not valid UTF-8") from None
    except json.JSONDecodeError as error:
        raise _NoNotebook(f"it is not valid JSON (line {error.lineno})") from None
    except (RecursionError, ValueError):
        raise _NoNotebook("its JSON is nested too deeply, or has too long a number") from None


def _module(notebook: object) -> Iterator[str]:
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise _NoNotebook("it has no cells")
    if not _is_python(notebook):
        return
    for number, cell in enumerate(cells, 1):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            yield f"{MARK}{number}\n"
            yield from (f"{line}\n" for line in _code(_lines(cell.get("source"))))


def _is_python(notebook: object) -> bool:
    """False if a notebook says that it is in another language."""
    value = notebook
    for key in ("metadata", "kernelspec", "language"):
        value = value.get(key) if isinstance(value, dict) else None
    return not isinstance(value, str) or value.lower() == "python"


def _lines(source: object) -> list[str]:
    parts = source if isinstance(source, list) else [source]
    text = "".join(part for part in parts if isinstance(part, str))
    return text.replace("\x1e", " ").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _code(lines: list[str]) -> Iterator[str]:
    first = next((line for line in lines if line.strip()), "")
    magic = _CELL_MAGIC.match(first)
    if magic is not None and magic.group(1) not in _RUN_AS_PYTHON:
        yield from ("" for _ in lines)
        return
    goes_on = False  # a command ends its line with a backslash
    for line in lines:
        known = _CELL_MAGIC.match(line) or _LINE.match(line)
        assigned = _ASSIGNED.match(line)
        if goes_on:
            yield ""
        elif known is not None:
            yield f"{line[: len(line) - len(line.lstrip())]}pass"
        elif assigned is not None:
            yield f"{assigned.group(1)}None"
        else:
            yield line
            continue
        goes_on = line.endswith("\\")
