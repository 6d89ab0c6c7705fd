"""Ends a check that nobody waits for any more."""

from __future__ import annotations


class Cancelled(BaseException):
    """Nobody wants the answer. It is no fault of a rule or a file, so no border holds it up."""


class Token:
    """The wish for an answer, until it is withdrawn, by any thread."""

    def __init__(self) -> None:
        self._is_withdrawn = False

    @property
    def is_withdrawn(self) -> bool:
        """True once nobody wants the answer any more."""
        return self._is_withdrawn

    def withdraw(self) -> None:
        """Let the check end at its next step."""
        self._is_withdrawn = True

    def check(self) -> None:
        """Raise :class:`Cancelled` if the wish was withdrawn."""
        if self._is_withdrawn:
            raise Cancelled


class Wish:
    """The token of the answer that is being found. There is none between two answers."""

    def __init__(self, token: Token) -> None:
        self.token = token

    def check(self) -> None:
        """Raise :class:`Cancelled` if nobody wants the answer any more."""
        self.token.check()
