"""The public functions, classes and methods of a standard library, told from its sources alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from wflint.config.environment import Environment
from wflint.facts.ids import Cls
from wflint.facts.model import Decorator, FunctionHead, ModuleFacts, Param
from wflint.inference.resolver import Resolver
from wflint.inference.values import AbstractValue, ClassValue, FunctionValue
from wflint.project.installed import Installed


class Public(NamedTuple):
    """A public name: ``owner`` is the class of a method, ``head`` how it is called.

    Of a class, ``head`` is its constructor, if it has one of its own.
    """

    name: str
    module: str
    owner: str = ""
    head: FunctionHead | None = None

    @property
    def is_property(self) -> bool:
        """True if it is read, not called."""
        decorators = map(_last, self.head.decorators) if self.head is not None else ()
        return any(name in ("property", "cached_property", "setter") for name in decorators)

    def arguments(self, everything: bool) -> str:
        """Arguments for a call: those that it needs, or all that it takes."""
        given = []
        for param in self._params():
            if everything or not param.has_default:
                given += {"positional": ["a"], "keyword": [f"{param.name}=a"]}.get(param.kind, [])
        return ", ".join(given)

    def has_optional(self) -> bool:
        """True if a call may leave something out."""
        return any(param.has_default for param in self._params())

    def _params(self) -> list[Param]:
        params = self.head.params if self.head is not None else ()
        return [param for param in params if param.kind not in ("self", "cls")]


def _last(decorator: Decorator) -> str:
    target = decorator.target
    return target.path[-1] if target.path else target.name


def modules(library: Path, left_out: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The public modules of a library with their files, sorted."""
    for base, folders, files in os.walk(library):
        inside = Path(base).relative_to(library).parts
        if inside and "__init__.py" not in files:
            folders.clear()
            continue
        folders[:] = sorted(f for f in folders if _is_public((*inside, f), left_out))
        for file in sorted(files):
            stem, extension = os.path.splitext(file)
            parts = inside if stem == "__init__" else (*inside, stem)
            if extension == ".py" and parts and _is_public(parts, left_out):
                yield ".".join(parts), os.path.join(base, file)


def _is_public(parts: tuple[str, ...], left_out: frozenset[str]) -> bool:
    last = parts[-1]
    is_name = last.isidentifier() and not last.startswith("_")
    return is_name and last not in ("test", "tests") and ".".join(parts) not in left_out


def followed(library: Path, left_out: frozenset[str]) -> Installed:
    """All modules of a library, private ones too, as packages to be followed."""
    tops = {name.removesuffix(".py") for name in os.listdir(library)}
    packages = [top for top in tops if top.isidentifier() and top not in left_out]
    return Installed(packages, [Environment("", (str(library),))], standard=True)


class Names:
    """Enumerates the public names of modules."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.store = resolver.store

    def of_modules(self, names: list[tuple[str, str]]) -> Iterator[Public]:
        """All public names of the modules, each once, in order."""
        for name, _ in names:
            self.resolver.index.find(name, "/roots.py")
        seen: set[str] = set()
        for module, path in names:
            for public in self._of_module(module, path):
                if public.name not in seen:
                    seen.add(public.name)
                    yield public

    def _of_module(self, module: str, path: str) -> Iterator[Public]:
        facts = self.store.load(path).facts
        for name in sorted(self._names(facts, path)):
            for entity in self.resolver.name(path, name):
                if not self._belongs(entity, name, facts):
                    continue
                if isinstance(entity, FunctionValue):
                    yield Public(f"{module}.{name}", module, "", self.store.head(entity.fn))
                elif isinstance(entity, ClassValue):
                    yield from self._of_class(entity.cls, f"{module}.{name}", module)

    def _names(self, facts: ModuleFacts, path: str) -> set[str]:
        if facts.exports is not None:
            return set(facts.exports)
        names = {name for name in facts.bindings if not name.startswith("_")}
        for star in facts.stars:
            other = self.resolver.index.find(star, path)
            if other is not None and other != path:
                inner = self.store.load(other).facts
                names.update(inner.exports or (n for n in inner.bindings if n[0] != "_"))
        return names

    def _belongs(self, entity: AbstractValue, name: str, facts: ModuleFacts) -> bool:
        """True if a name of a module is the module's own, and not merely imported for its use."""
        if not isinstance(entity, (FunctionValue, ClassValue)):
            return False
        path = entity.fn.path if isinstance(entity, FunctionValue) else entity.cls.path
        home = self.store.load(path).facts.name
        if home == facts.name or name in (facts.exports or ()):
            return True
        if facts.is_package and home.startswith(f"{facts.name}."):
            return True
        return home.lstrip("_").removeprefix("py") == facts.name  # `_pydatetime` of `datetime`

    def _of_class(self, cls: Cls, name: str, module: str) -> Iterator[Public]:
        order, _ = self.resolver.order(cls)
        heads: dict[str, FunctionHead] = {}
        for base in order:
            facts = self.resolver.facts_of(base)
            for head in facts.methods.values() if facts is not None else ():
                heads.setdefault(head.name, head)
        yield Public(name, module, "", heads.get("__init__") or heads.get("__new__"))
        for method, head in sorted(heads.items()):
            if not method.startswith("_"):
                yield Public(f"{name}.{method}", module, name, head)
