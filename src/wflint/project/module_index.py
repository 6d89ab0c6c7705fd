"""Dotted module names and the files behind them.

A name is first-party when a file of the project stands behind the whole of it, as Python's import
system would find it from the importing file. Of installed packages only those are looked at that
are to be followed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from functools import cached_property

from wflint.project.folders import MARKERS, Folders, is_namespace, names_in
from wflint.project.installed import Installed
from wflint.standard_library import STANDARD_MODULES
from wflint.system.borders import Border, is_below

ALWAYS_EXTERNAL = frozenset({"temporalio"})
"""Packages that are external even in their own repository: they define what workflow code is."""


class ModuleIndex:
    """Finds modules on disk. All paths are absolute strings without symbolic links.

    ``libraries`` are well-known packages: a namesake inside a package (`providers/openai.py`) or
    elsewhere in the project (a fake for tests, a folder of integrations) is not taken for one of
    them, unless it is a distribution of its own.
    ``installed`` are packages that are followed although they are not the project's. ``links`` has
    the real paths of found files that the project does not list. ``outside`` are modules that were
    found through a link that leads out of the repository: they are not the project's. ``names``
    gives the names in a folder.
    """

    def __init__(
        self,
        root: str,
        src: Iterable[str],
        files: Iterable[str],
        libraries: frozenset[str] = frozenset(),
        installed: Installed | None = None,
        names: Callable[[str], frozenset[str]] = names_in,
    ) -> None:
        self.root = root
        self.src = list(src)
        self.installed = installed or Installed()
        self.libraries = libraries | self.installed.tops
        self._followed: dict[str, tuple[str, bool]] = {}
        self.links: dict[str, str] = {}
        self.outside: dict[str, None] = {}
        self._homes = [Border(root).real, *map(os.path.realpath, self.src)]
        self._folders = Folders(self._leads_out, names)
        self._listing = self._folders.listing
        self._roots: dict[str, tuple[list[str], list[str], list[str]]] = {}
        self._found: dict[tuple[str, str], str | None] = {}
        self._names: dict[str, tuple[str, bool]] = {}
        self._files = frozenset(files)
        self._package_roots = self._find_package_roots(files)

    def _find_package_roots(self, files: Iterable[str]) -> list[str]:
        """Folders that hold top-level packages and modules.

        They are known by the `__init__.py` files of the project, or by their name: `src`.
        """
        files = list(files)
        packages = {os.path.dirname(f) for f in files if os.path.basename(f) == "__init__.py"}
        roots = {os.path.dirname(p) for p in packages if os.path.dirname(p) not in packages}
        for folder in {os.path.dirname(f) for f in files}:
            roots.update(r for r in _src_folders(folder, self.root) if r not in packages)
        return sorted(roots)

    def sources_of(self, files: Iterable[str]) -> list[str]:
        """Return the folders below the root that the dotted names of ``files`` start from."""
        tops = {self._top(os.path.dirname(path)) for path in files}
        return sorted(top for top in tops if top != self.root and is_below(top, self.root))

    def is_hidden(self, path: str) -> bool:
        """True if a package beside a module has its name: Python imports that, and never the file.

        A package without ``__init__.py`` gives way to the module.
        """
        folder, file = os.path.split(path)
        name = file.removesuffix(".py")
        if name not in self._listing(folder):
            return False
        return "__init__.py" in self._listing(os.path.join(folder, name))

    def package_around(self, path: str, depth: int, name: str) -> str | None:
        """Return the package ``name`` that is ``depth`` above the module in a file.

        It is ``None`` where the folder there has another name, as behind a link.
        """
        is_package = is_namespace(path) or os.path.basename(path) == "__init__.py"
        folder = path if is_namespace(path) else os.path.dirname(path)
        for _ in range(depth if is_package else depth - 1):
            folder = os.path.dirname(folder)
        if os.path.basename(folder) != name.rpartition(".")[2]:
            return None
        init = os.path.join(folder, "__init__.py")
        return self._as_listed(init) if "__init__.py" in self._listing(folder) else folder

    def name_of(self, path: str) -> tuple[str, bool]:
        """The dotted name of a file as its own project would import it, and if it is a package."""
        known = self._followed.get(path) or self._names.get(path)
        if known is None:
            known = self._names[path] = self._name_of(path)
        return known

    def _name_of(self, path: str) -> tuple[str, bool]:
        folder, file = os.path.split(path)
        is_package = file == "__init__.py"
        parts = [] if is_package else [file.removesuffix(".py")]
        top = self._top(folder)
        inside = os.path.relpath(folder, top)
        if inside != ".":
            parts = inside.split(os.sep) + parts
        return ".".join(parts), is_package

    def _top(self, folder: str) -> str:
        """The folder that a file's dotted name starts below."""
        top = folder
        while "__init__.py" in self._listing(top):
            parent = os.path.dirname(top)
            if parent == top:
                break
            top = parent
        if top != folder:
            return top
        known = [r for r in (*self.src, self.root) if is_below(folder, r)]
        deepest = max(known, key=len, default=folder)
        ancestor = folder
        while is_below(ancestor, deepest) and ancestor != deepest:
            if os.path.basename(ancestor) == "src":
                return ancestor
            ancestor = os.path.dirname(ancestor)
        return deepest

    def _search_path(self, folder: str) -> tuple[list[str], list[str], list[str]]:
        """Return where imports of a file in ``folder`` are looked for: surely, and perhaps.

        The other lists hold places that are on the path in usual set-ups: the folders above and
        their ``src`` folders; the folders of the other packages of the project, nearest first.
        """
        known = self._roots.get(folder)
        if known is not None:
            return known
        sure: list[str] = []
        if "__init__.py" not in self._listing(folder):
            sure.append(folder)
        sure.append(self._top(folder))
        sure += self.src
        more: list[str] = []
        ancestor = folder
        while True:
            if "src" in self._listing(ancestor):
                more.append(os.path.join(ancestor, "src"))
            more.append(ancestor)
            parent = os.path.dirname(ancestor)
            if ancestor == self.root or parent == ancestor or not is_below(folder, self.root):
                break
            ancestor = parent
        sure = _unique(sure)
        more = [r for r in _unique(more) if r not in sure]
        others = [r for r in self._package_roots if r not in sure and r not in more]
        others.sort(key=lambda r: (-_shared(r, folder), r))
        result = self._roots[folder] = (sure, more, others)
        return result

    def find(self, name: str, importer: str) -> str | None:
        """The file of module ``name`` as seen from the file ``importer``; ``None``: not ours.

        For a package without ``__init__.py`` that is its folder.
        """
        folder = "" if importer in self._followed else os.path.dirname(importer)
        key = (folder or self.installed.home_of(importer), name)
        if key not in self._found:
            own = self._inside(self._as_listed(self._find(name, folder))) if folder else None
            is_sure = own is not None and not is_namespace(own)
            self._found[key] = (
                own if is_sure else self._find_installed(name, folder, importer) or own
            )
        found = self._found[key]
        if found == importer and self._is_wrapper(importer, name):
            return self._find_installed(name, folder, importer)
        return found

    def _is_wrapper(self, path: str, name: str) -> bool:
        """Whether a module of a package has the name of the library when it imports that name.

        No module imports itself: in `payments/acme.py`, `import acme` is another one.
        """
        return os.path.basename(path) != "__init__.py" and name != self.name_of(path)[0]

    def _find_installed(self, name: str, folder: str, importer: str) -> str | None:
        """A module of a followed package; it may turn out to be a file of the project."""
        top = name.partition(".")[0]
        if top in ALWAYS_EXTERNAL:
            return None
        if top in STANDARD_MODULES and not self.installed.standard:
            return None
        path = self._as_listed(self.installed.find(name, importer))
        if path is None or path in self._files:
            return path
        if folder and self._is_inside_own(name, folder):
            return None
        is_package = is_namespace(path) or os.path.basename(path) == "__init__.py"
        self._followed[path] = (name, is_package)
        return path

    def _is_inside_own(self, name: str, folder: str) -> bool:
        """True if a package of the project is in the way: it has no module of that name."""
        ends = [place for place, letter in enumerate(name) if letter == "."]
        above = (self._find(name[:end], folder) for end in ends)
        return any(path is not None and not is_namespace(path) for path in above)

    @cached_property
    def words(self) -> frozenset[str]:
        """The names of the project's files and folders: a module of such a name may be its own.

        Those of well-known packages are left out.
        """
        found: set[str] = set()
        for folder in {os.path.dirname(path) for path in self._files}:
            found.update(os.path.relpath(folder, self.root).split(os.sep))
        found.update(os.path.basename(path).removesuffix(".py") for path in self._files)
        return frozenset(found - self.libraries)

    def names_in(self, folder: str) -> frozenset[str]:
        """The names in a folder; see :func:`wflint.project.folders.names_in`."""
        return self._listing(folder)

    @property
    def listings(self) -> dict[str, frozenset[str]]:
        """Return the names seen in all the folders that were looked at."""
        return {**self.installed.folders.listings, **self._folders.listings}

    def is_followed(self, path: str) -> bool:
        """True if a file belongs to an installed package that is followed."""
        return path in self._followed

    def package_of(self, path: str) -> str:
        """The followed package that a file belongs to, by the name in the settings."""
        name, _ = self._followed[path]
        return self.installed.package_of(name) or name

    def short_path(self, path: str) -> str:
        """A file of a followed package as its package has it: `acme_common/clock.py`."""
        name, is_package = self._followed[path]
        return name.replace(".", "/") + ("/__init__.py" if is_package else ".py")

    def _as_listed(self, path: str | None) -> str | None:
        """The path that the project lists a file by, which may be found through a link as well."""
        if path is None or path in self._files:
            return path
        real = self.real_path(path)
        return real if real in self._files else path

    def _inside(self, path: str | None) -> str | None:
        """A path that does not lead out of the repository and of what the user has named."""
        if path is None or path in self._files:
            return path
        if not self._leads_out(path):
            return path
        self.outside[path] = None
        return None

    def _leads_out(self, path: str) -> bool:
        real = self.real_path(path)
        return not any(is_below(real, home) for home in self._homes)

    def real_path(self, path: str) -> str:
        """Return where a path leads that the project does not list."""
        if path not in self.links:
            self.links[path] = os.path.realpath(path)
        return self.links[path]

    def _find(self, name: str, folder: str) -> str | None:
        parts = name.split(".")
        top = parts[0]
        if not all(parts) or top in ALWAYS_EXTERNAL or top in sys.builtin_module_names:
            return None
        sure, more, others = self._search_path(folder)
        if top in STANDARD_MODULES:
            # Python takes a standard module unless a regular one stands before it on the path.
            found = (self._folders.module(r, parts) for r in sure)
            return next((p for p in found if p is not None and not is_namespace(p)), None)
        namespace = None
        if top in self.libraries:
            more = [r for r in more if "__init__.py" not in self._listing(r)]
            others = [r for r in others if self._is_distributed(r)]
        for root in (*sure, *more, *others):
            path = self._folders.module(root, parts)
            if path is not None and not is_namespace(path):
                return path
            namespace = namespace or path
        return namespace

    def distribution_of(self, path: str) -> str:
        """Return the folder of a file's distribution: the nearest one, or the root."""
        folder = os.path.dirname(path)
        while len(folder) > len(self.root) and self._listing(folder).isdisjoint(MARKERS):
            folder = os.path.dirname(folder)
        return folder

    def _is_distributed(self, root: str) -> bool:
        """True if a folder of packages, or the one around it, has a packaging file."""
        folders = (root, os.path.dirname(root)) if os.path.basename(root) == "src" else (root,)
        return any(not self._listing(f).isdisjoint(MARKERS) for f in folders)


def _src_folders(folder: str, root: str) -> list[str]:
    """The folders called ``src`` among a folder and those above it, inside ``root``."""
    parts = folder.split(os.sep)
    found = [os.sep.join(parts[: n + 1]) for n, part in enumerate(parts) if part == "src"]
    return [f for f in found if is_below(f, root)]


def _shared(a: str, b: str) -> int:
    """Return how many leading folders two paths share."""
    count = 0
    for x, y in zip(a.split(os.sep), b.split(os.sep), strict=False):
        if x != y:
            break
        count += 1
    return count


def _unique(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))
