"""The options of ``wflint check``, in the order and the sections of its help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import click

from wflint.cli import completion
from wflint.cli.help import Decorated, option

FORMATS = (
    *("full", "concise", "grouped", "json", "json-lines", "github", "gitlab", "azure", "sarif"),
    *("junit", "checkstyle", "rdjson", "rdjsonl", "pylint"),
)

_rules = partial(option, "Rules")
_files = partial(option, "Files")
_fixes = partial(option, "Fixes")
_known = partial(option, "What is known")
_output = partial(option, "Output")
_exit = partial(option, "Exit code")
_settings = partial(option, "Configuration")
_run = partial(option, "Run")
_RULES: Any = {"multiple": True, "metavar": "RULES", "shell_complete": completion.rules}

# Options that other commands have as well.
CONFIG = _settings(
    "--config",
    multiple=True,
    metavar="FILE|KEY=VALUE",
    help="A configuration file, or one setting. May be repeated.",
)
ISOLATED = _settings("--isolated", is_flag=True, help="Read no configuration file.")
COLOR = _output(
    "--color",
    type=click.Choice(("auto", "always", "never")),
    metavar="WHEN",
    default="auto",
    help="Whether to print colours: auto, always or never.",
)
NO_IGNORES = _rules("--no-ignores", is_flag=True, help="Also report what comments suppress.")
OUTPUT_FORMAT = _output(
    "--output-format",
    type=click.Choice(FORMATS),
    metavar="FORMAT",
    envvar="WFLINT_OUTPUT_FORMAT",
    help=f"How to print diagnostics: {', '.join(FORMATS)}. Default: full on a terminal, else "
    "concise.",
)
OUTPUTS = _output(
    "-o",
    "outputs",
    multiple=True,
    metavar="[FORMAT:]PATH",
    help="Write a report to a file as well. The endings .sarif, .json and .xml (JUnit) say "
    "the format. May be repeated.",
)
MIN_SEVERITY = _output(
    "--min-severity",
    type=click.Choice(("error", "warning", "info")),
    metavar="SEVERITY",
    help="The lowest severity to report: error, warning or info. Default: info.",
)
QUIET = _output("-q", "--quiet", is_flag=True, help="Print diagnostics only.")
FAIL_ON = _exit(
    "--fail-on",
    type=click.Choice(("error", "warning", "info", "never")),
    metavar="SEVERITY",
    help="The lowest severity for exit code 1: error, warning, info or never. Default: warning.",
)
EXIT_ZERO = _exit("--exit-zero", is_flag=True, help="Exit with 0 even if there are diagnostics.")
WATCH = _run(
    "-w",
    "--watch",
    is_flag=True,
    help="Check again whenever a file changes. Needs: pip install 'wflint[watch]'.",
)
NO_CACHE = _run(
    "-n",
    "--no-cache",
    is_flag=True,
    envvar="WFLINT_NO_CACHE",
    help="Neither read nor write the cache.",
)

OPTIONS = (
    _rules("--select", **_RULES, help="Run only these rules."),
    _rules("--ignore", **_RULES, help="Do not run these rules."),
    _rules("--extend-select", **_RULES, help="Also run these rules."),
    _rules(
        "--per-file-ignores",
        multiple=True,
        metavar="PATTERN:RULE",
        help="Do not run a rule in some files.",
    ),
    _rules(
        "--extend-per-file-ignores",
        multiple=True,
        metavar="PATTERN:RULE",
        help="Like --per-file-ignores, but added to those of the configuration.",
    ),
    NO_IGNORES,
    _files("--exclude", multiple=True, metavar="PATTERNS", help="Files not to check."),
    _files(
        "--extend-exclude",
        multiple=True,
        metavar="PATTERNS",
        help="Like --exclude, but added to those of the configuration.",
    ),
    _files(
        "--force-exclude/--no-force-exclude",
        default=None,
        help="Leave out excluded files even if they are named as PATHS.",
    ),
    _files(
        "--respect-gitignore/--no-respect-gitignore",
        default=None,
        help="Leave out what git ignores.",
    ),
    _files("--stdin-filename", metavar="PATH", help="The name of the file on stdin (`-`)."),
    _files("--show-files", is_flag=True, help="Print the files to check and stop."),
    _known(
        "--baseline",
        metavar="FILE",
        help="Do not report what this file has. --update-baseline writes it.",
    ),
    _known("--update-baseline", is_flag=True, help="Write all that is found into the baseline."),
    _known(
        "--prune-baseline",
        is_flag=True,
        help="Take out of the baseline what is no longer found.",
    ),
    _known(
        "--error-stale-baseline",
        is_flag=True,
        help="List what the baseline has and is no longer found, and exit with 1 for it.",
    ),
    _known("--show-baselined", is_flag=True, help="Also report what the baseline has."),
    _known(
        "--new-from",
        metavar="REVISION",
        help="Report only what a revision of git does not have.",
    ),
    _known(
        "--new-from-merge-base",
        metavar="BRANCH",
        help="Report only what is new since this branch and the current one have parted.",
    ),
    _known(
        "--add-ignore",
        is_flag=False,
        flag_value="",
        metavar="[=REASON]",
        help="Write a suppression comment at each place that is reported.",
    ),
    _fixes("--fix/--no-fix", default=False, help="Apply safe fixes to the files."),
    _fixes(
        "--unsafe-fixes/--no-unsafe-fixes",
        default=False,
        help="With --fix, --fix-only or --diff: also unsafe fixes.",
    ),
    _fixes("--fix-only", is_flag=True, help="Apply fixes, but do not report what is left."),
    _fixes("--show-fixes", is_flag=True, help="List what was fixed."),
    _fixes("--diff", is_flag=True, help="Print what --fix would change, and change nothing."),
    _fixes("--fixable", **_RULES, help="Fix only what these rules find."),
    _fixes("--unfixable", **_RULES, help="Never fix what they find."),
    OUTPUT_FORMAT,
    OUTPUTS,
    MIN_SEVERITY,
    _output("--statistics", is_flag=True, help="Print how many diagnostics each rule has."),
    _output("--show-gaps", is_flag=True, help="List the calls that could not be resolved."),
    COLOR,
    QUIET,
    _output("-v", "--verbose", is_flag=True, help="Say more about the run."),
    _output("-s", "--silent", is_flag=True, help="Print nothing."),
    FAIL_ON,
    EXIT_ZERO,
    _exit(
        "--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if anything was fixed, for hooks."
    ),
    CONFIG,
    ISOLATED,
    _settings("--target-sdk", metavar="VERSION", help="The version of temporalio in use."),
    _settings("--python", metavar="PATH", help="The environment with the follow-packages."),
    _settings("--show-settings", is_flag=True, help="Print the settings and stop."),
    _run("-j", "--jobs", metavar="N", default="auto", help="Number of processes, or `auto`."),
    WATCH,
    NO_CACHE,
    _run(
        "--cache-dir",
        metavar="FOLDER",
        envvar="WFLINT_CACHE_DIR",
        help="The cache folder. Default: .wflint_cache at the top of the program.",
    ),
)


def check_options(command: Decorated) -> Decorated:
    """Give a command the options of ``wflint check``."""
    return _with(OPTIONS, command)


DIFF_OPTIONS = (
    option(
        "Versions",
        "--from",
        "bases",
        multiple=True,
        metavar="REV|PATH",
        help="The old code: a revision, or a file or folder. Repeat it for all releases with "
        "running workflows. Default: where the branch has left the default branch.",
    ),
    option(
        "Versions",
        "--to",
        "to",
        metavar="REV|PATH",
        help="The new code. Default: the files on disk.",
    ),
    option(
        "Versions",
        "--baseline",
        "baselines",
        multiple=True,
        metavar="FILE",
        help="Old code as commands that were committed. --update-baseline writes it. May be "
        "repeated.",
    ),
    option(
        "Versions",
        "--update-baseline",
        is_flag=True,
        help="Write the commands of the files on disk into the baseline, and stop.",
    ),
    NO_IGNORES,
    _fixes("--fix/--no-fix", default=False, help="Apply safe fixes to the files."),
    _fixes(
        "--unsafe-fixes/--no-unsafe-fixes",
        default=False,
        help="With --fix or --diff: also unsafe fixes, which put changes behind patches.",
    ),
    _fixes("--diff", is_flag=True, help="Print what --fix would change, and change nothing."),
    *(OUTPUT_FORMAT, OUTPUTS, MIN_SEVERITY),
    _output(
        "--map",
        metavar="FILE",
        help="Write the old and the new commands side by side, with the first difference: .html or "
        ".md.",
    ),
    _output("--show-gaps", is_flag=True, help="List what could not be compared, and why."),
    *(COLOR, QUIET, FAIL_ON, EXIT_ZERO),
    *(CONFIG, ISOLATED, NO_CACHE),
)


def diff_options(command: Decorated) -> Decorated:
    """Give a command the options of ``wflint diff``."""
    return _with(DIFF_OPTIONS, command)


REPLAY_OPTIONS = (
    option(
        "Histories",
        "--from-folder",
        "folders",
        multiple=True,
        metavar="DIR",
        help="All histories (*.json) below a folder. May be repeated.",
    ),
    option(
        "Histories",
        "--strip",
        is_flag=True,
        help="Write the histories without payloads, to stdout or the folder given by -o, and stop.",
    ),
    option(
        "Histories",
        "--coverage",
        is_flag=True,
        help="Print the branches, handlers and patches that no history goes through, and the "
        "patches that no open run needs, as text or json.",
    ),
    option(
        "Run",
        "--run",
        is_flag=True,
        help="Replay with the SDK in a process that imports and runs code of the project.",
    ),
    _run(
        "--python",
        metavar="PATH",
        help="The interpreter for --run. Default: the one that wflint runs in.",
    ),
    _run(
        "--timeout",
        type=click.FloatRange(min=0.1, max=86_400),
        default=300,
        metavar="SECONDS",
        help="How long --run may take. Default: 300.",
    ),
    *(NO_IGNORES, OUTPUT_FORMAT, OUTPUTS, MIN_SEVERITY, COLOR, QUIET, FAIL_ON, EXIT_ZERO),
    *(CONFIG, ISOLATED, NO_CACHE),
)


def replay_options(command: Decorated) -> Decorated:
    """Give a command the options of ``wflint replay``."""
    return _with(REPLAY_OPTIONS, command)


def _with(options: Sequence[Callable[[Any], Any]], command: Decorated) -> Decorated:
    for decorate in reversed(options):
        command = decorate(command)
    return command
