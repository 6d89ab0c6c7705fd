"""The borders of a repository: what it names outside of them is left alone.

A link or a setting of a checked repository may lead anywhere. What it leads to outside is neither
read nor written; what the user names on the command line is another matter.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path


class Border:
    """The border of the repository that ``folder`` is in, or of the folder itself outside of git.

    ``top`` is its path as it was given, with the links that lead to it.
    """

    def __init__(self, folder: Path | str) -> None:
        self.top = str(repository_of(Path(folder)))
        self._real_folders: dict[str, str] = {}

    @cached_property
    def real(self) -> str:
        """The path without links."""
        return os.path.realpath(self.top)

    def leads_out(self, path: Path | str) -> bool:
        """True if a path, which need not exist, is outside once its links are followed."""
        return not is_below(os.path.realpath(path), self.real)

    def folder_leads_out(self, folder: str) -> bool:
        """The same for one of many folders below the top: each part of them is looked at once."""
        return not is_below(self._real_folder(folder), self.real)

    def _real_folder(self, folder: str) -> str:
        unknown: list[str] = []
        while folder not in self._real_folders and is_below(folder, self.top):
            unknown.append(folder)
            folder = os.path.dirname(folder)
        real = self._real_folders.get(folder) or os.path.realpath(folder)
        for below in reversed(unknown):
            is_plain = below != self.top and not os.path.islink(below)
            inside = os.path.join(real, os.path.basename(below))
            real = self._real_folders[below] = inside if is_plain else os.path.realpath(below)
        return real


def repository_of(folder: Path) -> Path:
    """Return the nearest folder with a ``.git`` at or above ``folder``, or ``folder`` itself.

    What lies in a folder that collects unrelated things belongs to no repository around it.
    """
    for candidate in (folder, *folder.parents):
        if collects_unrelated_things(candidate):
            break
        if os.path.exists(candidate / ".git"):
            return candidate
    return folder


def collects_unrelated_things(folder: Path) -> bool:
    """True for the home folder, those of temporary files, and ``/``."""
    homes = {"/home", "/Users", os.path.expanduser("~")}
    named = {str(folder), folder.as_posix().removeprefix(folder.drive)}  # for `C:\Users`
    return folder == folder.parent or not homes.isdisjoint(named) or is_temporary(folder)


def is_temporary(folder: Path) -> bool:
    """True for a folder of temporary files, where others may put theirs as well."""
    known = {os.environ.get(name, "").rstrip("/\\") for name in ("TMPDIR", "TEMP", "TMP")}
    return str(folder) in known | {"/tmp", "/var/tmp", "/private/tmp"}


def link_leads_out(path: Path) -> bool:
    """True for a link that leads out of the repository that it lies in."""
    return os.path.islink(path) and Border(path.parent).leads_out(path)


def is_below(path: str, folder: str) -> bool:
    """True if a path is that of a folder or of something in it; both are taken literally."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def settings_that_lead_out(table: Mapping[str, object], folder: Path) -> Iterator[str]:
    """Yield what is wrong with the paths in the settings of a file that lies in ``folder``."""
    border = Border(folder)
    sources = table.get("src")
    for index, source in enumerate(sources if isinstance(sources, (list, tuple)) else ()):
        if border.leads_out(folder / str(source)):
            yield (
                f"src[{index}] leads out of the repository: {source}; "
                "only the command line may name such a folder: --config 'src = [...]'"
            )
    cache = table.get("cache-dir")
    if isinstance(cache, str) and border.leads_out(folder / cache):
        yield (
            f"cache-dir leads out of the repository: {cache}; "
            "only the command line may name such a folder: --cache-dir, or WFLINT_CACHE_DIR"
        )
    baseline = table.get("baseline")
    if isinstance(baseline, str) and border.leads_out(folder / baseline):
        yield (
            f"baseline leads out of the repository: {baseline}; "
            "only the command line may name such a file: --baseline"
        )
