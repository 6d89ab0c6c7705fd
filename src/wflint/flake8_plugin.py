"""wflint as a plugin of flake8, which then prints wflint's diagnostics between its own.

flake8 asks its plugins about one file after another, in several processes. wflint looks at a whole
program, so it runs once, when flake8 has read its options and before it starts processes, and
answers from that. Where processes do not inherit memory, each of them reads the result that the
first run left in wflint's cache.
"""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator
from typing import ClassVar

from flake8.exceptions import ExecutionError
from flake8.utils import stdin_get_value

from wflint.config.errors import ConfigError
from wflint.diagnostics import Diagnostic
from wflint.report.look import message_of
from wflint.run.request import Request, Result
from wflint.system.printable import visible

STDIN = "-"


class Plugin:
    """Gives flake8 the diagnostics of one file.

    ``found`` has what the run over all files found, by the real path of the file.
    """

    found: ClassVar[dict[str, list[Diagnostic]]] = {}

    def __init__(self, tree: object, filename: str) -> None:
        """Take what flake8 gives. The tree is not read, but flake8 knows by it what kind we are."""
        self._filename = filename

    @classmethod
    def parse_options(cls, _manager: object, options: Namespace, files: list[str]) -> None:
        """Check the files that flake8 was asked about, unless it wants none of our codes.

        Raises ``ExecutionError``, which flake8 shows as a message, where wflint would exit with 2:
        for a configuration that cannot be used, or a file that cannot be read.
        """
        cls.found = {}
        if _is_wanted(options):
            cls.found = _by_file(_checked(options, files))

    def run(self) -> Iterator[tuple[int, int, str, type]]:
        """Give line (1-based), column (0-based, in characters), text and plugin of each."""
        for diagnostic in self.found.get(os.path.realpath(self._filename), ()):
            place = diagnostic.location
            text = f"{diagnostic.code} {diagnostic.name} {message_of(diagnostic)}"
            yield place.row, place.column - 1, text, type(self)


def _is_wanted(options: Namespace) -> bool:
    """True if flake8 may print some code of wflint."""
    selected = options.select or ()
    return not selected or any(code[:3] == "WFL"[: len(code)] for code in selected)


def _checked(options: Namespace, files: list[str]) -> Result:
    """Return the result of checking files. What cannot be checked ends flake8 with a message."""
    from wflint.run.check import check

    try:
        result = check(_request(options, files))
    except ConfigError as error:
        raise ExecutionError(f"wflint: {visible(str(error))}") from error
    if result.problems:
        raise ExecutionError("\n".join(f"wflint: {visible(line)}" for line in result.problems))
    return result


def _request(options: Namespace, files: list[str]) -> Request:
    if STDIN not in files:
        return Request(paths=tuple(files) or (".",), cache=True)
    name = options.stdin_display_name
    text = stdin_get_value().encode("utf-8", "surrogateescape")
    return Request(paths=(STDIN,), stdin=text, stdin_filename=name, cache=True)


def _by_file(result: Result) -> dict[str, list[Diagnostic]]:
    found: dict[str, list[Diagnostic]] = {}
    for diagnostic in result.diagnostics:
        path = result.paths.get(diagnostic.filename, diagnostic.filename)
        found.setdefault(os.path.realpath(path), []).append(diagnostic)
    return found
