"""Where a first configuration goes, and adding it without touching anything else."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from wflint.config.errors import ConfigError
from wflint.config.find import CONFIG_NAMES, ProjectFinder
from wflint.config.reading import decode, parse
from wflint.system.borders import Border
from wflint.system.disk import read_file

HEAD = "[tool.wflint]\n"


class Place:
    """The file in a folder that a configuration goes to: ``pyproject.toml`` if there is one."""

    def __init__(self, folder: Path, finder: ProjectFinder) -> None:
        if not os.path.isdir(folder):
            raise ConfigError(f"{folder}: there is no such folder")
        if finder.has_config(folder):
            file = finder.find(folder).config_file
            name = file.name if file is not None else "the folder"
            raise ConfigError(
                f"{name} has settings of wflint already; `wflint check --show-settings` shows them"
            )
        self.path = folder / CONFIG_NAMES[-1]
        self.is_new = not os.path.lexists(self.path)
        if self.is_new:
            self.path = folder / CONFIG_NAMES[1]
        self._cwd = finder.cwd

    def whole(self, settings: str) -> str:
        """Return what is to be added: the settings, below the head of their table."""
        return settings if self.is_new else f"{HEAD}{settings}"

    def add(self, text: str) -> None:
        """Add text to the file; raises :class:`ConfigError` if that cannot be done."""
        try:
            if self.is_new:
                decode(parse(text, self.path.name), self.path.name, "")
                with open(self.path, "x", encoding="utf-8", newline="\n") as new:
                    new.write(text)
            else:
                self._append(text)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ConfigError(f"{self.path.name}: cannot be written: {reason}") from None

    def _append(self, text: str) -> None:
        if Border(self.path.parent).leads_out(self.path):
            raise OSError(errno.EXDEV, "a link leads out of the repository")
        before = read_file(self.path)
        newline = "\r\n" if b"\r\n" in before else "\n"
        gap = "" if not before.strip() else "\n" if before.endswith(b"\n") else "\n\n"
        added = (gap + text).replace("\n", newline).encode()
        self._check(before, added)
        with open(self.path, "ab") as stream:
            stream.write(added)

    def _check(self, before: bytes, added: bytes) -> None:
        """Raise if the file as a whole would not be read, as below an inline table ``tool``."""
        name = self.path.name
        parse(before.decode("utf-8", "replace"), name)
        try:
            tool = parse((before + added).decode("utf-8"), name)["tool"]
        except (ConfigError, UnicodeDecodeError):
            tool = None
        if not isinstance(tool, dict):
            raise ConfigError(
                f"{name}: {HEAD.strip()} cannot be added behind the rest; `wflint init --dry-run` "
                "prints what to add"
            )
        decode(tool["wflint"], name, "tool.wflint.")
