"""``json``: the map as it is, for other programs. Keys are only ever added."""

from __future__ import annotations

import msgspec

from wflint.map.model import Map
from wflint.report.json_report import to_text


def render(found: Map) -> str:
    """Return a map as indented JSON."""
    return to_text(msgspec.to_builtins(found))
