"""The command line: parse arguments, call one function, turn its result into an exit code.

``wflint --help`` and ``wflint rule`` must start at once, so everything that costs time to import is
imported in the command that needs it.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

import click

from wflint import __version__
from wflint.system import interrupts

GRAPH_FORMATS = ("text", "mermaid", "dot", "json")
FORMATS = (
    *("full", "concise", "grouped", "json", "json-lines", "github", "gitlab", "azure", "sarif"),
    *("junit", "checkstyle", "rdjson", "rdjsonl", "pylint"),
)
FAILED, INTERRUPTED = 2, 130

# Options that several commands have.
_CONFIG = click.option(
    "--config",
    multiple=True,
    metavar="FILE|KEY=VALUE",
    help="A configuration file, or one setting. May be repeated.",
)
_ISOLATED = click.option("--isolated", is_flag=True, help="Read no configuration file.")
_COLOR = click.option(
    "--color",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    help="Whether to print colours.",
)


class Program(click.Group):
    """A group whose commands return their exit code, and that never shows a traceback."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command that the arguments name, and exit."""
        kwargs["standalone_mode"] = False
        try:
            code = super().main(*args, **kwargs)
            code = code if isinstance(code, int) else 0
        except click.ClickException as error:
            error.show()
            code = error.exit_code
        except click.Abort:
            code = INTERRUPTED
        except Exception as error:
            code = INTERRUPTED if interrupts.happened() else _explain_failure(error)
        sys.exit(code)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an interrupt ends it without a word."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            return INTERRUPTED


def _explain_failure(error: Exception) -> int:
    """One line for what went wrong."""
    from wflint.config.errors import ConfigError
    from wflint.faults import REPORT_URL
    from wflint.faults import reason as where
    from wflint.system.printable import visible
    from wflint.wording import on_one_line

    if isinstance(error, ConfigError):
        for line in (f"wflint: {error}", *error.more):
            click.echo(visible(line), err=True)
        return FAILED
    fault = _fault_of_the_system(error)
    if fault:
        click.echo(f"wflint: {fault}", err=True)
        return FAILED
    if os.environ.get("WFLINT_DEBUG"):
        raise error
    said = visible(on_one_line(str(error)))
    reason = f"{where(error)}: {said}" if said else where(error)
    click.echo(
        f"wflint: internal error: {reason} - please report it at {REPORT_URL} "
        "(WFLINT_DEBUG=1 shows the traceback)",
        err=True,
    )
    return FAILED


def _fault_of_the_system(error: Exception) -> str:
    """Return a sentence on what the system refused that wflint cannot do without."""
    if not isinstance(error, OSError):
        return ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT) and error.filename is None:
        return f"cannot write: {error.strerror}"
    try:
        os.getcwd()
    except OSError:
        return "the working directory does not exist any more; change to one that does"
    return ""


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="wflint %(version)s")
def main() -> None:
    """Find what breaks replay in Temporal workflows written in Python."""


@main.command()
@click.argument("paths", nargs=-1)
@click.option("--select", multiple=True, metavar="RULES", help="Run only these rules.")
@click.option("--ignore", multiple=True, metavar="RULES", help="Do not run these rules.")
@click.option("--extend-select", multiple=True, metavar="RULES", help="Also run these rules.")
@click.option(
    "--per-file-ignores",
    multiple=True,
    metavar="PATTERN:RULE",
    help="Do not run a rule in some files.",
)
@click.option(
    "--extend-per-file-ignores",
    multiple=True,
    metavar="PATTERN:RULE",
    help="Like --per-file-ignores, but added to those of the configuration.",
)
@click.option(
    "--output-format",
    type=click.Choice(FORMATS),
    metavar="FORMAT",
    envvar="WFLINT_OUTPUT_FORMAT",
    help=f"How to print diagnostics: {', '.join(FORMATS)}. Default: full on a terminal, else "
    "concise.",
)
@click.option(
    "-o",
    "outputs",
    multiple=True,
    metavar="[FORMAT:]PATH",
    help="Write a report to a file as well. The endings .sarif, .json and .xml (JUnit) say the "
    "format. May be repeated.",
)
@click.option("--fix/--no-fix", default=False, help="Apply safe fixes to the files.")
@click.option(
    "--unsafe-fixes/--no-unsafe-fixes",
    default=False,
    help="With --fix, --fix-only or --diff: also unsafe fixes.",
)
@click.option("--fix-only", is_flag=True, help="Apply fixes, but do not report what is left.")
@click.option("--show-fixes", is_flag=True, help="List what was fixed.")
@click.option("--diff", is_flag=True, help="Print what --fix would change, and change nothing.")
@click.option(
    "--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if anything was fixed, for hooks."
)
@click.option("--fixable", multiple=True, metavar="RULES", help="Fix only what these rules find.")
@click.option("--unfixable", multiple=True, metavar="RULES", help="Never fix what they find.")
@click.option(
    "--fail-on",
    type=click.Choice(("error", "warning", "info", "never")),
    help="The lowest severity for exit code 1. Default: warning.",
)
@click.option(
    "--min-severity",
    type=click.Choice(("error", "warning", "info")),
    help="The lowest severity to report. Default: info.",
)
@click.option("--statistics", is_flag=True, help="Print how many diagnostics each rule has.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are diagnostics.")
@click.option("--stdin-filename", metavar="PATH", help="The name of the file on stdin (`-`).")
@click.option("-j", "--jobs", metavar="N", default="auto", help="Number of processes, or `auto`.")
@_CONFIG
@_ISOLATED
@click.option("--show-settings", is_flag=True, help="Print the settings and stop.")
@click.option("--show-files", is_flag=True, help="Print the files to check and stop.")
@click.option("--show-gaps", is_flag=True, help="List the calls that could not be resolved.")
@click.option("--no-ignores", is_flag=True, help="Also report what comments suppress.")
@click.option("--exclude", multiple=True, metavar="PATTERNS", help="Files not to check.")
@click.option(
    "--extend-exclude",
    multiple=True,
    metavar="PATTERNS",
    help="Like --exclude, but added to those of the configuration.",
)
@click.option(
    "--force-exclude/--no-force-exclude",
    default=None,
    help="Leave out excluded files even if they are named as PATHS.",
)
@click.option(
    "--respect-gitignore/--no-respect-gitignore", default=None, help="Leave out what git ignores."
)
@click.option("--target-sdk", metavar="VERSION", help="The version of temporalio in use.")
@click.option("--python", metavar="PATH", help="The environment with the follow-packages.")
@click.option(
    "-n",
    "--no-cache",
    is_flag=True,
    envvar="WFLINT_NO_CACHE",
    help="Neither read nor write the cache.",
)
@click.option(
    "--cache-dir",
    metavar="FOLDER",
    envvar="WFLINT_CACHE_DIR",
    help="The cache folder. Default: .wflint_cache at the top of the program.",
)
@_COLOR
@click.option("-q", "--quiet", is_flag=True, help="Print diagnostics only.")
@click.option("-v", "--verbose", is_flag=True, help="Say more about the run.")
@click.option("-s", "--silent", is_flag=True, help="Print nothing.")
def check(**flags: Any) -> int:
    """Check files and folders (by default the current folder; `-` is stdin)."""
    from wflint.cli.check import run

    return run(flags)


@main.command()
@click.argument("entry")
@click.argument("paths", nargs=-1)
@click.option(
    "--format",
    "--output-format",
    "form",
    type=click.Choice(GRAPH_FORMATS),
    default="text",
    help="A tree for people (the default), a drawing for Mermaid or Graphviz, or JSON.",
)
@_CONFIG
@_ISOLATED
@_COLOR
@click.option("-q", "--quiet", is_flag=True, help="Print the graph only.")
def graph(**flags: Any) -> int:
    """Show what an entry point reaches, or why a function is workflow code.

    ENTRY is a workflow (OrderWorkflow), a method of one (OrderWorkflow.run), or any other class or
    function (price_order). If a name is ambiguous, put its module (orders.pricing.price_order) or
    its file (orders/pricing.py::price_order) before it.

    The name is looked up in the files and folders PATHS, by default the current folder. Calls are
    followed through the whole project, as in `wflint check`. Diagnostics, and calls that could not
    be followed, are shown at their functions.

    If ENTRY is not an entry point itself, the output begins with the shortest chain of calls from
    each entry point that reaches it.

    The exit code is 0 if a graph was printed, 1 if no workflow reaches ENTRY, and 2 if the name is
    unknown or ambiguous, or something else is wrong.
    """
    from wflint.cli.graph import run

    return run(flags)


@main.command()
@click.argument("rule", required=False)
@click.option("--all", "every", is_flag=True, help="All rules.")
@click.option("--output-format", type=click.Choice(("text", "json")), default="text")
def rule(rule: str | None, every: bool, output_format: str) -> None:
    """Explain a rule, by its code or name."""
    from wflint.cli.output import write_stdout
    from wflint.cli.show_rules import describe_rules

    if bool(rule) == every:
        raise click.UsageError("name one rule, or give --all")
    write_stdout(describe_rules(rule, output_format))


@main.command()
@click.argument("key", required=False)
@click.option("--output-format", type=click.Choice(("text", "json")), default="text")
def config(key: str | None, output_format: str) -> None:
    """Explain the settings, or one of them."""
    from wflint.cli.output import write_stdout
    from wflint.cli.show import describe_settings

    write_stdout(describe_settings(key, output_format))


@main.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--cache-dir",
    metavar="FOLDER",
    envvar="WFLINT_CACHE_DIR",
    help="Where else there may be a cache.",
)
@click.option("--user", is_flag=True, help="Remove also what is kept for all projects of the user.")
def clean(paths: tuple[str, ...], cache_dir: str | None, user: bool) -> None:
    """Remove wflint's caches (`.wflint_cache`) from a project."""
    from wflint.cli.clean import remove_caches, remove_users_notes
    from wflint.system.printable import visible

    for folder in remove_caches(paths or (".",), cache_dir):
        click.echo(f"removed {visible(str(folder))}", err=True)
    for place in remove_users_notes() if user else ():
        click.echo(f"removed {visible(place)}", err=True)


@main.command()
def version() -> None:
    """Print the version."""
    click.echo(f"wflint {__version__}")
