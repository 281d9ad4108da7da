"""Entry records in the shapes that controllers send, one for each number: people who come and go, doors that follow."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

PEOPLE = 5000
CYCLE = ("in", "opened", "closed", "out", "opened", "closed", "denied")
ZONE = ZoneInfo("Asia/Tokyo")
STEP_MS = 100
"""Between two records."""
_PAIRS = {"in": "GRANT", "out": "GRANT", "opened": "DOOR_OPEN", "closed": "DOOR_CLOSE", "denied": "DENY"}
_ROWS = {"in": "入室", "out": "退室", "opened": "開扉", "closed": "閉扉", "denied": "入室拒否"}
HEADER = "日付,時刻,装置,扉番号,区分,カード番号,氏名,通番\r\n"


def what(number: int) -> tuple[str, int]:
    """What happens, and whose card: a whole visit, then a denial, of one person after the other."""
    return CYCLE[number % len(CYCLE)], number // len(CYCLE) % PEOPLE


@lru_cache(maxsize=4096)
def _second(second: int) -> str:
    return dt.datetime.fromtimestamp(second, ZONE).isoformat()


def structured(number: int, begin: int, controller: str, door: str) -> str:
    """RFC 5424. `begin`: seconds since 1970."""
    word, person = what(number)
    millis = begin * 1000 + number * STEP_MS
    text = _second(millis // 1000)
    card = f' direction="{word}"' if word in {"in", "out"} else ""
    card += f' card="{person}" holder="職員 {person}"' if word in {"in", "out", "denied"} else ""
    result = "granted" if word in {"in", "out"} else word
    time = f"{text[:19]}.{millis % 1000:03d}{text[19:]}"
    data = f'[entry@32473 door="{door}" result="{result}"{card} seq="{number}"]'
    return f"<86>1 {time} {controller} access - - {data} entry\n"


def pairs(number: int, begin: int, controller: str, door: str) -> str:
    """RFC 3164, without sequence numbers; whose card it was tells the record, over `PEOPLE` visits."""
    word, person = what(number)
    moment = dt.datetime.fromisoformat(_second(begin + number * STEP_MS // 1000))
    side = f" dir={word.upper()}" if word in {"in", "out"} else ""
    card = f' card={person} user="職員 {person}"' if word in {"in", "out", "denied"} else ""
    day = f"{moment:%b} {moment.day:2d} {moment:%H:%M:%S}"
    return f"<86>{day} {controller} acs[77]: ev={_PAIRS[word]} door={door}{side}{card}\n"


def row(number: int, begin: int, controller: str, door: str) -> str:
    """A line of the CSV with Japanese columns."""
    word, person = what(number)
    text = _second(begin + number * STEP_MS // 1000)
    card = f'{person},"職員, {person}"' if word in {"in", "out", "denied"} else ","
    return f"{text[:10].replace('-', '/')},{text[11:19]},{controller},{door},{_ROWS[word]},{card},{number}\r\n"
