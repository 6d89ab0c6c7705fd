"""The settings: their names, types, default values and explanations.

The text under each key is what ``wflint config KEY`` prints.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

# Names of folders that hold tools' files or installed packages, never a project's own code. No word
# that a project may use for its own folder (``build``, ``dist``, ``env``) belongs here.
DEFAULT_EXCLUDE = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".hg",
    ".hypothesis",
    ".idea",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    ".wflint_cache",
    "__pycache__",
    "__pypackages__",
    "node_modules",
    "site-packages",
    "venv",
)

DEFAULT_TEST_PATHS = ("tests/", "test/", "test_*.py", "*_test.py", "conftest.py")


class ApiSetting(Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """One entry of ``[[tool.wflint.apis]]``."""

    name: str
    """The full dotted name (``acme.clock.now``), or the beginning of names (``acme.clock.*``)."""

    rule: str | None = None
    """Code or name of the rule that reports it."""

    deterministic: bool = False
    """The name is fine in a workflow: wflint reports nothing for it and does not look inside."""

    use: str = ""
    """What to use instead, as it would be written."""

    message: str = ""
    """The message; ``{name}`` and ``{use}`` may stand in it. By default the rule's own."""

    kind: Literal["call", "use", "any"] = "call"
    """What counts: calling the name, using it in any other way, or both."""


OutputFormat = Literal[
    "full",
    "concise",
    "grouped",
    "json",
    "json-lines",
    "github",
    "gitlab",
    "azure",
    "sarif",
    "junit",
    "checkstyle",
    "rdjson",
    "rdjsonl",
    "pylint",
]


class Settings(Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """The settings of ``[tool.wflint]``. Paths and patterns are relative to its folder."""

    extend: str | None = None
    """Another configuration file that this one builds on, relative to this file and inside of the
    repository: `"../pyproject.toml"`. Settings of this file replace those of the other; what
    begins with `extend-`, and `ignore`, adds to them, and `severity` is merged by rule."""

    select: tuple[str, ...] | None = None
    """The rules to run: codes (`WFL101`), beginnings of codes (`WFL1`), names (`wall-clock-time`)
    or `ALL`. Without it, every rule of severity error or warning runs. Where `select` and `ignore`
    name the same rule, the more specific of them wins, and `ignore` wins a tie."""

    extend_select: tuple[str, ...] = ()
    """Rules to run besides those of `select`."""

    ignore: tuple[str, ...] = ()
    """Rules not to run: codes, beginnings of codes, names or `ALL`."""

    per_file_ignores: dict[str, tuple[str, ...]] = {}
    """Rules that are silent in some files: a table from file patterns to lists of rules. Patterns
    are those of .gitignore: `"legacy/" = ["WFL1"]`, `"*_pb2.py" = ["ALL"]`."""

    extend_per_file_ignores: dict[str, tuple[str, ...]] = {}
    """Entries besides those of `per-file-ignores`."""

    severity: dict[str, Literal["error", "warning", "info", "off"]] = {}
    """The severity of a rule where it should differ from the rule's own: a table from codes or
    names to `"error"`, `"warning"`, `"info"` or `"off"`. It applies to everything that the rule
    reports. A rule that is off by default stays off until it is selected."""

    fail_on: Literal["error", "warning", "info", "never"] = "warning"
    """The lowest severity with which a diagnostic makes the exit code 1."""

    min_severity: Literal["error", "warning", "info"] = "info"
    """The lowest severity to report. What is below is only counted, and not fixed."""

    src: tuple[str, ...] = ()
    """The folders that absolute imports start from, inside of the repository. Without it, wflint
    finds them: the top of the program, `src` folders, and the folders above packages."""

    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    """Files and folders that are not checked, as .gitignore patterns. It replaces the default;
    `extend-exclude` adds to it. A file named on the command line is checked all the same, and
    workflow code that imports an excluded file is still followed into it."""

    extend_exclude: tuple[str, ...] = ()
    """Files and folders that are not checked, besides those of `exclude`."""

    force_exclude: bool = False
    """Leave excluded files out even when they are named on the command line, as pre-commit does."""

    respect_gitignore: bool = True
    """Leave out what git ignores."""

    test_paths: tuple[str, ...] = DEFAULT_TEST_PATHS
    """Files that are tests, as .gitignore patterns. They often do wrong things on purpose, so only
    errors are reported in them."""

    follow_packages: tuple[str, ...] = ()
    """Installed packages whose code is followed as well, by import name (`acme_common`,
    `acme.common`). What is wrong in them is reported at the call in your own code that leads
    there."""

    python: str | None = None
    """The environment in which the packages of `follow-packages` are installed: an interpreter or
    the folder of an environment, relative to the configuration. It is read and never run; the flag
    `--python` may run an interpreter. Without it, the one that `VIRTUAL_ENV` names, then `.venv`
    and `venv` in its folder."""

    workflow_decorators: tuple[str, ...] = ()
    """Decorators of installed packages that make a class a workflow, by full dotted name
    (`acme.temporal.workflow`). Those that the project defines itself, and that apply
    `@workflow.defn`, are understood without it."""

    run_decorators: tuple[str, ...] = ()
    """Decorators of installed packages that mark the run method of a workflow, as `@workflow.run`
    does, by full dotted name. Those that the project defines itself are understood without it."""

    signal_decorators: tuple[str, ...] = ()
    """Decorators of installed packages that mark a signal handler, by full dotted name."""

    query_decorators: tuple[str, ...] = ()
    """Decorators of installed packages that mark a query handler, by full dotted name."""

    update_decorators: tuple[str, ...] = ()
    """Decorators of installed packages that mark an update handler, by full dotted name."""

    validator_decorators: tuple[str, ...] = ()
    """Decorators of installed packages that mark the validator of an update, by full dotted name.
    It may change nothing, as a query handler."""

    activity_decorators: tuple[str, ...] = ()
    """Decorators of your own that make a function an activity, by full dotted name."""

    workflow_base_classes: tuple[str, ...] = ()
    """Base classes whose subclasses are workflows even without a decorator, by full dotted name."""

    extend_entry_points: tuple[str, ...] = ()
    """Decorators and base classes by full dotted name: on a class they make it a workflow, on a
    function they make it an activity."""

    needles: tuple[str, ...] = ()
    """Texts that mark a file as one that may define workflows or activities. By default
    `temporalio`, and the last words of the names of decorators and base classes given here."""

    default_activity_timeout: int = 60
    """The timeout in seconds that a fix fills in where an activity call has none."""

    max_workflow_commands: int = 40
    """How many commands a workflow may give before WFL523 reports it: calls in its methods that
    start activities, children and timers, or send messages."""

    max_workflow_handlers: int = 20
    """How many signals, queries and updates a workflow may handle before WFL523 reports it."""

    max_workflow_branches: int = 60
    """How many branches the methods of a workflow may have before WFL523 reports it: `if`, `elif`,
    loops, `except` and `case`."""

    short_lived_workflows: tuple[str, ...] = ()
    """Workflows whose runs have always ended when new code is deployed, by the name of their type;
    `*` stands for any text. `wflint diff` leaves them out."""

    guard_functions: tuple[str, ...] = ()
    """Functions of your own that return true if the code runs in a workflow, as
    `temporalio.workflow.in_workflow` does, by full dotted name."""

    replay_safe_loggers: tuple[str, ...] = ()
    """Loggers, or functions that return one, that are silent during replay, by full dotted name."""

    apis: tuple[ApiSetting, ...] = ()
    """Names of your own for the rules: an array of tables with the keys `name`, and either `rule`
    (the rule that reports it) or `deterministic = true` (it is fine in a workflow); also `use`,
    `message` and `kind` (`"call"`, `"use"` or `"any"`)."""

    plugins: tuple[str, ...] = ()
    """Packages with additional rules, by the name of their entry point in the group
    `wflint.rules`. They must be installed in the same environment as wflint."""

    fixable: tuple[str, ...] = ("ALL",)
    """The rules whose fixes are offered and applied: codes, beginnings of codes, names or `ALL`.
    Where `fixable` and `unfixable` name the same rule, the more specific of them wins, and
    `unfixable` wins a tie."""

    unfixable: tuple[str, ...] = ()
    """Rules whose fixes are neither offered nor applied."""

    extend_safe_fixes: tuple[str, ...] = ()
    """Rules whose unsafe fixes count as safe here: `--fix` applies them."""

    extend_unsafe_fixes: tuple[str, ...] = ()
    """Rules whose safe fixes count as unsafe here: they need `--unsafe-fixes`. It wins over
    `extend-safe-fixes` where both name the same rule in the same words."""

    target_sdk: str | None = None
    """The version of `temporalio` that the code runs with, such as `"1.20"`. Without it, the
    version in the lock file, or the lowest that the project's requirements admit, or else the
    newest that wflint knows. For each file the nearest folder counts that has a lock file or
    requirements (`pyproject.toml`, `requirements.txt` and the like). Where these rule out newer
    versions, as `temporalio==1.7.0` and `temporalio<1.9` do, what only those have is missing."""

    target_python: str | None = None
    """The lowest version of Python that the code runs with, such as `"3.11"`. Without it, the
    lowest that `requires-python` admits, or else 3.10."""

    baseline: str | None = None
    """The file with the findings that are known and not reported, relative to the configuration
    file and inside of the repository. `wflint check --update-baseline` writes it."""

    cache_dir: str | None = None
    """The folder in which results are kept for the next run, relative to the configuration
    file and inside of the repository. Without it, `.wflint_cache` at the top of the program."""

    output_format: OutputFormat | None = None
    """How diagnostics are printed. Without it, `full` on a terminal and `concise` elsewhere."""

    require_workflows: bool = False
    """Fail with exit code 2 when no workflow is found, so that an empty run does not look like a
    clean one."""
