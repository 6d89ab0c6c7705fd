"""Places of a program, which rules report on."""

from __future__ import annotations

from typing import NamedTuple

from wflint.facts.ids import Fn
from wflint.facts.model import Site


class Place(NamedTuple):
    """A place: a function or class, and a site in it."""

    fn: Fn
    site: Site
