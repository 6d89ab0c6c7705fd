"""The files below a project's root: asked of git where there is git, else found by walking."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from wflint.config.find import CONFIG_NAMES, ConfigError, Project, ProjectFinder
from wflint.gitignore.patterns import Patterns
from wflint.gitignore.spec import ignore_spec
from wflint.system.borders import Border, is_below
from wflint.system.disk import look_of, read_text
from wflint.system.names import native


class Excluded:
    """The exclusions of the settings: those of the root, and in each folder its own."""

    def __init__(self, root: Patterns, below: Iterable[tuple[str, Patterns]]) -> None:
        self._parts = [("", root), *((f"{folder}/", patterns) for folder, patterns in below)]

    def _named(self, path: str) -> Iterator[tuple[Patterns, str]]:
        for start, patterns in self._parts:
            if path.startswith(start):
                yield patterns, path[len(start) :]

    def match_folder(self, path: str) -> bool:
        """True if a folder (``a/b``), or one above it, is left out."""
        return any(patterns.match_folder(name) for patterns, name in self._named(path))

    def match_name(self, path: str) -> bool:
        """True if a file is left out by itself, leaving the folders above it aside."""
        for start, patterns in self._parts:  # written out, because it is asked of all files
            if path.startswith(start) and patterns.match_name(path[len(start) :]):
                return True
        return False

    def match_file(self, path: str) -> bool:
        """True if a file, or a folder above it, is left out."""
        return any(patterns.match_file(name) for patterns, name in self._named(path))


@dataclass
class Listing:
    """The Python files and notebooks below ``root``, as sorted paths relative to it.

    ``configured`` are folders below that have a configuration file of their own, ``apart`` those
    that are programs of their own as well: their files are not listed. These are absolute paths.
    ``seen`` are the names of all files that git or the walk gave, of any kind; ``looks`` says what
    the files, by absolute path, look like from outside, links left out.
    """

    root: str
    excluded: Patterns | Excluded
    files: list[str] = field(default_factory=list)
    configured: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    looks: dict[str, bytes] = field(default_factory=dict)
    seen: dict[str, None] = field(default_factory=dict)

    def paths(self) -> list[str]:
        """The absolute paths of the files."""
        prefix = self._prefix
        return [prefix + native(name) for name in self.files]

    def below(self, folder: str) -> list[str]:
        """The absolute paths of the files below a folder."""
        if folder == self.root:
            return self.paths()
        start = folder.removeprefix(self._prefix).replace(os.sep, "/") + "/"
        prefix = self._prefix
        return [prefix + native(name) for name in self.files if name.startswith(start)]

    def find(self, path: str) -> str | None:
        """The listed path of a file, which may be given by another path to the same file."""
        if path in self._known:
            return path
        same = self.without_links(path)
        return same if same in self._known else self.links.get(os.path.realpath(path))

    def without_links(self, path: str) -> str:
        """The path below the root that leads to the same file or folder without a link."""
        real_prefix = os.path.realpath(self.root).rstrip(os.sep) + os.sep
        return self._prefix + os.path.realpath(path).removeprefix(real_prefix)

    def leaves_out(self, path: str) -> bool:
        """True if the settings or git leave out a file or folder below the root."""
        if not path.startswith(self._prefix):
            return False
        name = path[len(self._prefix) :].replace(os.sep, "/")
        if self.excluded.match_file(name) or self.excluded.match_folder(name):
            return True
        if os.path.isdir(path):
            return not any(seen.startswith(name + "/") for seen in self.seen)
        return os.path.exists(path) and name not in self.seen

    @property
    def _prefix(self) -> str:
        return self.root.rstrip(os.sep) + os.sep

    @cached_property
    def _known(self) -> set[str]:
        return set(self.paths())


def list_project(
    project: Project, folder: Path | None = None, finder: ProjectFinder | None = None
) -> Listing:
    """The Python files of a project, or of one folder of it.

    ``finder`` tells which folders below have settings of their own; without it the configuration
    files alone are asked. A ``folder`` is one that is excluded but was named by the user: it is
    walked without asking git.
    """
    if project.only is not None and folder is None:
        return _list_alone(project, project.only)
    settings = project.settings
    excluded = Patterns([*settings.exclude, *settings.extend_exclude])
    listing = Listing(str(folder or project.root), excluded)
    # A folder that the user names may be a link; what is in it then belongs to where that leads.
    border = Border(os.path.realpath(folder) if folder else project.root)
    names: dict[str, None] | None = None
    if settings.respect_gitignore and folder is None and _in_git(project.root):
        names = _ask_git(listing.root, listing.warnings, border)
    if not names:  # no git, or the root itself is ignored by a repository around it
        names = dict.fromkeys(_walk(listing, settings.respect_gitignore and folder is None))
    if project.discovers and folder is None:
        finder = finder or ProjectFinder(project.root)
        configured = _configured(names, listing, finder)
        names = _without_apart(names, configured, listing, finder)
        listing.configured = [
            f for f in configured if not any(is_below(f, other) for other in listing.apart)
        ]
        listing.excluded = Excluded(excluded, _excluded_below(listing, finder))
    listing.seen = names
    _keep(names, listing, border)
    return listing


def _list_alone(project: Project, only: Path) -> Listing:
    """A file or a package in a folder whose other contents have nothing to do with it."""
    if os.path.isdir(only):
        return list_project(project, only)
    settings = project.settings
    listing = Listing(str(project.root), Patterns([*settings.exclude, *settings.extend_exclude]))
    listing.seen = {only.name: None}
    _keep(listing.seen, listing, Border(project.root))
    return listing


def _keep(names: dict[str, None], listing: Listing, border: Border) -> None:
    """Fill the listing with what is a regular file, not excluded, and not seen before."""
    excludes: dict[str, bool] = {}
    leads_out: dict[str, bool] = {}
    links: list[str] = []
    outside: list[str] = []
    prefix, excluded = listing.root.rstrip(os.sep) + os.sep, listing.excluded
    for name in names:
        if not name.endswith((".py", ".ipynb")):
            continue
        folder = name.rpartition("/")[0]
        if folder not in excludes:
            excludes[folder] = excluded.match_folder(folder)
        if excludes[folder] or excluded.match_name(name):
            continue
        if folder not in leads_out:
            leads_out[folder] = border.folder_leads_out(prefix + native(folder))
        if leads_out[folder]:
            outside.append(name)
            continue
        path = prefix + native(name)
        try:
            about = os.lstat(path)
        except OSError:
            continue  # deleted, but still in git's index
        if stat.S_ISREG(about.st_mode):
            listing.files.append(name)
            listing.looks[path] = look_of(about)
        elif stat.S_ISLNK(about.st_mode) and os.path.isfile(path):
            links.append(name)
    outside += _keep_links(sorted(links), listing, border)
    listing.files.sort()
    if outside:
        more = f" and {len(outside) - 1} more" if outside[1:] else ""
        listing.warnings.append(
            f"{prefix}{min(outside)}{more}: a link leads out of the repository, so this is not "
            "checked; name what it leads to"
        )


def _keep_links(links: list[str], listing: Listing, border: Border) -> list[str]:
    """Add the links to files that are not listed; gives those that lead out of the repository."""
    prefix = listing.root.rstrip(os.sep) + os.sep
    real_prefix = os.path.realpath(listing.root).rstrip(os.sep) + os.sep
    regular = set(listing.files)
    outside = []
    for name in links:
        real = os.path.realpath(prefix + native(name))
        target = real.removeprefix(real_prefix).replace(os.sep, "/")
        if border.leads_out(real):
            outside.append(name)
        elif target not in regular and real not in listing.links:
            listing.links[real] = prefix + native(name)
            listing.files.append(name)
    return outside


def _configured(names: dict[str, None], listing: Listing, finder: ProjectFinder) -> list[str]:
    """The folders below the root that have a configuration file of their own, outermost first."""
    candidates = {
        name.rpartition("/")[0]
        for name in names
        if name.endswith(CONFIG_NAMES) and name.rpartition("/")[2] in CONFIG_NAMES
    }
    prefix = listing.root.rstrip(os.sep) + os.sep
    return [
        prefix + native(folder)
        for folder in sorted(candidates - {""})
        if not listing.excluded.match_folder(folder)
        and _has_settings(Path(listing.root, folder), finder)
    ]


def _without_apart(
    names: dict[str, None], configured: list[str], listing: Listing, finder: ProjectFinder
) -> dict[str, None]:
    """Leave out folders that are programs of their own: outside of git, below no settings."""
    for folder in configured:
        inside = any(is_below(folder, other) for other in listing.apart)
        if not inside and str(finder.program_root(Path(folder))) == folder:
            listing.apart.append(folder)
    if not listing.apart:
        return names
    prefix = listing.root.rstrip(os.sep) + os.sep
    starts = tuple(f.removeprefix(prefix).replace(os.sep, "/") + "/" for f in listing.apart)
    return {name: None for name in names if not name.startswith(starts)}


def _excluded_below(listing: Listing, finder: ProjectFinder) -> Iterator[tuple[str, Patterns]]:
    """Yield what the configuration files below the root exclude in their folders."""
    prefix = listing.root.rstrip(os.sep) + os.sep
    for folder in listing.configured:
        try:
            settings = finder.find(Path(folder)).settings
        except ConfigError:
            continue
        name = folder.removeprefix(prefix).replace(os.sep, "/")
        yield name, Patterns([*settings.exclude, *settings.extend_exclude])


def _has_settings(folder: Path, finder: ProjectFinder) -> bool:
    try:
        return finder.has_config(folder)
    except ConfigError:
        return True  # it will be named when the settings are read


def _in_git(folder: Path) -> bool:
    return any(os.path.exists(candidate / ".git") for candidate in (folder, *folder.parents))


def _ask_git(root: str, warnings: list[str], border: Border) -> dict[str, None] | None:
    """Return what git tracks or would track below a folder, or ``None`` if git cannot say."""
    names = _names_by_git(root, warnings, border)
    inner = _repositories_inside(root, names) if names is not None else []
    for folder in inner:  # the list grows
        place = os.path.join(root, native(folder))
        more = _names_by_git(place, warnings, border)
        if names is not None and more is not None:
            names.update(dict.fromkeys(f"{folder}/{name}" for name in more))
            inner += [f"{folder}/{name}" for name in _repositories_inside(place, more)]
    return names


def _names_by_git(root: str, warnings: list[str], border: Border) -> dict[str, None] | None:
    from wflint.system.subprocesses import ask_git

    command = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    done = ask_git(command, root, border)
    if done is None or done.returncode != 0:
        return None
    for line in done.stderr.decode("utf-8", "replace").splitlines():
        if "could not open directory" in line:
            warnings.append(line.removeprefix("warning: "))
    return dict.fromkeys(filter(None, os.fsdecode(done.stdout).split("\0")))


def _repositories_inside(root: str, names: dict[str, None]) -> list[str]:
    """Submodules and other repositories: git lists the folder, but not what is in it.

    Git refuses a submodule whose path leads elsewhere, and so does this.
    """
    found = [name.rstrip("/") for name in names if name.endswith("/")]
    if ".gitmodules" in names:
        text = _read_unlinked(os.path.join(root, ".gitmodules"))
        found += re.findall(r"^[ \t]*path[ \t]*=[ \t]*(\S.*)$", text, re.MULTILINE)
    found = list(dict.fromkeys(name.rstrip() for name in found))
    return [name for name in found if _is_repository_in(root, name)]


def _read_unlinked(path: str) -> str:
    """The text of one of git's own files, which git does not read through a link."""
    try:
        return "" if os.path.islink(path) else read_text(path)
    except OSError:
        return ""


def _is_repository_in(root: str, name: str) -> bool:
    if os.path.isabs(name) or not {"", ".", ".."}.isdisjoint(re.split(r"[/\\]", name)):
        return False
    inside = os.path.join(os.path.realpath(root), native(name))
    return os.path.realpath(inside) == inside and os.path.exists(os.path.join(inside, ".git"))


def _walk(listing: Listing, gitignore: bool) -> Iterator[str]:
    """Every file below the root, without following links to folders."""
    prefix = listing.root.rstrip(os.sep) + os.sep
    stack: list[tuple[str, tuple[Ignore, ...]]] = [("", ())]
    while stack:
        folder, ignores = stack.pop()
        try:
            with os.scandir(prefix + folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            listing.warnings.append(f"cannot read the folder {prefix + folder}: {error.strerror}")
            continue
        if gitignore and any(entry.name == ".gitignore" for entry in entries):
            ignores = (*ignores, _ignore(prefix, folder))
        for entry in entries:
            name = f"{folder}/{entry.name}" if folder else entry.name
            is_folder = entry.is_dir(follow_symlinks=False)
            if _is_ignored(name, is_folder, ignores):
                continue
            if not is_folder:
                yield name
            elif not listing.excluded.match_folder(name):
                stack.append((name, ignores))


Ignore = Callable[[str, bool], "bool | None"]


def _ignore(prefix: str, folder: str) -> Ignore:
    """Return what a folder's ``.gitignore`` says of paths: ignored, not ignored, or nothing."""
    text = _read_unlinked(os.path.join(prefix, folder, ".gitignore"))
    lines = text.removeprefix("\ufeff").split("\n")
    spec = ignore_spec(line.removesuffix("\r") for line in lines)
    skip = len(folder) + 1 if folder else 0

    def answer(name: str, is_folder: bool) -> bool | None:
        return spec.check_file(name[skip:] + ("/" if is_folder else "")).include

    return answer


def _is_ignored(name: str, is_folder: bool, ignores: tuple[Ignore, ...]) -> bool:
    for ignore in reversed(ignores):
        answer = ignore(name, is_folder)
        if answer is not None:
            return answer
    return False
