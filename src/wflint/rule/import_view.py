"""The view of what happens when a module is imported."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from wflint.rule.base import Api
from wflint.rule.call_view import CallView


class ImportView(Struct, frozen=True):
    """A call or use of a name that happens when a module is imported.

    ``api`` is the rule's own entry for the name in ``at_import``. ``owner`` is the code of the rule
    that reports the same in workflow code, or ``""``. ``is_reloaded`` is set when the sandbox does
    it again for some workflow, ``is_refused`` when the sandbox lets it fail. ``used`` gives, when
    workflow code uses a value that the place has a part in, the names that the value is made from,
    and ``is_repeated`` says that the sandbox does it again for a workflow that uses the value.
    ``runs_always`` is asked with names of errors: true if it surely happens at each import, and
    nothing around it catches these.
    """

    call: CallView
    api: Api | None
    owner: str
    is_reloaded: bool
    is_refused: bool
    used: Callable[[], frozenset[str] | None]
    is_repeated: Callable[[], bool]
    runs_always: Callable[[frozenset[str]], bool]
