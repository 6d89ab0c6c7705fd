"""Faults in wflint itself, for tests of what becomes of them."""

from __future__ import annotations

import pytest

from wflint.callgraph.builder import CallGraphBuilder
from wflint.callgraph.graph import Node

RULE = "analysis-failed"
"""The rule whose examples need a fault."""


def plant(monkeypatch: pytest.MonkeyPatch, name: str = "summarise") -> None:
    """Let wflint fail on every function of a name."""
    monkeypatch.delenv("WFLINT_DEBUG", raising=False)
    follow_calls = CallGraphBuilder._follow_calls

    def stumble(self: CallGraphBuilder, node: Node) -> None:
        if node.fn.shown.rpartition(".")[2] == name:
            raise IndexError("list index out of range")
        follow_calls(self, node)

    monkeypatch.setattr(CallGraphBuilder, "_follow_calls", stumble)
