"""A steady beat of HTTP requests from one node, each over a new connection. Runs on the node; stdlib only.

The program is whole in this file because it travels (see udp_agent.py, which speaks the same way):

    in   {"address": "203.0.113.80", "port": 80, "path": "/", "host": "www.example.invalid", "per_second": 100,
          "timeout_seconds": 0.5, "max_seconds": 60, "server": "mroom-host\" content=\"(.+?)\"", "priority": 10}
                                                     the first line; then `go`, `status`, `records FROM`, `stop`
    out  {"ready": true}   {"started": 900, "last": 897, "streak": 450}   {"records": [[start_ns, duration_ns, status,
          server, error], …], "late_ns": [max, p99, median]}

`server` is a regular expression whose group, found in the answer, names the host that gave it. `start_ns` is of the
node's wall clock. `status` is the HTTP status, 0 when there was none; a request is good when its
whole answer came in time. A request that is still under way when the beat stops is given its time.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import re
import sys
import time
from typing import Any

STATUS = re.compile(r"HTTP/1\.\d (\d{3})")
LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:\s*chunked", re.IGNORECASE)


async def fetch(config: dict[str, Any]) -> tuple[int, str, str]:
    """Status, what served it, and what went wrong (empty when the whole answer came)."""
    reader, writer = await asyncio.open_connection(config["address"], config["port"])
    lines = [f"GET {config['path']} HTTP/1.1", f"Host: {config['host']}", "User-Agent: mroom-drill"]
    writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode())
    try:
        answered = await reader.read(-1)
    finally:
        writer.transport.abort()  # all that was wanted has come, or will not: no connection stays behind
    head, _, body = answered.partition(b"\r\n\r\n")
    status = STATUS.match(head.decode("latin-1"))
    if not status:
        return 0, "", "no HTTP answer"
    server = re.search(config["server"], answered.decode(errors="replace"))
    return int(status[1]), server[1] if server else "", "" if whole(head, body) else "answer cut short"


def whole(head: bytes, body: bytes) -> bool:
    """Whether all of the body came, by its length or its last chunk."""
    length = LENGTH.search(head)
    if length:
        return len(body) >= int(length[1])
    return not CHUNKED.search(head) or body.endswith(b"0\r\n\r\n")


class Agent:
    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self.records: list[list[Any] | None] = []
        self.late: list[int] = []
        self.tasks: set[asyncio.Task[None]] = set()
        self.stopping = False
        self.ended = 0

    async def one(self, number: int, started: int) -> None:
        begin = time.monotonic_ns()
        status, server, error = 0, "", ""
        try:
            status, server, error = await asyncio.wait_for(fetch(self.config), self.config["timeout_seconds"])
        except TimeoutError:
            error = "timeout"
        except OSError as problem:
            error = problem.strerror or type(problem).__name__
        self.records[number] = [started, time.monotonic_ns() - begin, status, server, error]

    async def beat(self) -> None:
        """Start a request at each instant of an absolute beat, however long the earlier ones take."""
        loop, interval = asyncio.get_running_loop(), 1.0 / self.config["per_second"]
        due, ends = loop.time(), loop.time() + self.config["max_seconds"]
        while not self.stopping and due < ends:
            self.late.append(int((loop.time() - due) * 1e9))
            self.records.append(None)
            task = loop.create_task(self.one(len(self.records) - 1, time.time_ns()))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
            due = max(due + interval, loop.time() - interval)
            await asyncio.sleep(max(0.0, due - loop.time()))

    def streak(self) -> tuple[int, int]:
        """Number of the newest request that has ended with all before it; how many until it were good in a row."""
        while self.ended < len(self.records) and self.records[self.ended]:
            self.ended += 1
        count = 0
        while count < self.ended and good(self.records[self.ended - 1 - count]):
            count += 1
        return self.ended - 1, count

    def report(self, first: int) -> None:
        ordered = sorted(self.late[first:]) or [0]
        late = [ordered[-1], ordered[int(0.99 * (len(ordered) - 1))], ordered[len(ordered) // 2]]
        answer({"records": [record for record in self.records[first:] if record], "late_ns": late})

    async def obey(self, line: str, beating: list[asyncio.Task[None]]) -> bool:
        if line == "go":
            beating.append(asyncio.get_running_loop().create_task(self.beat()))
            answer({"going": True})
        elif line == "status":
            last, streak = self.streak()
            answer({"started": len(self.records), "last": last, "streak": streak})
        elif line.startswith("records "):
            self.report(int(line.split()[1]))
        elif line == "stop":
            self.stopping = True
            await asyncio.gather(*beating)
            await asyncio.gather(*self.tasks)
            self.report(0)
            return False
        return True


def good(record: list[Any] | None) -> bool:
    return record is not None and record[2] // 100 == 2 and not record[4]  # noqa: PLR2004 the class of statuses that mean success


def answer(document: dict[str, Any]) -> None:
    data = json.dumps(document).encode() + b"\n"
    while data:
        data = data[os.write(1, data) :]


def become_realtime(priority: int) -> None:
    """Ahead of other programs, so that their work is not measured as the system's; not everywhere allowed."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
    except OSError as problem:
        sys.stderr.write(f"no real-time priority: {problem}\n")


async def main() -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    first = await reader.readline()
    if not first:
        return
    agent = Agent(json.loads(first))
    become_realtime(agent.config["priority"])
    answer({"ready": True})
    beating: list[asyncio.Task[None]] = []
    limit = agent.config["max_seconds"]
    with contextlib.suppress(TimeoutError):  # whoever leads it has gone silent: end
        while line := await asyncio.wait_for(reader.readline(), limit):
            if not await agent.obey(line.decode().strip(), beating):
                return


if __name__ == "__main__":
    gc.disable()
    asyncio.run(main())
