"""Diagnostics about suppression comments themselves."""

from __future__ import annotations

from collections.abc import Iterator

from wflint.checking.registry import Registry
from wflint.diagnostics import Diagnostic, Severity
from wflint.files.source import Source
from wflint.suppress.comments import Directive, Directives, Selector
from wflint.suppress.fix import removal

UNUSED, WITHOUT_REASON, UNKNOWN = "WFL002", "WFL003", "WFL004"


def suppression_diagnostics(
    directives: Directives,
    filename: str,
    registry: Registry,
    ran: frozenset[str],
    source: Source,
) -> list[Diagnostic]:
    """Unused, unexplained and unknown suppressions of one file.

    ``ran`` are the codes of the rules that ran on the file, the linter's own included. Whether a
    suppression is used is judged only for rules that ran, and only after all diagnostics of the
    file have been held against ``directives``. ``source`` is the text of the file.
    """
    found = [
        *_unknown(directives, registry),
        *_without_reason(directives, registry),
        *_unused(directives, registry, ran),
    ]
    kept = []
    for directive, selector, code, message in found:
        rule = registry.by_code.get(code)
        if rule is None or code not in ran:
            continue
        if directive.hides(code, rule.name) or directives.suppresses(
            code, rule.name, directive.row
        ):
            continue
        start = selector.column if selector else directive.column
        end = start + len(selector.text) if selector else directive.end_column
        kept.append(
            Diagnostic(
                code=code,
                name=rule.name,
                severity=rule.severity,
                message=message,
                filename=filename,
                location=source.place(directive.row, start),
                end_location=source.place(directive.row, end),
                scope=rule.scope.label,
                fix=removal(directive, selector, source) if selector and code == UNUSED else None,
            )
        )
    return sorted(kept, key=Diagnostic.sort_key)


Found = tuple[Directive, "Selector | None", str, str]


def _unknown(directives: Directives, registry: Registry) -> Iterator[Found]:
    for directive in directives.found:
        if directive.problem:
            yield directive, None, UNKNOWN, directive.problem
            continue
        for selector in directive.selectors:
            if selector.is_blanket:
                message = f"`{selector.text}` hides nothing; name the rule"
                yield directive, selector, UNKNOWN, message
            elif not registry.expand(selector.text):
                near = registry.nearest(selector.text)
                advice = f"did you mean `{near}`?" if near else "correct it or remove the comment"
                message = f"there is no rule `{selector.text}`; {advice}"
                yield directive, selector, UNKNOWN, message


def _without_reason(directives: Directives, registry: Registry) -> Iterator[Found]:
    rule = registry.by_code.get(WITHOUT_REASON)
    for directive in directives.found:
        if rule and directive.kind != "noqa" and not directive.problem and not directive.reason:
            yield directive, None, WITHOUT_REASON, rule.message


def _unused(directives: Directives, registry: Registry, ran: frozenset[str]) -> Iterator[Found]:
    rule = registry.by_code.get(UNUSED)
    for directive in directives.found:
        if rule is None or directive.problem:
            continue
        for selector in directive.selectors:
            if selector.is_blanket or selector.used:
                continue
            if _was_judged(registry.expand(selector.text), registry, ran):
                message = rule.message.format(name=selector.text)
                yield directive, selector, UNUSED, message


def _was_judged(codes: frozenset[str], registry: Registry, ran: frozenset[str]) -> bool:
    """True if all rules that a selector means ran, except those that are off by default.

    A selector for complaints about comments is never judged: they are made here.
    """
    if not codes & ran or codes & {UNUSED, WITHOUT_REASON, UNKNOWN}:
        return False
    known = registry.of_all_commands
    return all(known[code].severity is Severity.INFO for code in codes - ran)
