"""`unserializable-type` agrees with the SDK's own JSON converter, type by type and both ways."""

from __future__ import annotations

import builtins
import collections
import collections.abc
import datetime
import decimal
import enum
import fractions
import importlib
import ipaddress
import logging
import pathlib
import re
import types
import typing
import uuid
import zoneinfo
from dataclasses import dataclass
from typing import Any

import pytest
from temporalio.converter import DataConverter
from wflint.rules.definitions import unserializable_type as rule

from tests import harness
from tests.harness import FIXTURES, Fixture

CONVERTER = DataConverter.default.payload_converter
JSON: tuple[object, ...] = (True, 1, 1.5, "2026-01-01", "red", [1], {"a": 1}, {})
"""What a sender in another language may have put into a payload for a type."""


class Colour(enum.Enum):
    RED = "red"


class Size(enum.IntEnum):
    SMALL = 1


class Text(str, enum.Enum):
    RED = "red"


class Plain:
    pass


@dataclass
class Line:
    price: decimal.Decimal


class Span(typing.NamedTuple):
    begin: datetime.date


VALUES: dict[str, Any] = {
    "builtins.complex": 1j,
    "builtins.slice": slice(1),
    "builtins.type": int,
    "collections.abc.Callable": print,
    "datetime.date": datetime.date(2026, 1, 1),
    "datetime.time": datetime.time(1),
    "datetime.timedelta": datetime.timedelta(1),
    "datetime.timezone": datetime.timezone.utc,
    "datetime.tzinfo": datetime.timezone.utc,
    "decimal.Decimal": decimal.Decimal(1),
    "enum.Enum": Colour.RED,
    "fractions.Fraction": fractions.Fraction(1, 2),
    "ipaddress.IPv4Address": ipaddress.IPv4Address("127.0.0.1"),
    "ipaddress.IPv6Address": ipaddress.IPv6Address("::1"),
    "logging.Logger": logging.getLogger(),
    "pathlib.Path": pathlib.Path("a"),
    "pathlib.PosixPath": pathlib.PosixPath("a"),
    "pathlib.PurePath": pathlib.PurePath("a"),
    "pathlib.PurePosixPath": pathlib.PurePosixPath("a"),
    "re.Pattern": re.compile("a"),
    "types.SimpleNamespace": types.SimpleNamespace(),
    "typing.Callable": print,
    "zoneinfo.ZoneInfo": zoneinfo.ZoneInfo("UTC"),
}
ERRORS = {
    f"builtins.{name}"
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
}
NEEDS_A_SERVER = {"temporalio.client.Client"}


def hint_of(name: str) -> Any:
    module, _, last = name.rpartition(".")
    return getattr(importlib.import_module(module), last)


def decodes(hint: Any, value: object) -> bool:
    try:
        CONVERTER.from_payloads(CONVERTER.to_payloads([value]), [hint])
    except (TypeError, AttributeError, ValueError):
        return False
    return True


def test_each_type_has_a_value_here() -> None:
    assert rule._FAILING.keys() == VALUES.keys() | ERRORS | NEEDS_A_SERVER


@pytest.mark.parametrize("name", sorted(VALUES))
def test_a_type_is_neither_encoded_nor_decoded(name: str) -> None:
    with pytest.raises(TypeError):
        CONVERTER.to_payloads([VALUES[name]])
    assert not any(decodes(hint_of(name), value) for value in JSON)


def test_no_error_is_encoded_or_decoded() -> None:
    for cls in map(hint_of, sorted(ERRORS)):
        with pytest.raises(TypeError):
            CONVERTER.to_payloads([cls.__new__(cls)])
        assert not any(decodes(cls, value) for value in JSON)


@pytest.mark.parametrize("value", [Plain(), Line(decimal.Decimal(1)), Span(datetime.date.today())])
def test_no_object_with_such_a_part_is_encoded(value: object) -> None:
    with pytest.raises(TypeError):
        CONVERTER.to_payloads([value])


@pytest.mark.parametrize("hint", [object, Plain, Line, dict[str, object], list[Plain]])
def test_nothing_is_read_into_such_types(hint: Any) -> None:
    assert not any(decodes(hint, value) for value in JSON if value not in ({}, []))


KEYS = {
    "builtins.bytes": b"a",
    "builtins.frozenset": frozenset({1}),
    "builtins.tuple": (1, 2),
    "datetime.datetime": datetime.datetime(2026, 1, 1),
    "uuid.UUID": uuid.UUID(int=1),
}


@pytest.mark.parametrize("name", sorted(rule._NO_KEYS | {"decimal.Decimal", "enum.Enum"}))
def test_a_type_is_no_key(name: str) -> None:
    with pytest.raises(TypeError, match="keys must be str"):
        CONVERTER.to_payloads([{(KEYS | VALUES)[name]: 1}])


@pytest.mark.parametrize("name", sorted(rule._IN_MODELS))
def test_models_of_pydantic_leave_a_type_as_it_is(name: str) -> None:
    if name in ("datetime.timezone", "datetime.tzinfo"):
        pytest.skip("pydantic refuses it as the type of a field")
    if name in ("pathlib.PosixPath", "pathlib.PurePosixPath"):  # pydantic has no such fields
        hint: Any = pathlib.PurePath
    else:
        hint = Colour if name == "enum.Enum" else hint_of(name)
    pydantic = pytest.importorskip("pydantic")
    model = pydantic.create_model("Model", field=(hint, ...))
    with pytest.warns(), pytest.raises(TypeError):
        CONVERTER.to_payloads([model(field=VALUES[name])])


FINE = [
    (None, type(None)),
    (b"a", bytes),
    ({1}, set[int]),
    ((1, "a"), tuple[int, str]),
    (collections.deque([1]), collections.deque[int]),
    (datetime.datetime(2026, 1, 1), datetime.datetime),
    (uuid.UUID(int=1), uuid.UUID),
    ({1: "a"}, dict[int, str]),
    (Size.SMALL, Size),
    (Text.RED, Text),
]


@pytest.mark.parametrize(("value", "hint"), FINE)
def test_what_the_rule_is_silent_about_comes_back_as_it_was(value: Any, hint: Any) -> None:
    assert CONVERTER.from_payloads(CONVERTER.to_payloads([value]), [hint]) == [value]


WORKFLOW = """\
import {module}

from temporalio import workflow


@workflow.defn
class Flow:
    @workflow.run
    async def run(self, value: {name}) -> None: ...
"""


@pytest.mark.parametrize("name", sorted({*VALUES, *NEEDS_A_SERVER, "builtins.ValueError"}))
def test_the_rule_knows_a_type_by_its_name(name: str, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "flow.py"
    file.write_text(WORKFLOW.format(module=name.rpartition(".")[0], name=name))
    root = harness.copy_to(Fixture("flow", file), tmp_path)
    assert [d.code for d in harness.run(root).diagnostics] == ["WFL518"]


def test_a_plain_field_in_place_of_a_class_variable_is_reported(tmp_path: pathlib.Path) -> None:
    fixture = Fixture("clean", FIXTURES / "unserializable_type" / "clean.py")
    root = harness.copy_to(fixture, tmp_path)
    file = root / "clean.py"
    file.write_text(file.read_text().replace("ClassVar[Decimal]", "Decimal"))
    assert {d.code for d in harness.run(root).diagnostics} == {"WFL518"}
