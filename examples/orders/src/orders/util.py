"""Small helpers that everything in the shop uses: workflows, activities and scripts."""

from __future__ import annotations

import time
import uuid
from datetime import datetime, timezone


def stamp() -> str:
    """The moment as it is printed on quotes and labels."""
    moment = datetime.now(timezone.utc)
    return moment.isoformat(timespec="seconds")


def new_reference(prefix: str) -> str:
    """A reference that nobody has used before, such as ``shipment-5f0c...``."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def stable_reference(prefix: str, order_id: str) -> str:
    """The reference that always belongs to this order. A name-based UUID does not vary."""
    return f"{prefix}-{uuid.uuid5(uuid.NAMESPACE_URL, order_id).hex[:12]}"


def pause(seconds: float) -> None:
    """Give a slow partner a moment."""
    time.sleep(seconds)


def parse_day(text: str) -> datetime:
    """Reads a date that a customer typed; no clock is involved."""
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=timezone.utc)


def elapsed_ms(since: float) -> int:
    """How long an activity took. Only activities measure time, so this is fine."""
    return int((time.monotonic() - since) * 1000)
