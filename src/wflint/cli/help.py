"""Help texts with the options of a command in sections, and errors of usage in one line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import click

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 80}
WELCOME = """\
wflint finds what breaks replay in Temporal workflows written in Python.

  wflint check            Check the files below the current folder.
  wflint check PATH ...   Check these files and folders.
  wflint init             Write a first configuration from what there is.
  wflint list             Show workflows, handlers, activities and workers.
  wflint rule WFL101      Explain a rule.

`wflint --help` lists all commands.
"""


class Option(click.Option):
    """An option that stands in a section of the help."""

    def __init__(self, *args: Any, section: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.section = section


def option(section: str, *names: str, **kwargs: Any) -> Callable[[Decorated], Decorated]:
    """An option in a section of the help."""
    return click.option(*names, cls=Option, section=section, **kwargs)


class Command(click.Command):
    """A command whose help has its options in sections, in the order of the first of each.

    The value of an option that may do without one is only taken from behind a `=`: what follows is
    a path.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse arguments, where `--option PATH` gives no value to such an option."""
        alone = {
            name
            for param in self.params
            if isinstance(param, click.Option) and not param.is_flag and param.flag_value == ""
            for name in param.opts
        }
        end = args.index("--") if "--" in args else len(args)
        given = [f"{arg}=" if arg in alone else arg for arg in args[:end]]
        return super().parse_args(ctx, [*given, *args[end:]])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections."""
        sections: dict[str, list[tuple[str, str]]] = {}
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        other = "Help" if any(isinstance(param, Option) for param in options) else "Options"
        for param in options:
            record = param.get_help_record(ctx)
            if record is not None:
                section = param.section if isinstance(param, Option) else other
                sections.setdefault(section, []).append(record)
        for section, records in sections.items():
            with formatter.section(section):
                formatter.write_dl(records)


class Commands(click.Group):
    """A group that lists its commands in sections, and knows them by other names as well.

    ``sections`` has the names of commands by section, ``aliases`` the name of a command by another
    word for it, which the help does not list.
    """

    command_class = Command

    def __init__(
        self,
        *args: Any,
        sections: dict[str, tuple[str, ...]],
        aliases: dict[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sections = sections
        self.aliases = aliases

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name, or by another word for it."""
        return super().get_command(ctx, self.aliases.get(cmd_name, cmd_name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a line for each command, in sections."""
        for section, names in self.sections.items():
            found = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(section):
                formatter.write_dl([(name, c.get_short_help_str(80)) for name, c in found if c])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first argument names; raises an error that helps."""
        if self.get_command(ctx, args[0]) is None:
            raise click.UsageError(self._no_command(args), ctx)
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the options before the command; those of ``check`` are not among them."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if error.option_name in _options(self.commands["check"]):
                raise click.UsageError(_meant_check(given), ctx) from None
            raise

    def _no_command(self, args: Sequence[str]) -> str:
        word = args[0]
        if word == "-" or os.path.exists(word):
            return _meant_check(args)
        near = _closest(word, [*self.commands, *self.aliases])
        if near:
            return f'there is no command "{word}"; did you mean "{near}"?'
        if word.endswith(".py") or "/" in word or os.sep in word:
            return f'there is neither a command nor a file "{word}"'
        return f'there is no command "{word}"; `wflint --help` lists them'


def _meant_check(args: Iterable[str]) -> str:
    import shlex

    return f"to check files, write `wflint check {shlex.join(args)}`"


def explain_usage(error: click.UsageError) -> str:
    """Return what is wrong with a command line, on one line, and where to read more."""
    ctx = error.ctx
    path = ctx.command_path if ctx is not None else "wflint"
    if not isinstance(error, click.NoSuchOption):
        said = error.format_message().rstrip(".").replace("\n", " ")
        return said if "`wflint" in said or said[-1] == "?" else f"{said}; see `{path} --help`"
    near = _closest(error.option_name, _options(ctx.command) if ctx is not None else ())
    hint = f'did you mean "{near}"?' if near else f"see `{path} --help`"
    return f'`{path}` has no option "{error.option_name}"; {hint}'


def _options(command: click.Command) -> Iterator[str]:
    for param in command.params:
        if isinstance(param, click.Option):
            yield from (*param.opts, *param.secondary_opts)


def _closest(word: str, known: Iterable[str]) -> str:
    from wflint.config.errors import closest

    return closest(word, known)
