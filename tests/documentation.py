"""Reads the documentation of a rule, which is the docstring of its module."""

from __future__ import annotations

import inspect
import re
import sys

from wflint.rule import Rule

_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def sections(rule: Rule) -> dict[str, str]:
    """The text under each ``## heading``; the summary line is under ``""``."""
    text = inspect.cleandoc(sys.modules[type(rule).__module__].__doc__ or "")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def examples(rule: Rule, heading: str) -> list[str]:
    """The blocks of Python code under a heading."""
    return _BLOCK.findall(sections(rule).get(heading, ""))
