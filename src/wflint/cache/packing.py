"""Packs entries as plain data, which may be damaged, or made by somebody else."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeVar

from msgspec import MsgspecError, msgpack

T = TypeVar("T")


def packed(value: object) -> bytes | None:
    """Return a value as bytes; ``None`` if it cannot be kept.

    Code may hold half a character, a huge number, or names of names without end.
    """
    try:
        return msgpack.encode(value)
    except (UnicodeEncodeError, OverflowError, RecursionError):
        return None


def unpacked(data: Any, kind: type[T]) -> T | None:
    """Return the value that bytes stand for; ``None`` if they stand for none of this kind."""
    wanted: Any = kind
    try:
        value: T = _decoder(wanted).decode(data)
    except (MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return value


def standing_for(value: object) -> bytes:
    """Return bytes that are the same for equal plain data, such as settings, and for no other.

    It may hold what cannot be packed: the bytes of a file name that is no text, or a huge number.
    """
    return repr(value).encode()


@lru_cache(maxsize=64)
def _decoder(kind: Any) -> msgpack.Decoder[Any]:
    return msgpack.Decoder(kind)
