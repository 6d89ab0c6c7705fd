"""Starts the server on the standard streams."""

from __future__ import annotations

import logging
import os
import sys
from typing import BinaryIO

from wflint.workspace.collecting import collect_rarely

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def serve(log_file: str | None, *, cache: bool = True) -> None:
    """Answer an editor until it says goodbye or goes away.

    Raises :class:`OSError` if there can be no log.
    """
    collect_rarely()
    _log_to(log_file)
    stdin, stdout = _own_streams()
    from wflint.server.features import Server

    Server(cache=cache).start_io(stdin, stdout)


def _log_to(path: str | None) -> None:
    handler: logging.Handler = logging.NullHandler()
    if path is not None:
        handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    logging.basicConfig(level=logging.INFO, format=_FORMAT, handlers=[handler], force=True)
    logging.getLogger("pygls").setLevel(logging.WARNING)


def _own_streams() -> tuple[BinaryIO, BinaryIO]:
    """Return the streams of the protocol. What anything else prints goes to stderr."""
    stdin = os.fdopen(os.dup(0), "rb")
    stdout = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return stdin, stdout
