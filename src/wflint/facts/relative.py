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
