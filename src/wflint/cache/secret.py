"""A secret of the user, by which a run knows the entries that runs of the same user have written.

A cache lies in the folder of the project, where whoever can change the project can put anything. So
entries are sealed with a random key that lies elsewhere, and that nobody else can read.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from contextlib import suppress

from wflint.system.borders import Border
from wflint.system.disk import read_file

NAME = "secret"
_LENGTH = 32


class NoSecret(Exception):
    """There is no secret that can be relied on; says why, in one line."""


def secret_of_user(border: Border, make: bool = True) -> bytes | None:
    """Return the secret. There is ``None`` before one is made, which ``make`` allows.

    Raises :class:`NoSecret` where others may know or choose it: the repository that is checked,
    which has the ``border``, or other users.
    """
    folder = folder_of_user()
    if not os.path.isabs(folder):
        raise NoSecret("the home folder is not known")
    _must_be_outside(folder, border)
    try:
        secret = _read(folder)
        if secret is None and make:
            _make(folder)
            secret = _read(folder)
    except OSError as error:
        raise NoSecret(f"{error.filename or folder}: {error.strerror or error}") from None
    return secret


def folder_of_user() -> str:
    """The folder for what wflint keeps for the user, where the system has such folders."""
    home = os.path.expanduser("~")
    if os.name == "nt":
        local = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
        return os.path.join(local, "wflint", "Cache")
    usual = ("Library", "Caches") if sys.platform == "darwin" else (".cache",)
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    above = chosen if os.path.isabs(chosen) else os.path.join(home, *usual)
    return os.path.join(above, "wflint")


def _must_be_outside(folder: str, border: Border) -> None:
    """Nothing on the way to the folder may lie in the repository: it could be a link from there."""
    place = folder
    while True:
        if not border.leads_out(place):
            raise NoSecret(f"{folder} lies in the repository that is checked; move XDG_CACHE_HOME")
        place, last = os.path.dirname(place), place
        if place == last:
            return


def _read(folder: str) -> bytes | None:
    """The secret, or ``None`` if there is none yet, or only a part of one."""
    place = os.path.join(folder, NAME)
    try:
        _must_be_own(folder, os.stat(folder), stat.S_IWGRP | stat.S_IWOTH)
        about = os.lstat(place)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(about.st_mode):
        raise NoSecret(f"{place} is not a regular file; remove it")
    _must_be_own(place, about, stat.S_IRWXG | stat.S_IRWXO)
    return read_file(place) if about.st_size == _LENGTH else None


def _must_be_own(place: str, about: os.stat_result, forbidden: int) -> None:
    if os.name == "nt":  # folders of users are closed to others there, and modes say nothing
        return
    if about.st_uid != os.geteuid():
        raise NoSecret(f"{place} belongs to another user")
    if about.st_mode & forbidden:
        raise NoSecret(f"{place} is open to other users; remove it")


def _make(folder: str) -> None:
    """Write a new secret. If several runs do, the last one counts."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    place = os.path.join(folder, NAME)
    beside = f"{place}.{os.getpid():x}{time.monotonic_ns():x}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(beside, flags, 0o600), "wb") as stream:
            stream.write(os.urandom(_LENGTH))
        os.replace(beside, place)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise
