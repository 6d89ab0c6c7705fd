"""Reading a file with settings; what is wrong with it is told in one line that names it."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from wflint.config.errors import ConfigError, explain
from wflint.config.settings import Settings
from wflint.config.values import bad_values
from wflint.system.disk import read_file

Table = dict[str, object]


def read(path: Path, cwd: Path) -> Table:
    """The settings in a configuration file, not yet checked."""
    table = parse_file(path, cwd)
    if path.name != "pyproject.toml":
        return table
    tool = table.get("tool", {})
    own = tool.get("wflint", {}) if isinstance(tool, dict) else {}
    if not isinstance(own, dict):
        raise ConfigError(f"{shown_file(path, cwd)}: tool.wflint must be a table")
    return own


def parse_file(path: Path, cwd: Path) -> Table:
    try:
        text = read_file(path).decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{shown_file(path, cwd)}: the file is not valid UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{shown_file(path, cwd)}: {error.strerror}") from None
    return parse(text, shown_file(path, cwd))


def parse(text: str, shown: str) -> Table:
    import tomli

    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        reason = str(error)
        place = re.search(r"\(at line (\d+), column \d+\)", reason)
        row = int(place.group(1)) if place else text.count("\n") + 1
        reason = re.sub(r" \(at (line \d+, column \d+|end of document)\)", "", reason)
        where = shown if shown.startswith("--config") else f"{shown}:{row}"
        raise ConfigError(f"{where}: invalid TOML: {reason}") from None
    except RecursionError:
        raise ConfigError(f"{shown}: invalid TOML: nested too deeply") from None
    except ValueError:
        raise ConfigError(f"{shown}: invalid TOML: a number has too many digits") from None


def decode(table: Table, shown: str, prefix: str) -> Settings:
    """Check a table of settings."""
    try:
        settings = msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{shown}: {explain(table, Settings, prefix) or error}") from None
    for problem in bad_values(settings, prefix):
        raise ConfigError(f"{shown}: {problem}")
    return settings


def shown_file(path: Path, cwd: Path) -> str:
    return path.relative_to(cwd).as_posix() if path.is_relative_to(cwd) else path.as_posix()
