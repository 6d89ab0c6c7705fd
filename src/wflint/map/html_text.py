"""Text in HTML, whatever names and code of a stranger's repository hold."""

from __future__ import annotations

import html
from collections.abc import Iterable

from wflint.system.printable import visible


def text(value: str) -> str:
    """Return a text in which nothing means anything to HTML, and nothing turns it around."""
    return html.escape(visible(value), quote=True)


def code(value: str) -> str:
    """Return a text as code."""
    return f"<code>{text(value)}</code>" if value else ""


def codes(values: Iterable[str]) -> str:
    """Return texts as code, with commas between them."""
    return ", ".join(map(code, values))


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table; its cells are HTML."""
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'
