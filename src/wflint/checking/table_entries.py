"""The entries of rules' tables that speak of a name outside of the project."""

from __future__ import annotations

from collections.abc import Container, Iterable

from msgspec.structs import replace

from wflint.callgraph.graph import Node
from wflint.facts.model import Arg, Call, Value, ValueType
from wflint.inference.databases import is_in_process, is_told_so, takes_one
from wflint.inference.resolver import Resolver
from wflint.inference.values import ExternalValue
from wflint.rule.api_table import ApiEntry, ApiTable
from wflint.rule.base import Api, Property, Rule
from wflint.temporal.api import sdk_calls


class TableEntries:
    """Finds the entries of a table, and those that rules make from the properties of a name."""

    def __init__(self, table: ApiTable, resolver: Resolver, rules: Iterable[Rule]) -> None:
        self._table = table
        self._resolver = resolver
        self._rules = tuple(rules)
        self._by_property = [rule for rule in self._rules if rule.properties]
        self._factory_rules = [rule for rule in self._rules if rule.default_factories_of]
        self._known: dict[tuple[str, int], frozenset[str]] = {}

    def of(
        self,
        entity: ExternalValue,
        node: Node | None = None,
        call: Call | None = None,
        *,
        is_call: bool = True,
    ) -> ApiEntry | None:
        """Return the entry that speaks for something outside the project.

        That of a database in the process has nothing of the network, but still blocks.
        """
        entry = self._table.lookup(entity.name, is_call=is_call, base=entity.base)
        if entry is None or Property.NETWORK not in entry.properties:
            return entry
        is_local = is_in_process(entity)
        if not is_local and node is not None and call is not None and takes_one(entity.name):
            given = [
                (
                    arg.keyword or arg.star,
                    self._resolver.resolve(
                        arg.value.ref, node.fn.path, node.receiver, env=node.env
                    ),
                )
                for arg in call.args
            ]
            is_local = is_told_so(entity.name, given)
        return replace(entry, rule=None) if is_local else entry

    def codes_about(self, entity: ExternalValue) -> frozenset[str]:
        """Return the codes of the rules that may be asked about a name; mostly there are none."""
        key = entity.name, entity.base
        if key not in self._known:
            entry, sdk = self._table.lookup(entity.name, base=entity.base), sdk_calls()
            kind = sdk[entity.name].kind if entity.name in sdk else None
            properties = entry.properties if entry is not None else frozenset[Property]()
            self._known[key] = frozenset(
                rule.code
                for rule in self._rules
                if entity.name in rule.targets
                or kind in rule.commands
                or rule.properties & properties
                or (entry is not None and entry.rule is rule)
            )
        return self._known[key]

    def for_rules(self, entry: ApiEntry | None, codes: Container[str]) -> list[ApiEntry]:
        """Return an entry for each rule that speaks of a name: its own, and by its properties."""
        if entry is None:
            return []
        speaking = [entry] if entry.is_of(codes) else []
        for rule in self._by_property:
            if rule.code in codes and rule.properties & entry.properties:
                api = Api(kind=entry.api.kind)
                speaking.append(ApiEntry(entry.name, rule, api))
        return speaking

    def factory_rule(self, entity: ExternalValue) -> tuple[Rule, Rule] | None:
        """Return the rule on functions that make defaults, and the one that names ``entity``."""
        entry = self._table.lookup(entity.name, base=entity.base)
        if entry is None or entry.rule is None:
            return None
        code = entry.rule.code
        rule = next((r for r in self._factory_rules if code in r.default_factories_of), None)
        return (rule, entry.rule) if rule is not None else None


def with_hook(rules: Iterable[Rule], hook: str) -> list[Rule]:
    """Return the rules that have a hook of their own."""
    plain = getattr(Rule, hook)
    return [rule for rule in rules if getattr(type(rule), hook) is not plain]


def handed_over(call: Call, site: int, entity: ExternalValue) -> Call:
    """Return the call of a function that was handed to something that calls it, at ``site``."""
    args = (Arg(Value(ValueType.OTHER), star="*"),)
    return Call(site, call.target, short_name(entity), args, call.flags)


def short_name(entity: ExternalValue) -> str:
    """Return the last two words of a name, as messages show it."""
    return ".".join(entity.name.removeprefix("builtins.").split(".")[-2:])
