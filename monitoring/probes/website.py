"""The city web site serves when its page carries today's token and was made a moment ago, not taken from a cache.

One probe is one GET over a new connection. The program is whole in this file because it travels (far.py): run as a
program it reads one configuration per line and answers each with one line. Standard library only.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import re
import sys
import time
from typing import Any

STALE_SECONDS = 60.0
"""How old a page may be by its own clock. A copy is older by hours; clocks that NTP keeps differ by milliseconds."""


def probe(config: dict[str, Any]) -> dict[str, Any]:
    """Fetch the page once.

    `config`: address, port, path, name (the Host header), timeout_seconds, utc_offset_seconds (of the site's days).
    The answer: ok, seconds (from connecting to the last byte), message, served_by (host id, None when nobody said).
    """
    begun = time.monotonic()
    try:
        status, text = fetch(config)
        ok, message = judge(status, text, dt.datetime.now(dt.timezone.utc), config["utc_offset_seconds"])  # noqa: UP017 python3 of a client may be older
    except (OSError, http.client.HTTPException) as error:
        ok, message, text = False, f"no answer: {error or type(error).__name__}", ""
    host = _meta(text, "mroom-host")
    return {"ok": ok, "seconds": time.monotonic() - begun, "message": message, "served_by": host}


def fetch(config: dict[str, Any]) -> tuple[int, str]:
    """Status and text of one answer."""
    connection = http.client.HTTPConnection(config["address"], config["port"], timeout=config["timeout_seconds"])
    try:
        connection.request("GET", config["path"], headers={"Host": config["name"], "User-Agent": "mroom-probe"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        connection.close()


def judge(status: int, text: str, now: dt.datetime, utc_offset_seconds: float) -> tuple[bool, str]:
    """Whether the page proves that the site serves at `now`, and a sentence."""
    if status != http.client.OK:
        return False, f"HTTP {status}"
    token, made = _meta(text, "mroom-token"), _meta(text, "mroom-time")
    if token is None or made is None:
        return False, "the page carries no token"
    try:
        age = abs((now - dt.datetime.fromisoformat(made)).total_seconds())
    except (TypeError, ValueError):
        return False, f"the page's time is not readable: {made}"
    zone = dt.timezone(dt.timedelta(seconds=utc_offset_seconds))
    # Midnight may pass between the answer and the look at the clock, so the day of the page's own time counts too.
    days = {moment.astimezone(zone).date().isoformat() for moment in (now, dt.datetime.fromisoformat(made))}
    if age > STALE_SECONDS:
        return False, f"the page is a copy: it was made at {made}"
    if token not in days:
        return False, f"today's token is {now.astimezone(zone).date()}, the page carries {token}"
    return True, f"today's token {token} from {_meta(text, 'mroom-building') or 'an unnamed building'}"


def _meta(text: str, name: str) -> str | None:
    found = re.search(f'<meta name="{name}" content="([^"<]*)"', text)
    return found.group(1) if found and found.group(1) else None


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(probe(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
