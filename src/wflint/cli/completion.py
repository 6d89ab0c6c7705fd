"""Completion in shells: the script that a shell loads, and what can stand where rules are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

SHELLS = ("bash", "zsh", "fish")


def script(program: click.Command, shell: str) -> str:
    """Return what a shell runs at its start to complete commands, options, paths and rules."""
    from click.shell_completion import get_completion_class

    made_for = get_completion_class(shell)
    assert made_for is not None, "click knows the shells"
    return made_for(program, {}, "wflint", "_WFLINT_COMPLETE").source()


def rules(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the codes and names that go on from what is typed, behind the last comma of it."""
    from click.shell_completion import CompletionItem

    from wflint.checking.registry import load_registry
    from wflint.rule.documentation import summary

    before, comma, begun = incomplete.rpartition(",")
    words = [(word, rule) for rule in load_registry().rules for word in (rule.code, rule.name)]
    return [
        CompletionItem(f"{before}{comma}{word}", help=summary(rule))
        for word, rule in words
        if word.lower().startswith(begun.lower())
    ]
