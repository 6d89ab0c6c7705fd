"""Checks the current folder twice in one process, without a cache; a script."""

from __future__ import annotations

from wflint.run.check import check
from wflint.run.request import Request

if __name__ == "__main__":
    for _ in range(2):
        check(Request(paths=(".",)))
