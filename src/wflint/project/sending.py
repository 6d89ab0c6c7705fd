"""What one process sends to another through a pipe: its length, and then what it is about."""

from __future__ import annotations

_LENGTH = 8


def sent(news: bytes) -> bytes:
    """Return what goes into the pipe."""
    return len(news).to_bytes(_LENGTH, "big") + news


def whole(data: bytes) -> bytes | None:
    """Return what was sent; ``None`` if the process did not come to its end."""
    news = data[_LENGTH:]
    return news if data[:_LENGTH] == len(news).to_bytes(_LENGTH, "big") else None
