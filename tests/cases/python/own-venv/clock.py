"""One moment on three clocks."""

import sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from rich.console import Console

moment = datetime(2024, 7, 1, 12, 0, tzinfo=timezone.utc)
console = Console(force_terminal=False)
console.print(sys.prefix)
for zone in ("Europe/Lisbon", "US/Eastern", "Asia/Kolkata"):
    console.print(f"{zone:15} {moment.astimezone(ZoneInfo(zone)):%H:%M}")
