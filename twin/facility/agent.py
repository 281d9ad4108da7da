"""The facility of one building as a program on its agent node: lets time pass, and writes what each device shows.

    python3 -m twin.facility.agent PLAN.json

It takes orders on a socket, one JSON document a connection: `{"set": [[element, key, text], …]}`, `{"out": [ids]}`
(what the room's faults put out, instead of those before), `{}` to ask; it answers with the state, or with an error.
When it answers, the agents show what was set. Standard library only.
"""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import time
from pathlib import Path
from typing import Any

from twin.facility import setting, tables
from twin.facility.physics import Plant

RUN = Path("/run/facility")
TICK_SECONDS = 0.5
"""How often time passes and the tables are written."""
LONGEST_ORDER = 1 << 20


class Agent:
    """A plant with its clock. `run` is the folder of the socket and the tables."""

    def __init__(self, plan: dict[str, Any], run: Path = RUN) -> None:
        self.plant, self.run = Plant(plan), run
        self.factor = 1.0
        self.before = time.monotonic()
        self._faults: set[str] = set()
        self._written: dict[str, str] = {}

    def tick(self) -> None:
        """Let the time since the last tick pass, `factor` times as fast, and show it."""
        now = time.monotonic()
        self.plant.step((now - self.before) * self.factor)
        self.before = now
        self.show()

    def show(self) -> None:
        """Write the tables that have changed, each at once, so that no agent reads half of one."""
        for name in self.plant.plan["agents"]:
            text = json.dumps(tables.rows(self.plant, name))
            if self._written.get(name) != text:
                fresh = self.run / f".{name}"
                fresh.write_text(text, encoding="utf-8")
                fresh.replace(self.run / f"{name}.json")
                self._written[name] = text

    def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """Do what an order says, all of it or nothing; the answer."""
        plan = self.plant.plan
        try:
            values = [(e, key, setting.check(plan, e, key, str(text))) for e, key, text in order.get("set", [])]
        except (setting.SettingError, ValueError, TypeError) as error:
            return {"error": str(error)}
        self.tick()
        for element, key, value in values:
            if element == plan["building"] and value is not None:
                self.factor = value
            else:
                setting.apply(self.plant, element, key, value)
        if "out" in order:
            self.plant.out = (self.plant.out - self._faults) | set(order["out"])
            self._faults = set(order["out"])
        self.tick()
        return self.state()

    def state(self) -> dict[str, Any]:
        plant = self.plant
        return {
            "factor": self.factor,
            "out": sorted(plant.out),
            "live": sorted(plant.live),
            "batteries": {name: round(one.ratio, 4) for name, one in plant.batteries.items()},
            "generators": {
                name: {"state": one.state, "litres": round(one.litres, 1)} for name, one in plant.generators.items()
            },
            "rooms": {name: round(degrees, 2) for name, degrees in plant.rooms.items()},
            "pinned": plant.pinned,
        }


def serve(agent: Agent) -> None:
    """Tick and obey, for ever."""
    agent.run.mkdir(mode=0o755, parents=True, exist_ok=True)
    path = agent.run / "agent.sock"
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        while True:
            agent.tick()
            listener.settimeout(TICK_SECONDS)
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with connection, contextlib.suppress(OSError):
                connection.settimeout(TICK_SECONDS)
                connection.sendall(json.dumps(_answer(agent, connection)).encode())


def _answer(agent: Agent, connection: socket.socket) -> dict[str, Any]:
    text = b""
    while len(text) < LONGEST_ORDER and (piece := connection.recv(65536)):
        text += piece
    try:
        order = json.loads(text)
    except ValueError:
        return {"error": f"an order is one JSON document, found {text[:80]!r}"}
    return agent.obey(order) if isinstance(order, dict) else {"error": "an order is a JSON object"}


if __name__ == "__main__":
    serve(Agent(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
