"""Faults of wflint itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from wflint.source import UnreadableSource


class InternalError(Exception):
    """A fault of wflint itself; raised ``from`` the original error.

    ``filename`` is the file that was being read and ``rule`` the rule that looked at it, where
    known.
    """

    def __init__(self, filename: str = "", rule: str = "") -> None:
        super().__init__(filename, rule)
        self.filename = filename
        self.rule = rule


@contextmanager
def blamed_on(filename: str, rule: str = "") -> Iterator[None]:
    """Say where an unexpected error happened: in which file, and in which rule."""
    try:
        yield
    except InternalError as error:
        raise InternalError(error.filename or filename, error.rule or rule) from error.__cause__
    except UnreadableSource:
        raise
    except Exception as error:
        raise InternalError(filename, rule) from error
