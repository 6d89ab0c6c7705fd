"""What terms have besides what they do: it makes no difference between them."""

from __future__ import annotations

from wflint.facts.model import Site


class At:
    """The site of a term in its function, which makes no difference between terms."""

    __slots__ = ("site",)

    def __init__(self, site: Site = -1) -> None:
        self.site = site

    def __eq__(self, other: object) -> bool:
        return isinstance(other, At)

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return ""


NOWHERE = At()


class Aside:
    """What a command is given, which replay does not compare, and which tells no terms apart."""

    __slots__ = ("text",)

    def __init__(self, text: str = "") -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Aside)

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return ""


NO_ASIDE = Aside()
