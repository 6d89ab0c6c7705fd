"""The command line: parse arguments, call one function, turn its result into an exit code.

``wflint --help`` and ``wflint rule`` must start at once, so everything that costs time to import is
imported in the command that needs it.
"""

from __future__ import annotations

from typing import Any

import click

from wflint import __version__
from wflint.cli import completion
from wflint.cli.check_options import (
    COLOR,
    CONFIG,
    ISOLATED,
    NO_CACHE,
    check_options,
    diff_options,
    replay_options,
)
from wflint.cli.epilogs import EPILOGS
from wflint.cli.help import SETTINGS, WELCOME, option
from wflint.cli.program import FAILED, Program

GRAPH_FORMATS = ("text", "mermaid", "dot", "json")


@click.group(
    cls=Program,
    context_settings=SETTINGS,
    invoke_without_command=True,
    sections={
        "Check": ("check", "diff", "replay", "init"),
        "Understand": ("list", "map", "graph", "rule", "config"),
        "Other": ("server", "clean", "completion", "version"),
    },
    aliases={"explain": "rule"},
    epilog=EPILOGS["wflint"],
)
@click.version_option(__version__, "-V", "--version", message="wflint %(version)s")
@click.pass_context
def main(ctx: click.Context) -> int:
    """Find what breaks replay in Temporal workflows written in Python."""
    if ctx.invoked_subcommand is None:
        click.echo(WELCOME, err=True, nl=False)
        return FAILED
    return 0


@main.command(
    short_help="Check files and folders.",
    epilog=EPILOGS["check"],
)
@click.argument("paths", nargs=-1)
@check_options
def check(**flags: Any) -> int:
    """Check files and folders: by default the current folder; `-` is stdin.

    PATHS only say what is reported. Calls are followed through the whole repository. RULES are
    codes, beginnings of codes, names, or ALL, with commas between them.
    """
    from wflint.cli.check import run

    return run(flags)


@main.command(
    short_help="Write a first configuration from what there is.",
    epilog=EPILOGS["init"],
)
@click.argument("folder", default=".")
@click.option("--dry-run", is_flag=True, help="Print what would be written, and write nothing.")
def init(folder: str, dry_run: bool) -> int:
    """Write a first configuration, with comments, from what there is in a folder.

    The table [tool.wflint] is added to the pyproject.toml of FOLDER, by default the current one;
    without that file, wflint.toml is written. What is there already is never changed. Only what
    makes wflint see more is set: everything else stands there as a comment.
    """
    from wflint.cli.init import run

    return run(folder, dry_run)


@main.command(
    short_help="Check if running workflows survive a change.",
    epilog=EPILOGS["diff"],
)
@click.argument("paths", nargs=-1)
@diff_options
def diff(**flags: Any) -> int:
    """Check if running workflows survive a change of the code.

    Two versions are compared: by default the files on disk with the commit at which the current
    branch has left the default branch. Old files are read from git; nothing is checked out or run.
    PATHS only say what is reported.
    """
    from wflint.cli.diff import run

    return run(flags)


@main.command(
    short_help="Check if recorded histories replay with the code.",
    epilog=EPILOGS["replay"],
)
@click.argument("paths", nargs=-1, metavar="[HISTORY.json|PATH]...")
@replay_options
def replay(**flags: Any) -> int:
    """Check if recorded histories replay with the code, without running it.

    Arguments that end in .json are histories, as `temporal workflow show -o json`, the UI or the
    SDK write them; payloads are not looked at, and may be encrypted. The others are the files and
    folders with the code, by default the current folder.
    """
    from wflint.cli.replay import run

    return run(flags)


@main.command(epilog=EPILOGS["graph"])
@click.argument("entry")
@click.argument("paths", nargs=-1)
@option(
    "Output",
    "--format",
    "--output-format",
    "form",
    metavar="FORMAT",
    type=click.Choice(GRAPH_FORMATS),
    default="text",
    help="text: a tree for people (the default); mermaid or dot: a drawing; json.",
)
@option(
    "Output",
    "--commands",
    is_flag=True,
    help="Print the commands that ENTRY gives, with what decides about them.",
)
@CONFIG
@ISOLATED
@COLOR
@option("Output", "-q", "--quiet", is_flag=True, help="Print the graph only.")
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

    With --commands, the output has what replay compares instead: activities, timers, child
    workflows and the like in the order of the code, with the branches, loops and waits around them.
    """
    from wflint.cli.graph import run

    return run(flags)


@main.command(
    "list",
    short_help="Show workflows, handlers, activities, workers and gaps.",
    epilog=EPILOGS["list"],
)
@click.argument("paths", nargs=-1)
@option(
    "Output",
    "--output-format",
    type=click.Choice(("text", "json")),
    default="text",
    metavar="FORMAT",
    help="text (the default) or json.",
)
@COLOR
@option("Output", "-q", "--quiet", is_flag=True, help="Print the list only.")
@CONFIG
@ISOLATED
def inventory(**flags: Any) -> int:
    """Show workflows, handlers, activities and workers, and what is not known of them.

    The list has what the files and folders PATHS define, by default the current folder: where it
    is, on which task queues it runs, and what each worker registers. At its end are classes and
    methods that may be workflow code and are not checked, and calls that could not be followed.
    """
    from wflint.cli.inventory import run

    return run(flags)


@main.command(
    "map",
    short_help="Draw workflows as a page, an outline or a diagram.",
    epilog=EPILOGS["map"],
)
@click.argument("paths", nargs=-1)
@option(
    "Output",
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="FILE",
    required=True,
    help="Where to write the map: .html, .md, .mmd (Mermaid), .svg or .json; may be repeated.",
)
@option("Output", "--title", metavar="TEXT", help="The title; by default the repository's folder.")
@option(
    "Output",
    "--link",
    "links",
    multiple=True,
    metavar="LINK",
    help="Where lines of code lead: web (the repository's page, the default), vscode, idea, "
    "cursor, zed, none, or an address with {line} and {path} or {file}; may be repeated.",
)
@option("Output", "-q", "--quiet", is_flag=True, help="Say only what goes wrong.")
@option("Files", "--tests", is_flag=True, help="Show also what tests define.")
@option(
    "Files",
    "--history",
    "histories",
    multiple=True,
    metavar="FILE",
    help="An exported history: show how often each command was given; may be repeated.",
)
@CONFIG
@ISOLATED
@NO_CACHE
def draw(**flags: Any) -> int:
    """Draw workflows as a page, an outline or a diagram.

    The map has the workflows that the files and folders PATHS define, by default the current
    folder: the commands of each in their order, its handlers and state, what it starts, and the
    functions that it calls, with diagnostics and gaps. The page needs no network.
    """
    from wflint.cli.map import run

    return run(flags)


@main.command(
    short_help="Check code in an editor, over the Language Server Protocol.",
    epilog=EPILOGS["server"],
)
@option("Output", "--log-file", metavar="FILE", help="Write what happens into a file.")
@option("Cache", "--no-cache", is_flag=True, help="Neither use nor write a cache.")
def server(**flags: Any) -> int:
    """Serve an editor: diagnostics, fixes, and what is known of functions."""
    from wflint.cli.server import run

    return run(flags)


@main.command(epilog=EPILOGS["rule"])
@click.argument("rule", required=False, shell_complete=completion.rules)
@click.option("--all", "every", is_flag=True, help="All rules.")
@click.option("--output-format", type=click.Choice(("text", "json")), default="text")
def rule(rule: str | None, every: bool, output_format: str) -> None:
    """Explain a rule, by its code or name."""
    from wflint.cli.output import write_report
    from wflint.cli.show_rules import describe_rules

    if bool(rule) == every:
        raise click.UsageError("name one rule, or give --all")
    write_report(describe_rules(rule, output_format), output_format)


@main.command(epilog=EPILOGS["config"])
@click.argument("key", required=False)
@click.option("--output-format", type=click.Choice(("text", "json")), default="text")
@click.option("--schema", is_flag=True, help="Print a JSON schema of them, for editors.")
def config(key: str | None, output_format: str, schema: bool) -> None:
    """Explain the settings, or one of them."""
    from wflint.cli.output import write_report
    from wflint.cli.show import describe_settings

    if schema:
        from wflint.cli.schema import settings_schema
        from wflint.report.json_report import to_text

        if key:
            raise click.UsageError("--schema is about all settings; name none")
        write_report(to_text(settings_schema()), "json")
        return
    write_report(describe_settings(key, output_format), output_format)


@main.command(epilog=EPILOGS["clean"])
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


@main.command(
    "completion",
    short_help="Print a script that completes commands in a shell.",
    epilog=EPILOGS["completion"],
)
@click.argument("shell", type=click.Choice(completion.SHELLS))
def complete(shell: str) -> None:
    """Print a script that completes commands, options, paths and rules in a shell."""
    click.echo(completion.script(main, shell))


@main.command()
def version() -> None:
    """Print the version."""
    click.echo(f"wflint {__version__}")
