"""The coroutines and tasks that functions give to ``asyncio.wait_for``."""

from __future__ import annotations

from wflint.facts.ids import Fn
from wflint.facts.model import Call, Flag, FunctionBody, Site

WAIT_FOR = "asyncio.wait_for"
"""Up to Python 3.11 it is cancelled itself, whatever it waits for; later, only that is."""

_LAST_WORD = WAIT_FOR.rpartition(".")[2]


def waited_site(call: Call) -> Site:
    """Return the site of what a call of ``wait_for`` waits for."""
    given = [arg for arg in call.args if arg.keyword == "fut" or not (arg.keyword or arg.star)]
    return given[0].site if given else -1


class WaitedFor:
    """Knows which calls of functions give what an awaited ``wait_for`` waits for."""

    def __init__(self) -> None:
        self._sites: dict[Fn, frozenset[Site]] = {}

    def sites(self, fn: Fn, body: FunctionBody) -> frozenset[Site]:
        """Return the sites of these calls in a function."""
        if fn not in self._sites:
            self._sites[fn] = frozenset(
                waited_site(call)
                for call in body.calls
                if call.flags & Flag.AWAITED and call.written.rpartition(".")[2] == _LAST_WORD
            )
        return self._sites[fn]
