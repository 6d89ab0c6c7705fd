"""Small helpers for workflows, activities and scripts."""

from __future__ import annotations

import time
import uuid
from datetime import datetime, timezone


def stamp() -> str:
    """Return the current time as quotes and labels print it."""
    moment = datetime.now(timezone.utc)
    return moment.isoformat(timespec="seconds")


def new_reference(prefix: str) -> str:
    """Return a new reference, such as ``shipment-5f0c...``."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def stable_reference(prefix: str, order_id: str) -> str:
    """Return the reference of an order. A name-based UUID is always the same."""
    return f"{prefix}-{uuid.uuid5(uuid.NAMESPACE_URL, order_id).hex[:12]}"


def pause(seconds: float) -> None:
    """Give a slow partner a moment."""
    time.sleep(seconds)


def parse_day(text: str) -> datetime:
    """Parse a date that a customer typed; this reads no clock."""
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=timezone.utc)


def elapsed_ms(since: float) -> int:
    """Return how long an activity took. Only activities call this, so it is fine."""
    return int((time.monotonic() - since) * 1000)
