"""Notebooks: their code cells are one module, with a line before each cell that only wflint reads.

``notebook_code`` makes the module; a notebook that is none becomes a comment with the reason.
"""

from __future__ import annotations

MARK = "#\x1e"
"""Begins the line before each cell; the number of the cell follows. No cell has it in itself."""

_BROKEN = f"{MARK}temporalio "
"""Begins the text of a notebook that cannot be read. By its name it passes the gate."""


def is_notebook(path: str) -> bool:
    """True if a file is a notebook, by its name."""
    return path.endswith(".ipynb")


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
