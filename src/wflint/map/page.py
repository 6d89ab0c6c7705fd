"""``html``: one page with all that a map shows, which needs no network.

Scripts and styles stand in the page and are named by their hashes in its policy, so that no browser
runs anything else in it, whatever the names and texts of the program hold.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from wflint import __version__
from wflint.map.html_text import text
from wflint.map.model import Map
from wflint.map.page_data import data_of
from wflint.map.page_outline import Outline
from wflint.map.reading import Reading, told_counts, told_histories
from wflint.report.summary import count

_ASSETS = Path(__file__).with_name("assets")
_SCRIPTS = ("vendor/cytoscape.min.js", "vendor/cytoscape-dagre.min.js", "map.js", "graph.js")
_LICENSES = {
    "vendor/cytoscape-dagre.min.js": (
        "vendor/cytoscape-dagre.LICENSE.txt",
        "vendor/dagre.LICENSE.txt",
    ),
}
"""The licenses that go with each copy of a script and do not stand in it."""

_STYLE_ID = "__________cytoscape_stylesheet"
"""The id under which cytoscape looks for styles, before it makes some, which the policy forbids."""


def render(found: Map) -> str:
    """Return the page."""
    style = asset("map.css")
    scripts = [_script(name) for name in _SCRIPTS]
    body = [*_body(found), *(f"<script>{script}</script>\n" for script in scripts)]
    policy = _policy(style, scripts)
    return document(
        f"Map of {found.title}", policy, f'<style id="{_STYLE_ID}">{style}</style>', body
    )


def document(title: str, policy: str, style: str, body: Iterable[str]) -> str:
    """Return a whole page; ``style`` is an element."""
    return "".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="color-scheme" content="light dark">\n',
            f'<meta name="generator" content="wflint {__version__}">\n',
            f"<title>{text(title)}</title>\n{style}\n</head>\n<body>\n",
            *body,
            "</body>\n</html>\n",
        ]
    )


def _script(name: str) -> str:
    licenses = (f"/*!\n{asset(each)}*/\n" for each in _LICENSES.get(name, ()))
    return f"{''.join(licenses)}{asset(name)}"


def asset(name: str) -> str:
    """Return a file of the folder ``assets``."""
    return (_ASSETS / name).read_text(encoding="utf-8")


def _policy(style: str, scripts: list[str]) -> str:
    hashes = " ".join(hash_of(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src {hash_of(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def hash_of(content: str) -> str:
    """Return the hash of a script or style, as a policy has it."""
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _body(found: Map) -> Iterator[str]:
    reading = Reading(found)
    outline = Outline(found, reading)
    at = f" at commit <code>{text(found.commit[:12])}</code>" if found.commit else ""
    counts = f"{told_counts(found)}{at}{told_histories(found)}"
    yield f'<header><h1>Map of {text(found.title)}</h1><p class="counts">{counts}</p>'
    yield '<div id="controls"></div></header>\n'
    for remark in found.remarks:
        yield f'<p class="remark">{text(remark)}.</p>\n'
    yield '<div id="columns"><nav aria-label="Workflows"><ul id="index">'
    yield from outline.index()
    yield '</ul></nav>\n<main><section id="graph" hidden></section>\n'
    yield from outline.workflows()
    if reading.apart:
        yield '\n<section class="more"><h2>Functions that several workflows call</h2>'
        yield from outline.apart()
        yield "</section>"
    if found.activities:
        yield f'\n<section class="more"><h2>Activities</h2>{outline.activities()}</section>'
    if found.functions:
        title = f"{count(len(found.functions), 'function')} that workflows reach"
        yield f'\n<section class="more"><details><summary><h2>{title}</h2></summary>'
        yield from outline.folded([outline.functions()])
        yield "</details></section>"
    if found.workers:
        yield f'\n<section class="more"><h2>Workers</h2>{outline.workers()}</section>'
    yield '\n</main><aside id="source" hidden></aside></div>\n'
    yield f'<script type="application/json" id="data">{data_of(found, reading)}</script>\n'
