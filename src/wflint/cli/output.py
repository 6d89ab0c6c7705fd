"""Destinations of reports, and whether they are coloured."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, AnyStr, TextIO

import click

from wflint.config.errors import ConfigError
from wflint.report import FORMATS, Look
from wflint.run.request import Request, Result
from wflint.system.borders import Border, is_below, repository_of

ENDINGS = {".sarif": "sarif", ".json": "json", ".xml": "junit"}
"""The format of a file whose name does not say it."""

_FOR_PEOPLE = frozenset({"full", "concise", "grouped", "statistics", "text"})

_PROGRAMS_WITH_LINKS = frozenset(
    {"Hyper", "WarpTerminal", "WezTerm", "ghostty", "iTerm.app", "rio", "vscode", "zed"}
)
_TERMS_WITH_LINKS = frozenset({"alacritty", "alacritty-direct", "xterm-ghostty", "xterm-kitty"})
_LAST_VTE_WITHOUT_LINKS = 5000
"""Version 0.50.0 of VTE, which draws GNOME's and many other terminals, dies of a link."""

_PLAIN = str.maketrans({"→": "->", "├": "|", "└": "`", "│": "|", "─": "-"})
"""Replacements for characters that stdout cannot take."""


def chosen_format(request: Request, flags: Mapping[str, Any]) -> str:
    """The format of stdout: the flag, the setting, or what suits a terminal or a pipe."""
    if flags["output_format"]:
        return str(flags["output_format"])
    from wflint.config.find import find_project

    first = Path(next((path for path in request.paths if path != "-"), "."))
    try:
        project = find_project(first, Path.cwd(), request.config, request.isolated)
        configured = project.settings.output_format
    except ConfigError:
        configured = None  # the run itself says what is wrong
    return configured or ("full" if is_terminal(sys.stdout) else "concise")


def parse_targets(values: Iterable[str]) -> list[tuple[str, str]]:
    """Return the values of ``-o`` as pairs of a format and a path.

    Raises :class:`click.BadParameter` where a value does not say what to write, or where to.
    """
    return [_target(value) for value in values]


def _target(value: str) -> tuple[str, str]:
    name, colon, path = value.partition(":")
    if not colon or (name not in FORMATS and len(name) == 1):
        return _format_by_ending(value), value  # a path alone, such as C:\\report.sarif
    if name not in FORMATS:
        known = ", ".join(FORMATS)
        raise click.BadParameter(f"unknown format `{name}`; known: {known}", param_hint="-o")
    if not path:
        raise click.BadParameter(f"`{value}` names no file", param_hint="-o")
    return name, path


def _format_by_ending(path: str) -> str:
    if path in FORMATS:
        advice = f"write `-o {path}:FILE`, or `--output-format {path}` for stdout"
        raise click.BadParameter(f"`{path}` is a format; {advice}", param_hint="-o")
    form = ENDINGS.get(Path(path).suffix.lower())
    if form is None:
        known = ", ".join(ENDINGS)
        advice = f"write `-o FORMAT:{path}`, or a path that ends in one of {known}"
        raise click.BadParameter(f"`{path}` does not say its format; {advice}", param_hint="-o")
    return form


def look_for(result: Result, forms: set[str], color: str) -> Look:
    """Return how to print a result. The rules are described only to formats that need it."""
    registry = None
    if "sarif" in forms:
        from wflint.checking.registry import load_registry

        registry = load_registry()
    cwd = Path.cwd()
    colored = wants_color(color, sys.stdout)
    links = colored and wants_links(sys.stdout)
    return Look(
        result.sources, colored, cwd, repository_of(cwd), columns(sys.stdout), registry, links
    )


def columns(stream: TextIO | None) -> int:
    """Return how many columns a person sees: those of the terminal, or 80."""
    if not is_terminal(stream):
        return 80
    from shutil import get_terminal_size

    return min(max(get_terminal_size().columns, 60), 120)


def without_color(look: Look) -> Look:
    """Return the same for a file."""
    return replace(look, color=False, width=80)


def wants_color(
    flag: str, stream: TextIO | None, environment: Mapping[str, str] = os.environ
) -> bool:
    """The flag, else NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, else whether it is a terminal."""
    chosen = _chooses_color(flag, stream, environment)
    if chosen and sys.platform == "win32":
        import colorama  # click requires it there

        colorama.just_fix_windows_console()  # which prints the codes of colours until it is told
    return chosen


def _chooses_color(flag: str, stream: TextIO | None, environment: Mapping[str, str]) -> bool:
    if flag != "auto":
        return flag == "always"
    if environment.get("NO_COLOR"):
        return False
    if any(
        environment.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")
    ):
        return True
    return is_terminal(stream) and environment.get("TERM") != "dumb"


def wants_links(stream: TextIO | None, environment: Mapping[str, str] = os.environ) -> bool:
    """True if a terminal is known to show links, or FORCE_HYPERLINK says so.

    Others, and the logs of CI, may print what belongs to the link.
    """
    forced = environment.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced not in ("", "0")
    if not is_terminal(stream):
        return False
    if any(environment.get(name) for name in ("DOMTERM", "KONSOLE_VERSION", "WT_SESSION")):
        return True
    vte = environment.get("VTE_VERSION", "")
    return (
        (vte.isdecimal() and int(vte) > _LAST_VTE_WITHOUT_LINKS)
        or environment.get("TERM_PROGRAM") in _PROGRAMS_WITH_LINKS
        or environment.get("TERM") in _TERMS_WITH_LINKS
    )


def is_terminal(stream: TextIO | None) -> bool:
    """True if a person reads the stream. One that is closed is ``None``."""
    return stream is not None and stream.isatty()


def write_stdout(text: str) -> None:
    """Write to stdout whatever its encoding is; :class:`ConfigError` says why it cannot be."""
    if text:
        with _naming_stdout():
            write(text, sys.stdout)


def write_report(text: str, form: str) -> None:
    """Write a report to stdout: in UTF-8 if a program reads it, whatever the encoding of stdout."""
    if form in _FOR_PEOPLE or is_terminal(sys.stdout):
        write_stdout(text)
    else:
        write_bytes(text.encode("utf-8", "backslashreplace"))


def write_stderr(text: str) -> None:
    """Write to stderr whatever its encoding is. If it cannot be, nobody can be told."""
    if sys.stderr is not None:
        with suppress(OSError):
            write(text, sys.stderr)


def write_file(path: str, text: str) -> None:
    """Write a report to a file; a link in the repository that leads out of it is refused."""
    border, place = Border(Path.cwd()), os.path.abspath(path)
    folder = os.path.dirname(place)
    is_inside = is_below(folder, border.top) or not border.leads_out(folder)
    if is_inside and border.leads_out(place):
        raise OSError(errno.EXDEV, "a link leads out of the repository")
    Path(path).write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def write_bytes(data: bytes) -> None:
    """Write bytes to stdout as they are; :class:`ConfigError` says why it cannot be."""
    if data:
        with _naming_stdout():
            sys.stdout.flush()
            _write(data, sys.stdout.buffer)


@contextmanager
def _naming_stdout() -> Iterator[None]:
    """One line for a stdout that is full, or closed, as by ``>&-``."""
    if sys.stdout is None:
        raise ConfigError("cannot write to stdout: it is closed")
    try:
        yield
    except OSError as error:
        raise ConfigError(f"cannot write to stdout: {error.strerror or error}") from None


def write(text: str, stream: TextIO) -> None:
    """Write to a stream whatever its encoding is."""
    encoding = stream.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_PLAIN).encode(encoding, "backslashreplace").decode(encoding)
    _write(text, stream)


def _write(content: AnyStr, stream: IO[AnyStr]) -> None:
    try:
        stream.write(content)
        stream.flush()
    except BrokenPipeError:
        # Nobody reads any more, as with `| head`. Python would complain when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
