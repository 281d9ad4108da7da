"""The HTTP APIs that the page reads: Prometheus and Alertmanager of the same node. Each may be away; that is told."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

TIMEOUT_SECONDS = 2.0
"""They stand on the same node: what takes longer is not there, for a page that is to be three seconds old at most."""
LARGEST_BYTES = 32 * 1024 * 1024


class Away(Exception):
    """No usable answer; the message says why."""


@dataclass(frozen=True)
class Standing:
    """Whether a source answers. Times in seconds since 1970."""

    ok: bool
    good_at: float | None = None
    """When what is shown was got; None when nothing ever was."""
    why: str = ""

    def age_seconds(self, now: float) -> float | None:
        return None if self.good_at is None else max(0.0, now - self.good_at)


class Upstream:
    """One API. Safe for threads: it holds nothing but its address."""

    def __init__(self, url: str) -> None:
        """`url` without a user or a password in it."""
        self.url = url.rstrip("/")
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # nobody stands in between

    def get(self, path: str, **asked: str) -> Any:
        """The JSON document at a path. Raises Away."""
        url = f"{self.url}/{path}" + (f"?{urllib.parse.urlencode(asked)}" if asked else "")
        try:
            with self._opener.open(url, timeout=TIMEOUT_SECONDS) as stream:
                return json.loads(stream.read(LARGEST_BYTES))
        except urllib.error.HTTPError as error:
            with error:
                raise Away(f"{self.url} answered {error.code}") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Away(f"{self.url}: {getattr(error, 'reason', None) or error or type(error).__name__}") from error


def standing(before: Standing, error: Away | None) -> Standing:
    """How a source stands after it was asked once more."""
    if error is None:
        return Standing(ok=True, good_at=time.time())
    return Standing(ok=False, good_at=before.good_at, why=str(error))
