"""The file of a baseline: TOML with one finding on each line, sorted, so that it merges well."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from wflint.baseline.entry import Entry, real_path
from wflint.config.errors import ConfigError
from wflint.system.disk import read_file

VERSION = 1
_HEAD = """\
# What wflint has found here and does not report: one finding on each line.
# Written by `wflint check --update-baseline`; see docs/baseline.md of wflint.
"""
_AWKWARD = re.compile(r'["\\]')
_ESCAPED = re.compile(r'["\\]|[^ -~]')
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7})", re.MULTILINE)


class _Line(Struct, forbid_unknown_fields=True):
    """A line of the file. ``ordinal`` only keeps lines apart that are equal otherwise."""

    path: str
    code: str
    statement: str
    function: str = ""
    ordinal: int = 1


class _File(Struct, forbid_unknown_fields=True):
    version: int
    findings: list[_Line]


def read_baseline(path: str, shown: str) -> list[Entry] | None:
    """Return the entries of a baseline, with absolute paths; ``None`` if there is no such file.

    Raises :class:`ConfigError` for anything else that is no baseline.
    """
    try:
        text = read_file(path).decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise ConfigError(f"{shown}: this is not a baseline: it is not valid UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{shown}: the baseline cannot be read: {error.strerror}") from None
    if not text.strip():
        return []
    file = _decoded(text, shown)
    if file.version != VERSION:
        known = f"this wflint knows version {VERSION}"
        raise ConfigError(f"{shown}: a baseline of version {file.version}, but {known}")
    folder = os.path.dirname(real_path(path))
    return [Entry(_placed(f.path, folder), f.function, f.code, f.statement) for f in file.findings]


def _decoded(text: str, shown: str) -> _File:
    import tomli

    try:
        return msgspec.convert(tomli.loads(text), _File)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{shown}: this is not a baseline: {error}") from None
    except (tomli.TOMLDecodeError, RecursionError, ValueError) as error:
        conflict = _CONFLICT.search(text)
        if conflict is not None:
            row = text.count("\n", 0, conflict.start()) + 1
            advice = "keep the lines of both sides, and remove the markers"
            raise ConfigError(f"{shown}:{row}: a merge is not finished; {advice}") from None
        reason = str(error) or "nested too deeply"
        raise ConfigError(f"{shown}: this is not a baseline: invalid TOML: {reason}") from None


def _placed(path: str, folder: str) -> str:
    return os.path.normpath(os.path.join(folder, path.replace("/", os.sep).replace("\0", "?")))


def baseline_text(entries: Iterable[Entry], path: str) -> str:
    """Return the text of a baseline that lies at ``path``, always the same for the same entries."""
    folder = os.path.dirname(real_path(path))
    lines = []
    seen: Counter[Entry] = Counter()
    for entry in sorted(_relative(entry, folder) for entry in entries):
        seen[entry] += 1
        lines.append(f"    {_line(entry, seen[entry])},\n")
    return f"{_HEAD}version = {VERSION}\nfindings = [\n{''.join(lines)}]\n"


def _relative(entry: Entry, folder: str) -> Entry:
    return Entry(relative(entry.path, folder), entry.function, entry.code, entry.statement)


def relative(path: str, folder: str) -> str:
    """Return a path as the baseline in a folder has it; on another drive it stays absolute."""
    try:
        found = os.path.relpath(path, folder)
    except ValueError:
        found = path
    return found.replace(os.sep, "/").encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _line(entry: Entry, ordinal: int) -> str:
    parts = {"path": entry.path, "code": entry.code}
    if entry.function:
        parts["function"] = entry.function
    parts["statement"] = entry.statement
    written = [f"{key} = {_string(value)}" for key, value in parts.items()]
    if ordinal > 1:
        written.append(f"ordinal = {ordinal}")
    return f"{{ {', '.join(written)} }}"


def _string(text: str) -> str:
    """A string of TOML. What is not printable, or turns the text around, is written out."""
    if _AWKWARD.search(text) and "'" not in text and text.isprintable():
        return f"'{text}'"
    return f'"{_ESCAPED.sub(_escaped, text)}"'


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    number = ord(character)
    if 0xD800 <= number <= 0xDFFF:
        return "?"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def gone(path: str) -> bool:
    """True if there is no file at a path any more."""
    return not os.path.lexists(path)
