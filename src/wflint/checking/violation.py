"""Violations: a rule broken at one place, and the collection of all of them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from wflint.callgraph.graph import Node, Ways
from wflint.diagnostics import Severity
from wflint.facts.ids import Fn
from wflint.facts.model import Flag
from wflint.rule.base import Api, Report, Rule
from wflint.rule.call_view import CallView
from wflint.temporal.regions import Region


class Violation(Struct):
    """A rule broken at one place; ``nodes`` are the ways in which the place is reached.

    ``name`` is the name of the table that is used there, if it is one, ``is_call`` is set if it is
    called, and ``api`` is what the rule says of it. ``others`` are further sites in the function
    that the one diagnostic speaks for, each with the message, the name and the rest of the table
    that would be shown there. ``shown`` is the name as the source has it, and ``is_weighed`` is set
    once severity and message are final. ``ways`` are those on which the place does harm, if it does
    not on all. ``scope`` is the part of the rule's scope that the message is about.
    """

    rule: Rule
    fn: Fn
    site: int
    message: str
    severity: Severity | None
    flags: int
    nodes: list[Node] = field(default_factory=list)
    name: str = ""
    api: Api | None = None
    others: dict[int, tuple[str, str, Api | None]] = field(default_factory=dict)
    is_call: bool = False
    shown: str = ""
    is_weighed: bool = False
    ways: Ways | None = None
    scope: Region | None = None

    @property
    def is_about_replay(self) -> bool:
        """True if what was found only does harm where it is recorded, or run again by a replay."""
        if self.rule.harmless_unless_replaying:
            return self.severity is not Severity.ERROR  # the first run fails, too
        return self.rule.differs_on_replay

    def move_on(self) -> bool:
        """Speak for the other places only, from the next one on; false if there is none."""
        if not self.others:
            return False
        self.site = next(iter(self.others))
        self.message, self.name, self.api = self.others.pop(self.site)
        return True


class Violations:
    """All violations, by function, site and rule; each place counts once, however it is reached."""

    def __init__(self) -> None:
        self.found: dict[tuple[Fn, int, str, str], Violation] = {}
        self._firsts: dict[tuple[Fn, str, str], int] = {}  # of rules that speak once a function
        self._places: set[tuple[Fn, int, str]] = set()

    def has(self, fn: Fn, site: int, code: str) -> bool:
        """True if a rule is broken at a place."""
        return (fn, site, code) in self._places

    def add(
        self,
        rule: Rule,
        node: Node,
        site: int,
        flags: int,
        report: Report,
        subject: str = "",
        view: CallView | None = None,
        ways: Ways | None = None,
    ) -> None:
        """Note that a rule is broken at a place of a function."""
        fails = report.severity is Severity.ERROR  # the first run does, too
        quiet = flags & Flag.NOT_REPLAYING or node.quiet
        if rule.harmless_unless_replaying and quiet and not fails:
            return
        site = reported = site if report.site is None else report.site
        if rule.once_per_function:
            group = report.group or subject.rpartition(".")[0].partition("(...)")[0]
            kind = report.api.message if report.api is not None else ""
            group = f"{group} {'fails' if fails else ''} {kind}"
            site = self._firsts.setdefault((node.fn, rule.code, group), site)
            key = (node.fn, site, rule.code, group)
        else:
            key = (node.fn, site, rule.code, "")
        found = self.found.get(key)
        if found is None:
            found = Violation(
                rule,
                node.fn,
                site,
                report.message,
                report.severity,
                flags,
                name=view.name if view is not None else "",
                api=report.api,
                is_call=view is not None and view.is_call,
                shown=view.shown if view is not None else "",
                scope=report.scope,
            )
            self.found[key] = found
            self._places.add(key[:3])
        if reported != site:
            name = view.name if view is not None else ""
            found.others.setdefault(reported, (report.message, name, report.api))
        if found.nodes[-1:] != [node]:  # the places of one function come one after the other
            found.nodes.append(node)
        if ways is not None:
            found.ways = found.ways or Ways()
            found.ways.add(ways)

    def add_at(
        self, rule: Rule, fn: Fn, site: int, report: Report, nodes: Iterable[Node] = ()
    ) -> None:
        """Note once that a rule is broken at a place, reached in the ways ``nodes`` or in none."""
        site = site if report.site is None else report.site
        found = Violation(
            rule, fn, site, report.message, report.severity, 0, list(nodes), api=report.api
        )
        self.found.setdefault((fn, site, rule.code, ""), found)
        self._places.add((fn, site, rule.code))
