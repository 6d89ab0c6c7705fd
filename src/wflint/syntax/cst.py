"""LibCST, imported when it is first used: that takes a quarter of a second.

``from wflint.syntax.cst import cst`` stands at the top of modules that a run may load without
reading any code, such as those of rules.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

__all__ = ["cst"]


class _Lazy(ModuleType):
    def __getattr__(self, name: str) -> object:
        value = getattr(importlib.import_module("libcst"), name)
        setattr(self, name, value)  # so that it is asked for once
        return value


if TYPE_CHECKING:
    import libcst as cst
else:
    cst = _Lazy("libcst")
