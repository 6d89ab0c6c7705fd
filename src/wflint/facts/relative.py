"""Relative imports, as absolute ones."""

from __future__ import annotations

from wflint.facts.model import ModuleFacts


def absolute_base(named: str, level: int, module: ModuleFacts) -> str | None:
    """The absolute module that ``from <level dots><named>`` imports from.

    ``None`` when it leads out of the package.
    """
    if level == 0:
        return named
    parts = module.name.split(".") if module.name else []
    up = level - 1 if module.is_package else level
    if up > len(parts) or (up == len(parts) and not named):
        return None
    package = parts[: len(parts) - up]
    return ".".join([*package, named] if named else package)


def known_as(name: str, own: str, loaded: str) -> str:
    """The name that a module is imported by from one called ``own`` that is loaded as ``loaded``.

    ``name`` is what a relative import in it stands for. In a folder without `__init__.py` a package
    is `core` to one importer and `billing.core` to another one, and so is all that it imports.
    """
    if loaded.endswith(f".{own}"):
        return loaded.removesuffix(own) + name
    if own.endswith(f".{loaded}"):
        return name.removeprefix(own.removesuffix(loaded))
    return name
