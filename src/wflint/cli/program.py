"""Runs a command, and turns whatever goes wrong into one line and an exit code."""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

import click

from wflint.cli.help import Commands, explain_usage
from wflint.system import interrupts

FAILED, INTERRUPTED = 2, 130


class Program(Commands):
    """A group whose commands return their exit code, and that never shows a traceback."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command that the arguments name, and exit."""
        kwargs |= {"standalone_mode": False, "prog_name": "wflint"}
        try:
            code = super().main(*args, **kwargs)
            code = code if isinstance(code, int) else 0
        except click.UsageError as error:
            code = _explain_misuse(error)
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


def _explain_misuse(error: click.UsageError) -> int:
    """One line for what is wrong with the command line."""
    from wflint.cli.output import write_stderr
    from wflint.system.printable import visible

    write_stderr(f"wflint: {visible(explain_usage(error))}\n")
    return FAILED


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
