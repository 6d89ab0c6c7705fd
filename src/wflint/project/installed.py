"""Installed packages whose source is followed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from wflint.config.environment import Environment
from wflint.project.folders import Folders, is_namespace
from wflint.system.borders import is_below


class Installed:
    """Finds the modules of ``packages`` (import names, maybe dotted) in ``environments``.

    All modules of a package come from one environment: the first that has it and serves the file
    that imports it. ``standard`` says that modules of the standard library may be among them:
    ordinary runs know those from tables.
    """

    def __init__(
        self,
        packages: Iterable[str] = (),
        environments: Sequence[Environment] = (),
        standard: bool = False,
    ) -> None:
        self.standard = standard
        self.folders = Folders()
        self._environments = environments
        self._homes: dict[str, list[Environment]] = {}
        self.missing: list[str] = []
        for package in sorted(set(packages)):
            found = [e for e in environments if self._look(package, e) is not None]
            if found:
                self._homes[package] = found
            else:
                self.missing.append(package)

    @property
    def tops(self) -> frozenset[str]:
        """The first words of the packages."""
        return frozenset(package.partition(".")[0] for package in self._homes)

    def package_of(self, name: str) -> str:
        """The followed package that a module belongs to, or ``""``."""
        owners = [p for p in self._homes if name == p or name.startswith(f"{p}.")]
        return max(owners, key=len, default="")

    def home_of(self, importer: str) -> str:
        """The name of the environment that a file looks packages up in first."""
        nearest = self._nearest(self._environments, importer)
        return nearest.name if nearest is not None else ""

    def _nearest(self, environments: Sequence[Environment], importer: str) -> Environment | None:
        """The environment that an importing file is in, else the nearest that serves it."""
        for one in environments:
            if any(is_below(importer, folder) for folder in one.folders):
                return one
        serving = [e for e in environments if not e.serves or is_below(importer, e.serves)]
        return max(serving or environments, key=lambda e: len(e.serves), default=None)

    def find(self, name: str, importer: str = "") -> str | None:
        """The file of a module of one of the packages, or of a package that holds one of them."""
        homes = self._homes
        package = self.package_of(name)
        if not package:
            package = min((p for p in homes if p.startswith(f"{name}.")), default="")
        home = self._nearest(homes[package], importer) if package else None
        return self._look(name, home) if home is not None else None

    def _look(self, name: str, environment: Environment) -> str | None:
        parts = name.split(".")
        if not all(parts):
            return None
        namespace = None
        for folder in environment.folders:
            path = self.folders.module(folder, parts)
            if path is not None and not is_namespace(path):
                return path
            namespace = namespace or path
        return self._look_mapped(parts, environment.mapped) or namespace

    def _look_mapped(self, parts: list[str], mapped: dict[str, str]) -> str | None:
        """A module in a package that an editable install maps to a folder elsewhere."""
        for length in range(len(parts), 0, -1):
            target = mapped.get(".".join(parts[:length]))
            if target is None:
                continue
            if os.path.basename(target) == "__init__.py":
                target = os.path.dirname(target)
            folder, last = os.path.split(target.removesuffix(".py"))
            return self.folders.module(folder, [last, *parts[length:]])
        return self._namespace_around(".".join(parts), mapped)

    def _namespace_around(self, name: str, mapped: dict[str, str]) -> str | None:
        """The folder of a package that holds a mapped one."""
        for inner in sorted(mapped):
            if inner.startswith(f"{name}."):
                folder = mapped[inner]
                for _ in range(inner.count(".") - name.count(".")):
                    folder = os.path.dirname(folder)
                return self.folders.module(os.path.dirname(folder), [os.path.basename(folder)])
        return None
