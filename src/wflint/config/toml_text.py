"""Values as TOML has them."""

from __future__ import annotations

import msgspec


def to_toml(value: object) -> str:
    """A value in TOML, on one line."""
    if isinstance(value, msgspec.Struct):
        value = {k: v for k, v in msgspec.to_builtins(value).items() if v not in (None, "", False)}
    if isinstance(value, dict):
        items = ", ".join(f"{_toml_key(k)} = {to_toml(v)}" for k, v in value.items())
        return f"{{ {items} }}" if items else "{}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(to_toml(item) for item in value) + "]"
    return msgspec.json.encode(value).decode()


def _toml_key(key: str) -> str:
    return key if key.replace("-", "a").isalnum() and key.isascii() else to_toml(key)
