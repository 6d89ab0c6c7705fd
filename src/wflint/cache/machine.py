"""Notes on files that hold in each checkout of them: a fresh clone, a work tree, a container.

They lie in the folder of the user, in a database with a record for each file, its name and its
settings. Several runs may use it at once. Records are sealed like the entries of a program; what is
damaged or cannot be had is as good as none.

Measured with 1,000 records of 15 KB: a file for each takes 0.47 ms of CPU time to write, a record
of SQLite 0.08 ms; to read one takes 0.02 ms either way.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import msgpack

from wflint.cache.folder import CacheFolder
from wflint.cache.packing import unpacked
from wflint.cache.secret import folder_of_user
from wflint.cache.shelf import Page
from wflint.system.hashing import blake2b

if TYPE_CHECKING:
    import sqlite3

NAME = "notes-1.sqlite"
MOST_BYTES = 256 * 1024 * 1024
"""How large all records together may be. Those that were not used for the longest go first."""

MOST_DAYS = 30
"""How long a record is kept that nobody uses."""

_DAY = 24 * 3600
_SEAL = 16
_PATIENCE = 2.0
"""Seconds to wait for another run that is writing."""

_TABLE = """\
CREATE TABLE IF NOT EXISTS notes (
    name BLOB PRIMARY KEY, used INTEGER NOT NULL, size INTEGER NOT NULL, sealed BLOB NOT NULL
)"""


class MachineShelf:
    """The notes of a user. ``about`` is what all of them depend on, ``folder`` seals them."""

    def __init__(self, folder: CacheFolder, about: bytes) -> None:
        self._place = os.path.join(folder_of_user(), NAME)
        self._folder = folder
        self._about = about
        self._connections: dict[int, sqlite3.Connection | None] = {}
        self._today = int(time.time()) // _DAY
        self._last_used: dict[str, int] = {}

    @property
    def writes(self) -> bool:
        """False for a run that must leave nothing behind."""
        return self._folder.writes

    def get(self, key: str) -> Page | None:
        """A page that was kept."""
        name, row = self._name(key), None
        with self._mended():
            connection = self._connection()
            if connection is not None:
                found = connection.execute("SELECT used, sealed FROM notes WHERE name = ?", (name,))
                row = found.fetchone()
        if row is None or not isinstance(row[0], int) or not isinstance(row[1], bytes):
            return None
        seal, body = row[1][:_SEAL], row[1][_SEAL:]
        if seal != self._folder.seal(name.hex(), body):
            return None
        self._last_used[key] = row[0]
        return unpacked(body, Page)

    def put(self, new: Mapping[str, Page], used: Collection[str]) -> None:
        """Keep ``new`` pages, and the day on which others were ``used``."""
        stale = sorted(key for key in used if self._last_used.get(key, self._today) != self._today)
        if not self._folder.writes or not (new or stale):
            return
        with self._mended():
            connection = self._connection() or self._made()
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.execute(_TABLE)
                rows = (self._row(key, page) for key, page in new.items())
                connection.executemany("INSERT OR REPLACE INTO notes VALUES (?, ?, ?, ?)", rows)
                days = ((self._today, self._name(key)) for key in stale)
                connection.executemany("UPDATE notes SET used = ? WHERE name = ?", days)
                _clean_up(connection, self._today)
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _row(self, key: str, page: Page) -> tuple[bytes, int, int, bytes]:
        name, body = self._name(key), msgpack.encode(page)
        return name, self._today, len(body), self._folder.seal(name.hex(), body) + body

    def _name(self, key: str) -> bytes:
        return blake2b(self._about + key.encode(), digest_size=_SEAL).digest()

    # The database.

    def _connection(self) -> sqlite3.Connection | None:
        """The database as this process has opened it; ``None`` if there is none."""
        process = os.getpid()  # a connection must not be used on both sides of a fork
        if process not in self._connections:
            self._connections[process] = None
            if self._exists():
                self._connections[process] = self._open("rw" if self._folder.writes else "ro")
        return self._connections[process]

    def _exists(self) -> bool:
        return os.path.isfile(self._place) and not os.path.islink(self._place)

    def _made(self) -> sqlite3.Connection:
        with suppress(FileExistsError):  # another run was faster, or it is something else
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            os.close(os.open(self._place, flags, 0o600))  # for nobody else to read
        if not self._exists():
            raise FileExistsError(self._place)
        connection = self._connections[os.getpid()] = self._open("rw")
        return connection

    def _open(self, mode: str) -> sqlite3.Connection:
        import sqlite3

        address = f"{Path(self._place).as_uri()}?mode={mode}"
        connection = sqlite3.connect(address, _PATIENCE, isolation_level=None, uri=True)
        connection.execute("PRAGMA synchronous = OFF")  # what a power failure spoils is found again
        return connection

    @contextmanager
    def _mended(self) -> Iterator[None]:
        """Go on without the database if it cannot be had, and remove it if it is damaged."""
        import sqlite3

        try:
            yield
        except OSError:
            self._connections[os.getpid()] = None
        except sqlite3.DatabaseError as error:
            self._connections[os.getpid()] = None
            is_damaged = not isinstance(error, sqlite3.OperationalError)
            if is_damaged and self._folder.writes:
                remove_notes()


def _clean_up(connection: sqlite3.Connection, today: int) -> None:
    """Remove what has not been used for long, once a day, and what is too much."""
    if _number(connection, "PRAGMA user_version") != today:
        connection.execute("DELETE FROM notes WHERE used < ?", (today - MOST_DAYS,))
        connection.execute(f"PRAGMA user_version = {today:d}")
    pages = _number(connection, "PRAGMA page_count") - _number(connection, "PRAGMA freelist_count")
    if pages * _number(connection, "PRAGMA page_size") <= MOST_BYTES:
        return
    left = MOST_BYTES * 3 // 4
    found = connection.execute("SELECT name, size FROM notes ORDER BY used DESC, rowid DESC")
    for name, size in found.fetchall():
        left -= size
        if left < 0:
            connection.execute("DELETE FROM notes WHERE name = ?", (name,))


def _number(connection: sqlite3.Connection, question: str) -> int:
    (number,) = connection.execute(question).fetchone()
    return int(number)


def remove_notes() -> str | None:
    """Remove the notes of the user; gives the place where they were, if there were any."""
    place = os.path.join(folder_of_user(), NAME)
    found = place if os.path.isfile(place) else None
    for name in (f"{place}-journal", place):
        with suppress(OSError):
            os.unlink(name)
    return found
