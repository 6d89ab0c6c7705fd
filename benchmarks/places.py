"""Says which functions of a program are reached; a script for a process of its own."""

from __future__ import annotations

import json
import os
import sys

from wflint.run.check import check
from wflint.run.program_run import Examined
from wflint.run.request import Request


def reached(folder: str) -> list[tuple[str, str]]:
    """Return the file and the qualified name of each function that is reached, in order."""
    found: dict[tuple[str, str], None] = {}

    def keep(examined: Examined) -> None:
        for node in examined.answer.reached.order:
            found[node.fn.path, node.fn.qualname] = None

    os.chdir(folder)
    check(Request(paths=(".",)), keep)
    return list(found)


if __name__ == "__main__":
    json.dump(reached(sys.argv[1]), sys.stdout)
