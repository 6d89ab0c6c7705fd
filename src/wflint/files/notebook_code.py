"""The code cells of a notebook as Python, as far as Python understands them.

What IPython alone understands (``%magic``, ``!command``, ``name?``) becomes ``pass``, ``None`` or
nothing, so that rows stay what they are. A notebook that is none becomes a comment with the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from wflint.files.notebook import MARK, broken

_RUN_AS_PYTHON = frozenset({"capture", "debug", "prun", "time", "timeit"})
"""The cell magics whose cell is Python of the notebook."""

_CELL_MAGIC = re.compile(r"\s*%%(\w*)")
_LINE = re.compile(r"([ \t]*)(?:%[A-Za-z]|![^=]|\?+[\w.]|[\w.]+\?{1,2}\s*$)")
_ASSIGNED = re.compile(r"([ \t]*[A-Za-z_][\w., \t]*=[ \t]*)(?:%[A-Za-z]|![^=])")


def as_python(data: bytes) -> bytes:
    """Return the code cells of a notebook as a module, in UTF-8."""
    try:
        text = "".join(_module(_parsed(data)))
    except _NoNotebook as reason:
        text = broken(str(reason))
    return text.encode("utf-8", "replace")


class _NoNotebook(Exception):
    pass


def _parsed(data: bytes) -> object:
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
