"""What is said of classes whose code is not checked, because wflint does not see that it runs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from wflint.program.analysis import Answer
from wflint.program.store import Cls, shown_name
from wflint.program.unseen import Unseen


class Unchecked(NamedTuple):
    """A class, and what is said of it; ``remedy`` is what to do, said once for several."""

    cls: Cls
    message: str
    remedy: str


def unchecked_classes(answer: Answer, chosen: Collection[str]) -> list[Unchecked]:
    """The classes in the ``chosen`` files that may be workflow code and are not checked."""
    found = [_mute(cls) for cls in answer.mute] + [_unseen(one) for one in answer.unseen]
    return [one for one in found if one.cls.path in chosen]


def _mute(cls: Cls) -> Unchecked:
    message = f"no run method or handler of `{shown_name(cls.qualname)}` was found"
    return Unchecked(cls, message, "name its decorator in `run-decorators`")


def _unseen(one: Unseen) -> Unchecked:
    name = shown_name(one.cls.qualname)
    message = f"`{name}.{one.handler}` is a handler, but nothing makes `{name}` a workflow"
    if one.decorator:
        return Unchecked(
            one.cls, message, f"if `{one.decorator}` does, name it in `workflow-decorators`"
        )
    remedy = "what does may be named in `workflow-decorators` or `workflow-base-classes`"
    return Unchecked(one.cls, message, remedy)


def lines(found: list[Unchecked], shown: Callable[[str], str]) -> Iterator[str]:
    """Lines for stderr: one for each kind, which names the first class and counts the others."""
    kinds: dict[str, list[Unchecked]] = {}
    for one in found:
        kinds.setdefault(one.remedy, []).append(one)
    for same in kinds.values():
        first, others = same[0], len(same) - 1
        more = (
            f" (and {others} more such {'class' if others == 1 else 'classes'})" if others else ""
        )
        yield (
            f"{shown(first.cls.path)}: {first.message}{more}, so what is in there is not checked; "
            f"{first.remedy}"
        )
