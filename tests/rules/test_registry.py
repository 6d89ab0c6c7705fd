"""The rules themselves, and which of them run."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import tomli

from wflint.checking.registry import Registry, added_apis, load_registry, select_rules
from wflint.config.find import ConfigError
from wflint.config.settings import ApiSetting, Settings
from wflint.rule import Fixable, Rule, Scope, Severity
from wflint.rule import documentation as rule_docs
from wflint.rule.api_table import rule_entries, rule_results

REGISTRY = load_registry()
RULES = Path(__file__).parents[2] / "rules"
SOURCES = Path(__file__).parents[2] / "src"
HEADINGS = ["What breaks", "Bad", "Good", "Fix safety", "What the SDK does", "References"]

every_rule = pytest.mark.parametrize("rule", REGISTRY.rules, ids=lambda rule: rule.name)


def file_of(rule: Rule) -> Path:
    return Path(str(sys.modules[type(rule).__module__].__file__))


def is_sorted(names: list[str]) -> bool:
    return names in (sorted(names), sorted(names, key=str.lower))


class TestConventions:
    """Conventions that every rule keeps to, so that one can be read like the other."""

    def test_rules_import_each_other_by_where_they_are_installed(self) -> None:
        """`rules` is the name of a folder here, and of nothing where wflint is installed."""
        absolute = [
            file.relative_to(RULES).as_posix()
            for file in sorted(RULES.rglob("*.py"))
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "rules"
        ]
        assert absolute == []

    def test_there_are_rules_of_every_family(self) -> None:
        folders = {path.parent.name for path in RULES.glob("*/__init__.py")}
        every = REGISTRY.of_all_commands.values()
        assert {rule_docs.family(rule).replace("-", "_") for rule in every} == folders
        assert len(REGISTRY.rules) >= 25

    def test_codes_and_names_are_unique(self) -> None:
        files = [p for p in RULES.rglob("*.py") if not p.name.startswith("_")]
        every = (*REGISTRY.rules, *REGISTRY.others)
        assert len(REGISTRY.of_all_commands) == len(REGISTRY.by_name) == len(every) == len(files)

    @every_rule
    def test_code_name_file_and_class_agree(self, rule: Rule) -> None:
        assert re.fullmatch(r"WFL\d{3}", rule.code)
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
        assert file_of(rule).stem == rule.name.replace("-", "_")
        assert type(rule).__name__.lower() == rule.name.replace("-", "")

    @every_rule
    def test_summary_is_a_short_sentence(self, rule: Rule) -> None:
        summary = rule_docs.summary(rule)
        assert summary.endswith(".") and summary[0].isupper()
        assert len(summary) < 90

    @every_rule
    def test_documentation_has_the_headings_in_order(self, rule: Rule) -> None:
        sections = rule_docs.sections(rule)
        wanted = [h for h in HEADINGS if h != "Fix safety" or rule.fix is not Fixable.NONE]
        assert list(sections) == wanted
        assert all(sections.values())

    @every_rule
    def test_examples_are_modules(self, rule: Rule) -> None:
        for heading in ("Bad", "Good"):
            text = rule_docs.sections(rule)[heading]
            (block,) = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
            if rule.code != "WFL001" or heading == "Good":
                ast.parse(block)

    @every_rule
    def test_message_names_what_is_wrong(self, rule: Rule) -> None:
        assert not rule.message.endswith(".")
        shown = rule.message.format(name="NAME", use="USE")
        assert not shown.startswith("NAME"), "the name stands in backticks"
        for name, api in rule.apis.items():
            message = api.message or rule.message
            assert message.format(name="NAME", use="USE")
            chooses_itself = type(rule).judge is not Rule.judge
            assert api.use or chooses_itself or "{use}" not in message, f"{name}: use what?"

    @every_rule
    def test_names_are_sorted(self, rule: Rule) -> None:
        for node in ast.walk(ast.parse(file_of(rule).read_text("utf-8"))):
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            if isinstance(target, ast.Name) and target.id == "apis":
                assert isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
                keys = [key.value for key in node.value.keys if isinstance(key, ast.Constant)]
                assert is_sorted([str(key) for key in keys])

    @every_rule
    def test_tables_are_sorted_and_say_only_what_is_known(self, rule: Rule) -> None:
        known = {"name", "match", "except", "use", "message", "severity", "kind"}
        known |= {"of", "methods", "plain", "gives", "blocks"}
        for table in rule.tables:
            libraries = tomli.loads((file_of(rule).parent / table).read_text("utf-8"))["library"]
            names = [library["name"] for library in libraries]
            assert is_sorted(names)
            for library in libraries:
                assert set(library) <= known
                for key in ("match", "except", "of", "methods", "plain", "gives"):
                    assert is_sorted(list(library.get(key, ())))
                assert library.get("of") or not {"methods", "plain"} & set(library)

    @every_rule
    def test_what_blocks_is_one_of_the_names_of_its_library(self, rule: Rule) -> None:
        for table in rule.tables:
            libraries = tomli.loads((file_of(rule).parent / table).read_text("utf-8"))["library"]
            for library in libraries:
                blocks = library.get("blocks", ())
                assert blocks is True or is_sorted(list(blocks))
                methods = library.get("methods", ())
                own = {f"{of}.{name}" for of in library.get("of", ()) for name in methods}
                own |= set(library.get("match", ()))
                wide = tuple(name[:-1] for name in own if name.endswith(".*"))
                for name in () if blocks is True else blocks:
                    assert name in own or name.startswith(wide), name

    @every_rule
    def test_what_a_table_says_is_given_is_something_to_follow(self, rule: Rule) -> None:
        names = {entry.name.removesuffix(".*") for entry in rule_entries(rule)}
        followed = {name.rpartition(".")[0] for name in names} | names
        results = rule_results([rule])
        followed |= {name.rpartition(".")[0] for name in results}
        assert {of for of in results.values() if not of.startswith("builtins.")} <= followed

    def test_each_name_belongs_to_one_rule(self) -> None:
        owners: dict[str, list[str]] = {}
        for rule in REGISTRY.rules:
            names = list(rule.apis)
            for table in rule.tables:
                data = tomli.loads((file_of(rule).parent / table).read_text("utf-8"))
                for library in data["library"]:
                    methods = library.get("methods", ())
                    names += library.get("match", ())
                    names += (f"{of}.{name}" for of in library.get("of", ()) for name in methods)
            for name in names:
                owners.setdefault(name, []).append(rule.code)
        assert {name: codes for name, codes in owners.items() if len(codes) > 1} == {}

    @every_rule
    def test_libcst_is_not_imported_for_knowing_the_rule(self, rule: Rule) -> None:
        tree = ast.parse(file_of(rule).read_text("utf-8"))
        imported = {
            alias.name if isinstance(node, ast.Import) else node.module
            for node in tree.body
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for alias in node.names
        }
        assert not {str(name).partition(".")[0] for name in imported} & {"libcst", "temporalio"}

    def test_nothing_in_the_engine_imports_a_rule(self) -> None:
        for path in SOURCES.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, (ast.Import, ast.ImportFrom)):
                    continue
                names = [alias.name for alias in node.names]
                if isinstance(node, ast.ImportFrom):
                    names = [f"{node.module}.{name}" for name in names]
                assert not any(n.startswith("wflint.rules") for n in names), path


class TestRegistry:
    @pytest.mark.parametrize(
        ("selector", "codes"),
        [
            ("WFL101", {"WFL101"}),
            ("wfl101", {"WFL101"}),
            ("wall-clock-time", {"WFL101"}),
            ("WFL00", {"WFL001", "WFL002", "WFL003", "WFL004", "WFL005", "WFL006"}),
            ("WFL999", set()),
            ("W", set()),
            ("wall-clock", set()),
        ],
    )
    def test_selector_stands_for_rules(self, selector: str, codes: set[str]) -> None:
        assert REGISTRY.expand(selector) == codes

    @pytest.mark.parametrize("selector", ["ALL", "all", "WFL"])
    def test_everything(self, selector: str) -> None:
        assert REGISTRY.expand(selector) == set(REGISTRY.of_all_commands)

    @pytest.mark.parametrize(
        ("selector", "meant"),
        [
            ("WFL1001", "WFL101"),
            ("WFL11", "WFL111"),  # the first of those that begin so
            ("WFL1", "WFL101"),
            ("WFL099", ""),
            ("WFL", ""),
            ("wall-clock", "wall-clock-time"),
            ("E501", ""),
            ("XYZ", ""),
        ],
    )
    def test_nearest(self, selector: str, meant: str) -> None:
        assert REGISTRY.nearest(selector) == meant


def codes(**settings: Any) -> set[str]:
    return set(select_rules(Settings(**settings), REGISTRY).codes)


class TestSelection:
    DEFAULT = {rule.code for rule in REGISTRY.rules if rule.severity is not Severity.INFO}

    def test_errors_and_warnings_run_by_default(self) -> None:
        assert codes() == self.DEFAULT
        assert "WFL003" not in codes()

    def test_select_replaces_the_default_and_extend_select_adds_to_it(self) -> None:
        assert codes(select=("WFL101",)) == {"WFL101"}
        assert codes(extend_select=("WFL003",)) == self.DEFAULT | {"WFL003"}

    def test_empty_selection_runs_nothing(self) -> None:
        assert codes(select=()) == set()

    @pytest.mark.parametrize(
        ("select", "ignore", "runs"),
        [
            (("WFL1",), ("WFL101",), False),
            (("WFL101",), ("WFL1",), True),
            (("WFL101",), ("WFL101",), False),
            (("wall-clock-time",), ("WFL10",), True),
            (("WFL101",), ("wall-clock-time",), False),
            (("WFL1",), ("WFL10",), False),
            (("WFL10",), ("WFL1",), True),
            (("ALL",), ("WFL101",), False),
            (("WFL1",), ("ALL",), True),
            (("WFL",), ("ALL",), True),
            (("ALL",), ("ALL",), False),
        ],
    )
    def test_narrower_selector_wins_and_ignore_wins_a_tie(
        self, select: tuple[str, ...], ignore: tuple[str, ...], runs: bool
    ) -> None:
        assert ("WFL101" in codes(select=select, ignore=ignore)) is runs

    @pytest.mark.parametrize(
        ("selector", "runs"),
        [
            ("WFL003", True),
            ("suppression-without-reason", True),
            ("WFL00", True),
            ("ALL", True),
            ("WFL0", False),
            ("WFL", False),
        ],
    )
    def test_rule_that_is_off_by_default_must_be_meant(self, selector: str, runs: bool) -> None:
        assert ("WFL003" in codes(select=(selector,))) is runs
        assert ("WFL003" in codes(extend_select=(selector,))) is runs

    def test_severity_is_the_configured_one(self) -> None:
        selection = select_rules(Settings(severity={"WFL101": "warning"}), REGISTRY)
        assert selection.severity("WFL101") is Severity.WARNING
        assert selection.severity("WFL102") is Severity.ERROR

    def test_severity_off_turns_a_rule_off(self) -> None:
        assert codes(severity={"wall-clock-time": "off"}) == self.DEFAULT - {"WFL101"}

    @pytest.mark.parametrize("key", ["select", "extend_select", "ignore"])
    def test_unknown_selector_is_named_with_the_nearest(self, key: str) -> None:
        with pytest.raises(ConfigError, match=r'there is no rule "wall-clok-time"; did you mean "'):
            codes(**{key: ("wall-clok-time",)})
        with pytest.raises(ConfigError, match=r'^severity: there is no rule "X1"$'):
            codes(severity={"X1": "off"})
        with pytest.raises(ConfigError, match=r'^per-file-ignores: there is no rule "X1"$'):
            codes(per_file_ignores={"a.py": ("X1",)})

    def test_per_file_ignores(self) -> None:
        settings = Settings(
            per_file_ignores={"legacy/": ("WFL1",)}, extend_per_file_ignores={"*_pb2.py": ("ALL",)}
        )
        selection = select_rules(settings, REGISTRY)
        assert "WFL101" not in selection.codes_for("legacy/a.py")
        assert "WFL201" in selection.codes_for("legacy/a.py")
        assert selection.codes_for("x/order_pb2.py") == frozenset()
        assert selection.codes_for("flows/a.py") == selection.codes

    @pytest.mark.parametrize(
        ("path", "is_test"),
        [("tests/a.py", True), ("x/test_a.py", True), ("x/contest.py", False), ("a.py", False)],
    )
    def test_tests_are_known_by_their_path(self, path: str, is_test: bool) -> None:
        assert select_rules(Settings(), REGISTRY).is_test(path) is is_test


class TestOwnNames:
    def test_name_is_given_to_a_rule_or_blessed(self) -> None:
        apis = (
            ApiSetting(name="acme.clock.now", rule="wall-clock-time", use="workflow.now()"),
            ApiSetting(name="acme.ids.*", deterministic=True),
        )
        (now, ids) = added_apis(Settings(apis=apis), REGISTRY)
        assert now[0] == "acme.clock.now" and now[1] is REGISTRY.by_code["WFL101"]
        assert (now[2].use, now[2].kind) == ("workflow.now()", "call")
        assert ids[:2] == ("acme.ids.*", None)

    @pytest.mark.parametrize(
        ("rule", "problem"),
        [("WFL1001", 'there is no rule "WFL1001"'), ("WFL1", "more than one rule")],
    )
    def test_rule_must_be_one(self, rule: str, problem: str) -> None:
        apis = (ApiSetting(name="acme.clock.now", rule=rule),)
        with pytest.raises(ConfigError, match=problem):
            added_apis(Settings(apis=apis), REGISTRY)


class AcmeClock(Rule):
    """A rule of a plugin."""

    code = "ACM101"
    name = "acme-clock"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW


class StolenCode(Rule):
    """A rule that uses a code of ours."""

    code = "WFL101"
    name = "stolen-code"
    severity = Severity.ERROR


class TestPlugins:
    @pytest.fixture(autouse=True)
    def entry_points(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        loaded: dict[str, Any] = {}

        class EntryPoint:
            def __init__(self, name: str) -> None:
                self.name = name

            def load(self) -> Any:
                if isinstance(loaded[self.name], Exception):
                    raise loaded[self.name]
                return loaded[self.name]

        def installed_plugins() -> list[EntryPoint]:
            return [EntryPoint(name) for name in loaded]

        monkeypatch.setattr("wflint.config.plugins.installed_plugins", installed_plugins)
        from wflint.checking import registry

        registry._load.cache_clear()
        return loaded

    def test_rule_class_is_added(self, entry_points: dict[str, Any]) -> None:
        entry_points["acme"] = AcmeClock
        registry = load_registry(["acme"])
        assert registry.by_name["acme-clock"].code == "ACM101"
        assert registry.families == ("ACM", "WFL")
        assert "ACM101" in select_rules(Settings(select=("ACM",)), registry).codes

    def test_module_brings_its_rules(self, entry_points: dict[str, Any]) -> None:
        entry_points["acme"] = sys.modules[__name__]
        with pytest.raises(ConfigError, match="the code WFL101 is wall-clock-time's"):
            load_registry(["acme"])

    def test_only_named_plugins_are_loaded(self, entry_points: dict[str, Any]) -> None:
        entry_points["acme"] = AcmeClock
        assert "ACM101" not in load_registry().by_code

    def test_plugin_that_is_not_installed(self) -> None:
        with pytest.raises(ConfigError, match='plugin "acme" is not installed'):
            load_registry(["acme"])

    @pytest.mark.parametrize(
        ("thing", "problem"),
        [
            (ImportError("no module named acme"), "cannot be loaded: no module named acme"),
            (print, "must name a rule class, a module or a package"),
        ],
    )
    def test_plugin_that_is_broken(
        self, entry_points: dict[str, Any], thing: object, problem: str
    ) -> None:
        entry_points["acme"] = thing
        with pytest.raises(ConfigError, match=problem):
            load_registry(["acme"])


class TestDocumentation:
    RULE = REGISTRY.by_code["WFL101"]

    def test_object_has_the_promised_keys(self) -> None:
        described = rule_docs.as_object(self.RULE)
        documentation = described.pop("documentation")
        assert documentation.startswith("Reads the wall clock") and "## Good" in documentation
        assert described == {
            "code": "WFL101",
            "name": "wall-clock-time",
            "family": "time",
            "severity": "error",
            "default": "on",
            "scope": "workflow",
            "fix": "safe",
            "since": "0.1",
            "summary": rule_docs.summary(self.RULE),
        }
        assert rule_docs.as_object(REGISTRY.by_code["WFL003"])["default"] == "opt-in"

    def test_rule_of_a_bare_module_has_no_documentation_but_does_not_fail(self) -> None:
        module = ModuleType("bare_rule")
        rule = type("Bare", (Rule,), {"__module__": "bare_rule", "code": "X1", "name": "bare"})()
        sys.modules["bare_rule"] = module
        try:
            assert (rule_docs.summary(rule), rule_docs.family(rule)) == ("", "bare-rule")
        finally:
            del sys.modules["bare_rule"]


def test_registry_is_sorted_by_code() -> None:
    assert [rule.code for rule in REGISTRY.rules] == sorted(REGISTRY.by_code)
    assert isinstance(REGISTRY, Registry)
