"""The file of a committed baseline: what running workflows of a release know, in TOML.

Workflows are sorted, and each line of a function is one line, so that it is read and merged well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec import Struct

from wflint.config.errors import ConfigError
from wflint.facts.model import Param, ParamKind
from wflint.facts.signatures import Signature
from wflint.files.source import Source, UnreadableSource
from wflint.replay.notation import text
from wflint.syntax.guard import NewerSyntax, parse
from wflint.system.disk import read_file

VERSION = 1
_MARK = "# Written by `wflint diff --update-baseline`"
_HEAD = f"""\
# The commands of workflows, as their running runs know them.
{_MARK}; see docs/changing-running-workflows.md of wflint.
"""
_QUOTES = "'''"


class Workflow(Struct, forbid_unknown_fields=True):
    """A workflow: its entry points and functions by label, each with its code as text."""

    run: str
    functions: dict[str, str]
    signals: dict[str, str] = {}
    updates: dict[str, str] = {}


class Baseline(Struct, forbid_unknown_fields=True):
    """What a file has: workflows by name, and the parameters of the activities they call."""

    version: int
    workflows: dict[str, Workflow] = {}
    activities: dict[str, str] = {}


def read_committed(path: str, shown: str) -> Baseline:
    """Return what a file has. Raises :class:`ConfigError` for anything that is no baseline."""
    try:
        content = read_file(path).decode("utf-8")
    except UnicodeDecodeError:
        raise _wrong(shown, "it is not valid UTF-8") from None
    except FileNotFoundError:
        advice = "--update-baseline writes it"
        raise ConfigError(f"{shown}: there is no such baseline; {advice}") from None
    except OSError as error:
        raise ConfigError(f"{shown}: the baseline cannot be read: {error.strerror}") from None
    found = _decoded(content, shown)
    if found.version != VERSION:
        known = f"this wflint knows version {VERSION}"
        raise ConfigError(f"{shown}: a baseline of version {found.version}, but {known}")
    return found


def check_own(path: str, shown: str) -> None:
    """Raise :class:`ConfigError` if a file is there that wflint has not written."""
    try:
        content = read_file(path)
    except OSError:
        return  # writing says what is wrong
    if content.strip() and _MARK.encode() not in content:
        raise ConfigError(f"{shown}: this is not a baseline of `wflint diff`; it stays as it is")


def _decoded(content: str, shown: str) -> Baseline:
    import tomli

    if content.startswith(("<<<<<<<", "=======", ">>>>>>>")) or "\n<<<<<<< " in content:
        raise ConfigError(f"{shown}: a merge is not finished; write it again by --update-baseline")
    try:
        return msgspec.convert(tomli.loads(content), Baseline)
    except msgspec.ValidationError as error:
        raise _wrong(shown, str(error)) from None
    except (tomli.TOMLDecodeError, RecursionError, ValueError) as error:
        raise _wrong(shown, f"invalid TOML: {error or 'nested too deeply'}") from None


def _wrong(shown: str, why: str) -> ConfigError:
    return ConfigError(f"{shown}: this is not a baseline of `wflint diff`: {why}")


def written(baseline: Baseline) -> str:
    """Return the text of a file, always the same for the same content."""
    return "".join(_lines(baseline))


def _lines(baseline: Baseline) -> Iterator[str]:
    yield f"{_HEAD}version = {baseline.version}\n"
    if baseline.activities:
        yield "\n[activities]\n"
        yield from (f"{_key(k)} = {_key(v)}\n" for k, v in sorted(baseline.activities.items()))
    for name, workflow in sorted(baseline.workflows.items()):
        table = f"workflows.{_key(name)}"
        yield f"\n[{table}]\nrun = {_key(workflow.run)}\n"
        for kind, handlers in (("signals", workflow.signals), ("updates", workflow.updates)):
            if handlers:
                yield f"{kind} = {{ {_inline(handlers)} }}\n"
        yield f"\n[{table}.functions]\n"
        for label, code in sorted(workflow.functions.items()):
            yield f"{_key(label)} = {_QUOTES}\n{code}{_QUOTES}\n"


def _inline(handlers: Mapping[str, str]) -> str:
    return ", ".join(f"{_key(name)} = {_key(label)}" for name, label in sorted(handlers.items()))


def _key(value: str) -> str:
    return text(value.encode("utf-8", "replace").decode())


# Parameters.


_STARS = {ParamKind.VAR_POSITIONAL: "*", ParamKind.VAR_KEYWORD: "**"}
_SENT = (ParamKind.POSITIONAL, ParamKind.VAR_POSITIONAL)


def parameters(args: ast.arguments) -> str:
    """Return parameters without their types and values."""
    return _listed(_params(args))


def of_signature(signature: Signature) -> str:
    """Return the parameters that can be sent: those by position."""
    return _listed(p for p in signature.params if p.kind in _SENT)


def signature_of(args: ast.arguments, *, is_method: bool) -> Signature:
    """Return parameters as those see them who send arguments."""
    found = [p for p in _params(args) if p.kind in _SENT]
    has_receiver = is_method and found and found[0].kind is ParamKind.POSITIONAL
    return Signature(found[1:] if has_receiver else found)


def _params(args: ast.arguments) -> list[Param]:
    from wflint.facts.ast_definitions import written_params  # with LibCST

    return [
        Param(p.name, has_default=p.default is not None, kind=p.kind) for p in written_params(args)
    ]


def _listed(params: Iterable[Param]) -> str:
    found: list[str] = []
    for param in params:
        if param.kind is ParamKind.KEYWORD and not any(one.startswith("*") for one in found):
            found.append("*")
        found.append(f"{_STARS.get(param.kind, '')}{param.name}{'=...' * param.has_default}")
    return ", ".join(found)


def read_function(code: str, shown: str) -> ast.FunctionDef | ast.AsyncFunctionDef:
    """Return the function that a text is. Raises :class:`ConfigError` if it is not one."""
    try:
        body = parse(Source(code)).body
    except (UnreadableSource, NewerSyntax) as error:
        raise _wrong(shown, f"it is no function: {error}") from None
    if len(body) == 1 and isinstance(body[0], (ast.FunctionDef, ast.AsyncFunctionDef)):
        return body[0]
    raise _wrong(shown, "it is no function")
