"""Makes notebooks for tests."""

from __future__ import annotations

import json
from typing import Any


def notebook(*cells: str, **metadata: Any) -> bytes:
    """The bytes of a notebook with a heading, which is cell 1, and these code cells."""
    heading = {"cell_type": "markdown", "metadata": {}, "source": ["# Orders"]}
    code: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": cell.splitlines(keepends=True),
        }
        for cell in cells
    ]
    whole = {"cells": [heading, *code], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1).encode()
