"""Turns faults of wflint into diagnostics at the functions and files that it could not check."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from wflint.callgraph.graph import DEFINITION
from wflint.checking.violation import Violation
from wflint.diagnostics import Diagnostic
from wflint.facts.ids import MODULE_BODY, Fn
from wflint.faults import EVERYWHERE, Fault
from wflint.rule.base import Rule, Severity
from wflint.run.emit import Emitter, Found
from wflint.run.places import site_of


def failures(
    emitter: Emitter,
    rule: Rule,
    severity: Callable[[str, str], Severity],
    plain: Callable[[str, str], Diagnostic],
) -> Iterator[Found | Fault]:
    """A diagnostic for each fault so far, unless a comment hides it.

    ``plain`` makes one of a path and a message, where not even the place can be told. Faults in
    followed packages to which no call of the user's own leads are given as they are.
    """
    faults = emitter.answer.store.faults
    for fault in faults:
        if fault.path == EVERYWHERE:
            continue
        try:
            found = list(_at_its_place(fault, emitter, rule, severity(rule.code, fault.path)))
        except Exception as error:
            faults.tell(error)
            found = [Found(fault.path, plain(fault.path, fault.message))]
        yield from [one for one in found if one is not None] if found else [fault]


def _at_its_place(
    fault: Fault, emitter: Emitter, rule: Rule, severity: Severity
) -> Iterator[Found | None]:
    fn = Fn(fault.path, fault.qualname or MODULE_BODY)
    nodes = [node for node in emitter.answer.reached.order if node.fn == fn]
    site = site_of(emitter, fn)
    hit = Violation(rule, fn, site if site >= 0 else DEFINITION, fault.message, severity, 0, nodes)
    for one in emitter.lifted([hit]):
        diagnostic = emitter.diagnostic(one)
        yield Found(one.fn.path, diagnostic, one) if diagnostic is not None else None
