"""Checks code that no workflow runs, in files that name Temporal, by the rules about any code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from wflint.callgraph.builder import look_at
from wflint.callgraph.graph import Node
from wflint.facts.ids import Fn
from wflint.facts.model import BindingKind
from wflint.model.commands import Commands
from wflint.model.written_requests import requests_of
from wflint.project.module import Module
from wflint.project.store import Store
from wflint.rule.base import Rule, RuleSettings, Scope
from wflint.rule.called import called_words, last_words
from wflint.temporal.api import CallKind, names_of

if TYPE_CHECKING:
    from wflint.checking.analysis import AnalysisInput, AnalysisResult

_WORD = re.compile(r"\w+")
_IMPORTED = r"[ \t\\]\s*import\b[ \t\\]*(?:\((?:[^)#]|#[^\n]*)*|(?:\\\r?\n|[^\r\n])*)"
"""What follows the name of a package in ``from package import ...``, in brackets or on a line."""
_SDK = "temporalio"
_RENAMED = re.compile(r"(\w+)\s+as\s+(\w+)")


def rules_for_any_code(question: AnalysisInput) -> tuple[Rule, ...]:
    """Return the rules that speak outside of workflow code too, by their codes."""
    rules = sorted(question.rules.items())
    return tuple(rule for _, rule in rules if Scope.ELSEWHERE in rule.scope)


def suspects_in(rules: Iterable[Rule], settings: RuleSettings, text: str) -> list[str]:
    """Return the codes of those of the rules that may find something in a text.

    Rules that are not selected are among them, so that the answer can be kept with the file.
    """
    text = _spelt_out(text, {})
    return [
        rule.code
        for rule in rules
        if _is_suspicious(rule, text, settings)
        and (not rule.on_import or _may_use(rule, _named_in_imports(text, rule.on_import), text))
    ]


def check_elsewhere(question: AnalysisInput, answer: AnalysisResult) -> None:
    """Ask the rules that speak outside of workflow code too, in the files to report on."""
    codes = frozenset(rule.code for rule in rules_for_any_code(question))
    resolver, words = answer.checker.resolver, _WordsCalled(question)
    seen = {node.fn for node in answer.reached.order}
    for path in question.gated.named:
        suspects = [question.rules[code] for code in answer.store.suspects.get(path, ())]
        found: list[tuple[str, frozenset[str] | None]] = []
        with answer.store.faults.at(path):
            if suspects:
                module, settings = answer.store.load(path), question.settings_of(path)
                suspicion = _Suspects(suspects, settings, module, answer.checker.commands)
                rules = suspicion.of_text(_text_outside_of_functions(module))
                if not module.is_blank and rules:
                    found += ((name, words.of(rules)) for name in answer.store.module_bodies(path))
                for fn, rules in _functions(module, suspicion):
                    if fn not in seen:
                        names = _with_nested(answer.store, fn)
                        found += ((name, words.of(rules)) for name in names)
        for name, called in found:
            with answer.store.faults.at(path, name):
                answer.checker.hold(look_at(resolver, Fn(path, name), called), codes)


class _WordsCalled:
    """Answers with the last words of the calls that rules ask about."""

    def __init__(self, question: AnalysisInput) -> None:
        self._apis = question.apis
        self._known: dict[frozenset[str], frozenset[str] | None] = {}

    def of(self, rules: Iterable[Rule]) -> frozenset[str] | None:
        """Return the words that some rules ask about; ``None`` if they ask about any call."""
        of_code = {rule.code: rule for rule in rules}
        codes = frozenset(of_code)
        if codes not in self._known:
            self._known[codes] = self._find(of_code)
        return self._known[codes]

    def _find(self, rules: dict[str, Rule]) -> frozenset[str] | None:
        names: set[str] = set()
        kinds: set[CallKind] = set()
        for rule in rules.values():
            if rule.own_calls or rule.properties or rule.apis or rule.tables:
                return None
            names |= rule.targets
            kinds |= rule.commands
        if any(entry.is_of(rules) for entry in self._apis):
            return None
        return last_words(names | names_of(*kinds, prefix=""))


class _Suspects:
    """The rules that may find something in a module, asked about the parts of its text."""

    def __init__(
        self, rules: list[Rule], settings: RuleSettings, module: Module, commands: Commands
    ) -> None:
        self._rules = rules
        self._settings = settings
        self._module = module
        self._commands = commands
        self._imported: dict[str, frozenset[str]] = {}
        self._renamed = {
            name: binding.target.rpartition(".")[2]
            for name, bindings in module.facts.bindings.items()
            for binding in bindings
            if binding.what is BindingKind.IMPORT and binding.target.startswith(f"{_SDK}.")
        }

    def of_text(self, text: str) -> list[Rule]:
        """Return those of the rules that may find something in a part."""
        spelt_out = _spelt_out(text, self._renamed)
        return [
            rule
            for rule in self._rules
            if _is_suspicious(rule, spelt_out, self._settings) and self._is_on_import(rule, text)
        ]

    def of_function(self, qualname: str, text: str) -> list[Rule]:
        """Return those of the rules that may find something in a function, whose text is given."""
        found = self.of_text(text)
        if any(rule.only_refused for rule in found) and self._are_taken(qualname):
            return [rule for rule in found if not rule.only_refused]
        return found

    def _are_taken(self, qualname: str) -> bool:
        """True if each request in a function sends what its target takes, as far as is known."""
        found = requests_of(self._module, qualname)
        node = Node(Fn(self._module.path, qualname))
        return found.is_whole and all(self._commands.takes(node, r) for r in found.requests)

    def _is_on_import(self, rule: Rule, text: str) -> bool:
        """True unless a rule is about names from a package, and none is used as it says.

        A text that imports from the package itself may have any names for that.
        """
        package = rule.on_import
        if not package or package in text:
            return True
        return _may_use(rule, self._names_from(package), text)

    def _names_from(self, package: str) -> frozenset[str]:
        if package not in self._imported:
            self._imported[package] = frozenset(
                name
                for name, bindings in self._module.facts.bindings.items()
                if any(
                    b.what is BindingKind.IMPORT and b.target.startswith(package) for b in bindings
                )
            )
        return self._imported[package]


def _is_suspicious(rule: Rule, text: str, settings: RuleSettings) -> bool:
    if rule.called and rule.called.isdisjoint(called_words(text)):
        return False
    return rule.suspicious(text, settings)


def _may_use(rule: Rule, imported: frozenset[str], text: str) -> bool:
    return bool(imported) and not imported.isdisjoint(rule.used_names(text))


def _named_in_imports(text: str, package: str) -> frozenset[str]:
    """Return all words of imports that name a package; the names that they bind are among them."""
    return frozenset(word for part in _imports(text, package) for word in _WORD.findall(part))


def _imports(text: str, package: str) -> Iterator[str]:
    """Yield what a text imports from a package, and the other places that name it."""
    found = re.finditer(rf"{package}[\w.]*(?:\s+as\s+\w+|{_IMPORTED})?", text)
    return (place.group() for place in found)


def _spelt_out(text: str, renamed: Mapping[str, str]) -> str:
    """Return a text with the SDK's own words for names that imports give to them.

    ``renamed`` has those of the imports around the text.
    """
    others = {name: word for name, word in renamed.items() if name != word and name in text}
    for part in _imports(text, _SDK) if _SDK in text else ():
        others.update((name, word) for word, name in _RENAMED.findall(part))
    if not others:
        return text
    return _WORD.sub(lambda found: others.get(found[0], found[0]), text)


def _text_outside_of_functions(module: Module) -> str:
    """The text of a module without its functions and methods."""
    text, parts, at = module.source.searchable, [], 0
    for head in sorted(module.facts.functions.values(), key=lambda head: head.start):
        if head.start >= at:
            parts.append(text[at : head.start])
            at = head.end
    return "".join([*parts, text[at:]])


def _functions(module: Module, suspicion: _Suspects) -> Iterator[tuple[Fn, list[Rule]]]:
    for name, head in module.facts.functions.items():
        rules = suspicion.of_function(name, module.source.searchable[head.start : head.end])
        if rules:
            yield Fn(module.path, name), rules


def _with_nested(store: Store, fn: Fn) -> list[str]:
    store.body(fn)
    return [fn.qualname, *store.load(fn.path).inside(fn.qualname)]
