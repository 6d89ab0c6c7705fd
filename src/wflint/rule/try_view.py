"""The view of a ``try`` statement."""

from __future__ import annotations

from typing import Protocol

from wflint.config.rule_settings import RuleSettings
from wflint.facts.model import FunctionHead, Handler, Try
from wflint.rule.views import EffectAt
from wflint.temporal.effects import Effect


class TryView(Protocol):
    """A ``try`` in a function, when all modules are known."""

    statement: Try
    function: FunctionHead
    settings: RuleSettings

    def effect(self, effect: Effect) -> EffectAt | None:
        """Return the nearest place where what is protected has an effect, itself or by a call.

        What a handler further in keeps does not count.
        """
        ...

    def catching(self, error: str) -> Handler | None:
        """Return the handler that gets an error of the SDK, given by its dotted name.

        One whose classes are not known may get it, too.
        """
        ...

    def raises(self, handler: Handler) -> bool:
        """True if a handler may raise, itself or by what it calls."""
        ...

    def gives_commands(self, handler: Handler) -> bool:
        """True if a handler gives commands other than timers, itself or by what it calls."""
        ...

    def given_to(self, handler: Handler) -> list[str]:
        """Return the dotted names of what a handler gives its error to, ``""`` if not known."""
        ...
