"""Tells functions of the project that only make a text of what they are given."""

from __future__ import annotations

from collections.abc import Sequence

from wflint.checking.summaries import source_of
from wflint.facts.ids import Fn
from wflint.facts.model import Call
from wflint.facts.signatures import Signature, by_keyword
from wflint.inference.values import AbstractValue, FunctionValue
from wflint.project.store import Store


def is_only_shown(
    store: Store, fn: Fn, call: Call, called: Sequence[AbstractValue], name: str
) -> bool:
    """True if a call in ``fn`` gives what it has under a local name to nobody who looks at it.

    ``called`` are all functions that it may call.
    """
    return bool(called) and all(
        isinstance(entity, FunctionValue) and _is_shown_by(store, fn, call, entity, name)
        for entity in called
    )


def _is_shown_by(store: Store, fn: Fn, call: Call, entity: FunctionValue, name: str) -> bool:
    head = store.head(entity.fn)
    if head is None or entity.partial:
        return False
    bound = Signature.of(head, bound=entity.bound).bind(by_keyword(call.args))
    if bound.is_open or bound.rest or bound.named:
        return False
    params = [
        param for param, arg in bound.by_name.items() if source_of(store, fn, arg.site) == name
    ]
    return bool(params) and all(_only_shows(store, entity.fn, param) for param in params)


def _only_shows(store: Store, fn: Fn, param: str) -> bool:
    """True if a function only makes a text of a parameter, that it logs or gives back."""

    def find() -> bool:
        from wflint.facts.tries import Tries

        reader = store.reader(fn)
        if reader is None:
            return False
        walker = reader.walker
        return Tries(walker.entries, walker.order, walker.refs).only_shows(fn.qualname, param)

    question = f"only shows {fn.qualname} {param}"
    return store.load(fn.path).notes.answer(question, bool, find)
