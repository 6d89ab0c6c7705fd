"""Faults of wflint itself: each is noted, and costs no more than what it happened in.

Code that nobody thought of must not keep the rest of a project from being checked. So there are a
few borders (one function that is followed, one body that is read, one module, one rule that is
asked, one diagnostic that is made): what fails inside of one is noted here, and the run goes on.

The environment variable ``WFLINT_DEBUG`` is for those who mend wflint: with any value tracebacks
are shown, and with ``raise`` the first fault ends the run, as in the tests.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, ParamSpec, TypeVar

from wflint.files.source import UnreadableSource
from wflint.system import interrupts

REPORT_URL = "https://github.com/wflint/wflint/issues"
EVERYWHERE = ""
"""The path of a fault that is not about one file."""

_HOME = str(Path(__file__).parent) + os.sep

P = ParamSpec("P")
T = TypeVar("T")


class Fault(NamedTuple):
    """One fault. ``qualname`` is empty for that of a module, ``rule`` for one that is no rule's.

    The path is absolute, or :data:`EVERYWHERE`.
    """

    path: str
    qualname: str
    rule: str
    reason: str

    @property
    def message(self) -> str:
        """Return what is wrong, and what is not checked because of it."""
        if self.path == EVERYWHERE:
            return f"wflint failed on a part of the analysis: {self.reason}{_REPORT}"
        what = "function" if self.qualname else "file"
        if self.rule:
            lost = f"{self.rule} is not checked here"
            return f"wflint failed on this {what} for {self.rule}: {self.reason}; {lost}{_REPORT}"
        lost = "what it calls is not checked" if self.qualname else "nothing in it is checked"
        return f"wflint failed on this {what}: {self.reason}; {lost}{_REPORT}"


_REPORT = f"; please report it at {REPORT_URL}"


class Faults:
    """The faults of one run, in the order in which they happened.

    ``checkpoint`` is called at each border and on the way between them, and may raise what ends the
    run.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], Fault] = {}
        self._told = 0
        self._open = 0  # how many functions are being looked at, one inside of the other
        self.checkpoint: Callable[[], None] = lambda: None

    @property
    def happened(self) -> bool:
        """True if anything has failed, so that the answers of this run are not complete.

        They are not kept for the next run, and no fix that rests on them is safe.
        """
        return bool(self._found or self._told)

    def __iter__(self) -> Iterator[Fault]:
        return iter(list(self._found.values()))

    def __len__(self) -> int:
        return len(self._found)

    def note(self, error: Exception, path: str, qualname: str = "", rule: str = "") -> None:
        """Note an error; of several in one place and rule the first.

        How much stack or memory is left for something depends on what is going on around it. So
        when they run out, it costs the function that was being looked at, not what it had to ask.
        """
        if interrupts.happened():
            raise KeyboardInterrupt from None
        if self._open and isinstance(error, (RecursionError, MemoryError)):
            raise error
        show(error)
        fault = Fault(path, qualname, rule, reason(error))
        self._found.setdefault((path, qualname, rule), fault)

    def tell(self, error: Exception) -> str:
        """Return what went wrong, for a place of its own to say so: it becomes no diagnostic."""
        if interrupts.happened():
            raise KeyboardInterrupt from None
        show(error)
        self._told += 1
        return reason(error)

    @contextmanager
    def at(self, path: str, qualname: str = "", rule: str = "") -> Iterator[None]:
        """End what stands inside at the first error, and note that."""
        self.checkpoint()
        self._open += bool(qualname)
        failed: Exception | None = None
        try:
            yield
        except UnreadableSource:
            raise
        except Exception as error:
            failed = error
        finally:
            self._open -= bool(qualname)
        if failed is not None:
            try:
                self.note(failed, path, qualname, rule)
            finally:
                failed = None  # its traceback holds this frame: a circle, with all that was read

    def ask(
        self, place: tuple[str, str], rule: str, question: Callable[P, T], *args: P.args,
        **kwargs: P.kwargs,
    ) -> T | None:  # fmt: skip
        """Return a rule's answer about the function at ``place``; nothing if the rule fails.

        ``place`` is the path of its file and its qualname.
        """
        with self.at(*place, rule):
            return question(*args, **kwargs)
        return None


def show(error: Exception) -> None:
    """Show the traceback of an error to those who want to see it, or let it end the run."""
    wanted = os.environ.get("WFLINT_DEBUG")
    if wanted == "raise":
        raise error
    if wanted and sys.stderr is not None:
        traceback.print_exception(error, file=sys.stderr)


def reason(error: BaseException) -> str:
    """The error and its place, the same on every machine: ``IndexError in resolve.py:210``.

    What an error says itself may quote anything, addresses in memory included. Where the stack or
    the memory ends depends on the machine.
    """
    name = type(error).__name__
    if isinstance(error, (RecursionError, MemoryError)):
        return name
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith((_HOME, _rules_home()))]
    return f"{name} in {_place(own[-1])}" if own else name


def _place(frame: traceback.FrameSummary) -> str:
    home = _HOME if frame.filename.startswith(_HOME) else os.path.dirname(_rules_home()[:-1])
    return f"{os.path.relpath(frame.filename, home).replace(os.sep, '/')}:{frame.lineno}"


def _rules_home() -> str:
    """The folder of the rules that come with wflint; in a checkout it lies elsewhere."""
    rules = sys.modules.get("wflint.rules")
    file = getattr(rules, "__file__", None) or _HOME
    return os.path.dirname(file) + os.sep
