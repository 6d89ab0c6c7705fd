"""Says which classes and methods are not checked because wflint does not see them run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from wflint.callgraph.entry.unseen import Unmarked, Unseen
from wflint.checking.analysis import AnalysisResult
from wflint.facts.ids import Cls, Fn, shown_name


class Unchecked(NamedTuple):
    """A class or method, and what is said of it; ``remedy`` is what to do, said once for several.

    ``kinds`` is what several of them are called.
    """

    fn: Fn
    message: str
    remedy: str
    kinds: tuple[str, str] = ("class", "classes")


def unchecked(answer: AnalysisResult, chosen: Collection[str]) -> list[Unchecked]:
    """Return what may be workflow code in the ``chosen`` files and is not checked."""
    found = [_mute(cls) for cls in answer.mute] + [_unseen(one) for one in answer.unseen]
    mute = {Fn(*cls) for cls in answer.mute}
    found += [_unmarked(one) for one in answer.unmarked if _owner(one) not in mute]
    found += [_unknown(fn, written) for fn, written in answer.reached.unknown_code.items()]
    return [one for one in found if one.fn.path in chosen]


def _owner(one: Unmarked) -> Fn:
    return Fn(one.fn.path, one.fn.qualname.rpartition(".")[0])


def _unmarked(one: Unmarked) -> Unchecked:
    message = (
        f"nothing is seen to call `{one.fn.shown}`, "
        f"and it is not known what `{one.decorator}` makes of it"
    )
    remedy = (
        "if that is a handler, name the decorator in `signal-decorators`, `query-decorators` or "
        "`update-decorators`"
    )
    return Unchecked(one.fn, message, remedy, ("method", "methods"))


def _unknown(fn: Fn, written: str) -> Unchecked:
    message = (
        f"`{written}()` in `{fn.shown}` is given code to run in the workflow, "
        "and it is not known which"
    )
    remedy = "name the functions in a list where the agent is made, or annotate what makes them"
    return Unchecked(fn, message, remedy, ("function", "functions"))


def _mute(cls: Cls) -> Unchecked:
    message = f"no run method or handler of `{shown_name(cls.qualname)}` was found"
    remedy = "mark it with `@workflow.run`, or name your own decorator in `run-decorators`"
    return Unchecked(Fn(*cls), message, remedy)


def _unseen(one: Unseen) -> Unchecked:
    name = shown_name(one.cls.qualname)
    message = f"`{name}.{one.handler}` is a handler, but nothing makes `{name}` a workflow"
    if one.decorator:
        return Unchecked(
            Fn(*one.cls), message, f"if `{one.decorator}` does, name it in `workflow-decorators`"
        )
    remedy = "what does may be named in `workflow-decorators` or `workflow-base-classes`"
    return Unchecked(Fn(*one.cls), message, remedy)


def lines(found: list[Unchecked], shown: Callable[[str], str]) -> Iterator[str]:
    """Lines for stderr: one for each kind, which names the first class and counts the others."""
    kinds: dict[str, list[Unchecked]] = {}
    for one in found:
        kinds.setdefault(one.remedy, []).append(one)
    for same in kinds.values():
        first, others = same[0], len(same) - 1
        more = f" (and {others} more such {first.kinds[others > 1]})" if others else ""
        yield (
            f"{shown(first.fn.path)}: {first.message}{more}, so what is in there is not checked; "
            f"{first.remedy}"
        )
