"""What can be read in the payloads of a history without the project: plain JSON."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from wflint.replay.known import Arguments, argument
from wflint.replay.values import Symbol

STRIPPED = "stripped"
"""The metadata of a payload in whose place another stood."""

_MOST = 10


def arguments_in(payloads: object) -> Arguments:
    """Return what is known of the arguments in some payloads."""
    inner = payloads.get("payloads") if isinstance(payloads, dict) else None
    return tuple(map(_argument, inner[:_MOST])) if isinstance(inner, list) else ()


def _argument(payload: Any) -> Symbol | None:
    metadata = payload.get("metadata") if isinstance(payload, dict) else None
    if not isinstance(metadata, dict) or STRIPPED in metadata:
        return None
    encoding = decoded_text(metadata.get("encoding"))
    if encoding == "binary/null":
        return argument(None)
    if encoding != "json/plain":
        return None
    try:
        return argument(msgspec.json.decode(base64.b64decode(payload.get("data", ""))))
    except (msgspec.DecodeError, binascii.Error, TypeError, ValueError, RecursionError):
        return None


def decoded_text(encoded: Any) -> str:
    """Return a text that is written in base64, or ``""``."""
    try:
        return base64.b64decode(encoded).decode("ascii")
    except (binascii.Error, TypeError, ValueError):
        return ""
