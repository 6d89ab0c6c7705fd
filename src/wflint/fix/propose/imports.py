"""Imports as a service: a repair asks for a module or name and gets what to write for it."""

from __future__ import annotations

import ast
import re
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from wflint.facts.frames import Entry
from wflint.facts.model import Binding, BindingKind, Kind, ValueType
from wflint.files.source import UnreadableSource
from wflint.fix.propose.bound_names import bound_names, is_none_besides
from wflint.fix.propose.hard_imports import lacked, needs
from wflint.fix.propose.import_block import new_import
from wflint.fix.propose.piece import PieceText
from wflint.latest import Latest
from wflint.project.module import Module
from wflint.rule.fix import TextEdit, Withheld
from wflint.standard_library import STANDARD_MODULES
from wflint.syntax.guard import NewerSyntax, parse

if TYPE_CHECKING:
    from wflint.fix.propose.surroundings import Surroundings

_SDK = re.compile(r"(?:from|import)\s+temporalio\b")


class Imports:
    """The imports of one module, and what it would take to import more.

    ``lacks_sdk`` is set where the project can be used without ``temporalio``. ``trees`` are those
    of the modules that were asked about last.
    """

    _around: Surroundings

    def __init__(self, module: Module, lacks_sdk: bool, trees: Latest[str, ast.Module]) -> None:
        self.module = module
        self._own: frozenset[str] | None = None  # the project's modules among those imported
        self._lacks_sdk = lacks_sdk
        self._trees = trees
        self._bound_names: dict[str, list[str]] = {}

    def serve(self, around: Surroundings) -> None:
        """Answer from now on for a repair that knows the program ``around`` it."""
        self._around = around
        self._own = None

    def name_for(self, target: str, piece: PieceText, entry: Entry) -> tuple[str, list[TextEdit]]:
        """Return what to write for ``target`` at a place, and the import that it takes, if any.

        ``target`` is a dotted name: a module (``temporalio.workflow``, ``asyncio``) or something in
        one (``datetime.timedelta``). Raises :class:`Withheld` where every way of writing it is
        taken for something else.
        """
        if target not in self._bound_names:
            self._bound_names[target] = self._find_bound(target)
        for name in self._bound_names[target]:
            if self._means(name, target, piece, entry):
                return name, []
        for statement, name, stands_for in _ways_to_import(target):
            root = name.partition(".")[0]
            if self.is_free(root, stands_for) and self._reaches(root, piece, entry):
                return name, [self.insertion(statement, piece.span(entry.node)[0])]
        raise Withheld(f"`{target}` cannot be imported there under a name that is free")

    def _find_bound(self, target: str) -> list[str]:
        """Return what the module's imports allow to write for ``target``, its own name first."""
        package, _, last = target.rpartition(".")
        found: list[str] = []
        for name in self.module.facts.bindings:
            if self._stands_for(name, target):
                found.append(name)
            elif package in STANDARD_MODULES and self._stands_for(name, package):
                found.append(f"{name}.{last}")
        root = target.partition(".")[0]
        if "." in target and self._stands_for(root, root) and self._imports_plainly(target):
            found.append(target)
        return sorted(found, key=lambda name: (name.count("."), name != last, len(name), name))

    def _stands_for(self, name: str, target: str) -> bool:
        """True if a module-level name is an import of ``target`` and nothing else.

        It may be ``None`` where the import fails: then no workflow runs either.
        """
        bindings = [b for b in self.module.facts.bindings.get(name, ()) if not b.typed]
        if any(b.what is not BindingKind.IMPORT and not _is_none(b) for b in bindings):
            return False
        only_imports = all(b.what is BindingKind.IMPORT for b in bindings)
        if only_imports and name in (self._bound or ()) and not self._is_none_besides(name):
            return False  # by a loop, for instance
        return {b.target for b in bindings if b.what is BindingKind.IMPORT} == {target}

    def _is_none_besides(self, name: str) -> bool:
        """True if a name is ``None`` where the SDK is missing, and no other thing."""
        if not any(b.with_sdk for b in self.module.facts.bindings.get(name, ())):
            return False
        try:
            return is_none_besides(self.tree(), name)
        except Withheld:
            return False

    def _imports_plainly(self, module: str) -> bool:
        """True if there is an ``import module`` that does not only serve type checkers."""
        facts = self.module.facts.imports
        return any(f.module == module and not f.names and not f.typed for f in facts)

    def _means(self, name: str, target: str, piece: PieceText, entry: Entry) -> bool:
        """True if ``name`` is not hidden by something local where it would be written."""
        root = name.partition(".")[0]
        ref = piece.reader.refs.ref(cst.Name(root), entry.state.scope)
        if ref.kind is Kind.GLOBAL and not ref.path:
            return ref.name == root
        written = ".".join((ref.name, *ref.path, *name.split(".")[1:]))
        return ref.kind is Kind.IMPORT and written == target

    def _reaches(self, root: str, piece: PieceText, entry: Entry) -> bool:
        """True if a module-level ``root`` would be seen at a place."""
        ref = piece.reader.refs.ref(cst.Name(root), entry.state.scope)
        return ref.kind is Kind.GLOBAL and ref.name == root and not ref.path

    def is_free(self, name: str, target: str) -> bool:
        """True if the module may import ``target`` as ``name``: nothing else has that name."""
        if self.module.facts.stars or self._bound is None or name in self._bound:
            return False  # who knows what a star binds
        bindings = self.module.facts.bindings.get(name, ())
        return all(b.what is BindingKind.IMPORT and b.target == target for b in bindings)

    @cached_property
    def _bound(self) -> frozenset[str] | None:
        """The names that something else than an import binds, if that can be told."""
        return bound_names(self.module.source)

    def insertion(self, statement: str, use: int | None = None) -> TextEdit:
        """A statement added to the imports at the top, for the name that is wanted at ``use``."""
        if self._lacks_sdk and _SDK.match(statement) and not needs(self.tree(), "temporalio"):
            raise Withheld("`temporalio` is optional in this project")
        package = _package(statement)
        if self.may_lack(package):
            raise Withheld(f"the file can do without `{package}`")
        return new_import(self.module.source, self.tree(), statement, self.is_own, use)

    def may_lack(self, package: str) -> bool:
        """True if the module works without a package, for all that its imports say."""
        return package in self._lacked and not needs(self.tree(), package)

    @cached_property
    def _lacked(self) -> frozenset[str]:
        return lacked(self.tree())

    @cached_property
    def _modules(self) -> frozenset[str]:
        """The modules that the module imports."""
        return frozenset(fact.module for fact in self.module.facts.imports)

    def is_own(self, module: str) -> bool:
        """True if the project has a module of that name."""
        if module not in self._modules:
            return self._around.is_own(module)
        if self._own is None:
            self._own = frozenset(self._around.own_imports())
        return module in self._own

    def tree(self) -> ast.Module:
        """The whole module as ``ast`` sees it."""
        return self._trees.get(self.module.path, self._parsed)

    def _parsed(self) -> ast.Module:
        try:
            return parse(self.module.source)
        except (NewerSyntax, UnreadableSource):
            raise Withheld("the file has syntax that is newer than this Python") from None


def _package(statement: str) -> str:
    """The top-level package that an import statement names first."""
    return statement.split()[1].partition(".")[0]


def _is_none(binding: Binding) -> bool:
    return (
        binding.alternative and binding.value is not None and binding.value.type is ValueType.NONE
    )


def _ways_to_import(target: str) -> list[tuple[str, str, str]]:
    """Statements that import something: what to write for it then, and what its root stands for."""
    package, _, last = target.rpartition(".")
    if not package:
        return [(f"import {target}", target, target)]
    is_module = package not in STANDARD_MODULES and last.islower()
    module = target if is_module else package
    root = module.partition(".")[0]
    return [
        (f"from {package} import {last}", last, target),
        (f"import {module}", target, root),
    ]
