"""The keywords that each call of the SDK takes, and since when: `api.toml` and `options.toml`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec

from wflint.temporal.api import Version, parsed_version, sdk_calls, spelled_out


class Options(msgspec.Struct, frozen=True):
    """The keywords of one call, with the version that a later one is new in, or is gone since."""

    names: frozenset[str]
    since: Mapping[str, Version]
    gone: Mapping[str, Version]


class _Other(msgspec.Struct, forbid_unknown_fields=True):
    names: list[str]
    options: frozenset[str]


class _Since(msgspec.Struct, forbid_unknown_fields=True):
    version: str
    option: str
    of: list[str]


class _Once(msgspec.Struct, forbid_unknown_fields=True):
    gone: str
    option: str
    of: list[str]


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    newest: str
    others: list[_Other]
    since: list[_Since]
    once: list[_Once]


@cache
def newest_sdk() -> Version:
    """Return the version that the tables are of."""
    return parsed_version(_table().newest)


@cache
def option_tables() -> dict[str, Options]:
    """Return the keywords of everything in the SDK whose keywords are known, by name."""
    names = dict(_all_names())
    since: dict[str, dict[str, Version]] = {name: {} for name in names}
    gone: dict[str, dict[str, Version]] = {name: {} for name in names}
    for row in _table().since:
        for name in itertools.chain.from_iterable(map(spelled_out, row.of)):
            since[name][row.option] = parsed_version(row.version)
    for once in _table().once:
        for name in itertools.chain.from_iterable(map(spelled_out, once.of)):
            gone[name][once.option] = parsed_version(once.gone)
    return {name: Options(words, since[name], gone[name]) for name, words in names.items()}


def _all_names() -> Iterator[tuple[str, frozenset[str]]]:
    for name, call in sdk_calls().items():
        if name.startswith("temporalio."):
            yield name, call.options.union(filter(None, (call.target, *call.input)))
    for row in _table().others:
        for name in itertools.chain.from_iterable(map(spelled_out, row.names)):
            yield name, row.options


@cache
def _table() -> _Table:
    import tomli

    text = Path(__file__).with_name("options.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomli.loads(text), _Table)
