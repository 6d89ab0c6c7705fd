"""Marks of terms that make no difference between them."""

from __future__ import annotations

from wflint.facts.model import Site


class _Mark:
    """Equal to any other mark of its kind, and not shown."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return ""


class At(_Mark):
    """The site of a term in its function."""

    __slots__ = ("site",)

    def __init__(self, site: Site = -1) -> None:
        self.site = site


NOWHERE = At()


class Aside(_Mark):
    """Arguments of a command that replay does not compare."""

    __slots__ = ("text",)

    def __init__(self, text: str = "") -> None:
        self.text = text


NO_ASIDE = Aside()
