"""An IOS that is one as far as a runner can tell: SSH, prompts, modes, a configuration, and a timer that takes it back.

It knows what `ios.conf.j2` says and what the suite asks, and rejects everything else, as IOS does. Like IOS it does
not show `no shutdown`. Its neighbours are there as long as its configuration lets them be; its timer is its own; what
is not written to memory is gone when it starts again.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

Tree = dict[str, "Tree"]

# (mode, line): a line that is known there. A group named `key` is what a second such line replaces.
SECTIONS = {
    r"interface \S+": "if",
    r"router ospf 1": "router",
    r"router bgp \d+": "bgp",
    r"route-map \S+ permit \d+": "route-map",
    r"object-group network \S+": "group",
    r"ip access-list standard \S+": "std",
    r"ip access-list extended \S+": "ext",
    r"bfd-template single-hop \S+": "bfd",
    r"ip ssh pubkey-chain": "pubkey",
    r"track \d+ interface \S+ line-protocol": "track",
    r"line vty 0 15": "line",
    r"archive": "archive",
}
INNER = {
    ("if", r"vrrp \d+ address-family ipv4"): "vrrp",
    ("bgp", r"address-family ipv4"): "af",
    ("pubkey", r"username \S+"): "pubkey-user",
}
KNOWN = {
    "": [
        r"(?P<key>hostname) \S+",
        r"aaa .*",
        r"(?P<key>clock timezone) .*",
        r"ip routing",
        r"(?P<key>ip ssh version) \d",
        r"username \S+ privilege 15",
        r"fhrp version vrrp v3",
        r"ip prefix-list \S+ seq \d+ (permit|deny) [\d./]+( le \d+)?",
        r"logging host [\d.]+",
        r"(?P<key>logging source-interface) \S+",
        r"ntp server [\d.]+",
        r"snmp-server group \S+ v3 priv access \S+",
        r"(?P<key>snmp-server location) .+",
        r"(?P<key>snmp-server contact) .+",
    ],
    "if": [
        r"(?P<key>description) .+",
        r"no switchport",
        r"(?P<key>ip address) [\d.]+ [\d.]+",
        r"ip address [\d.]+ [\d.]+ secondary",
        r"(?P<key>ip access-group) \S+ in",
        r"(?P<key>ip ospf network) point-to-point",
        r"(?P<key>ip ospf dead-interval) \d+",
        r"(?P<key>ip ospf hello-interval) \d+",
        r"(?P<key>ip ospf 1 area) \d+",
        r"(?P<key>ip ospf cost) \d+",
        r"ip ospf bfd",
        r"(?P<key>bfd template) \S+",
        r"shutdown",
        r"no shutdown",
    ],
    "router": [
        r"(?P<key>router-id) [\d.]+",
        r"compatible rfc1583",
        r"(?P<key>timers throttle spf) .*",
        r"(?P<key>timers throttle lsa) .*",
        r"(?P<key>timers lsa arrival) \d+",
        r"(?P<key>maximum-paths) \d+",
        r"area \d+ stub",
        r"passive-interface \S+",
        r"redistribute bgp \d+ route-map \S+",
        r"default-information originate metric-type 1",
        r"max-metric router-lsa external-lsa include-stub summary-lsa",
    ],
    "bgp": [
        r"(?P<key>bgp router-id) [\d.]+",
        r"bgp bestpath .*",
        r"neighbor [\d.]+ (remote-as|description|update-source|timers|fall-over) .+",
    ],
    "af": [
        r"neighbor [\d.]+ (activate|next-hop-self|prefix-list \S+ out|route-map \S+ in)",
        r"network .*",
        r"(?P<key>maximum-paths) \d+",
    ],
    "route-map": [r"match (ip address prefix-list|tag) \S+", r"set (local-preference|tag|metric) \d+"],
    "group": [r"host [\d.]+", r"[\d.]+ [\d.]+"],
    "std": [r"(\d+ )?permit [\d.]+ [\d.]+"],
    "ext": [r"(\d+ )?(permit|deny) (ip|tcp|udp|icmp|112) .+"],
    "bfd": [r"(?P<key>interval) .*"],
    "pubkey-user": [r"(?P<key>key-hash) \S+ [0-9A-F]{32}"],
    "vrrp": [
        r"(?P<key>timers advertise) \d+",
        r"(?P<key>priority) \d+",
        r"(?P<key>preempt delay minimum) \d+",
        r"track \d+ decrement \d+",
        r"(?P<key>address) [\d.]+ primary",
        r"shutdown",
        r"no shutdown",
    ],
    "line": [r"(?P<key>access-class) \S+ in", r"(?P<key>transport input) ssh"],
    "archive": [r"(?P<key>path) \S+", r"(?P<key>maximum) \d+"],
}


EXEC_REJECTED = "                ^\n% Invalid input detected at '^' marker."
NONE_PENDING = "%No Rollback Confirmed Change pending"
SNMP_USER = r"snmp-server user \S+ (?P<group>\S+) v3 auth sha-2 256 \S{8,} priv aes 128 \S{8,}"


@dataclass
class Ios:
    """The device behind the prompt."""

    name: str
    minute: float = 60.0
    """How long a minute of its timer lasts."""
    config: Tree = field(default_factory=dict)
    startup: Tree = field(default_factory=dict)
    """What it has after its next start: what was written to memory."""
    neighbours: dict[str, str] = field(default_factory=dict)
    """Interface -> the address of the router at its other end, which speaks OSPF (area 0) and BFD there."""
    breaks_at: str | None = None
    """The session breaks when this is said in configuration mode."""
    said: list[str] = field(default_factory=list)
    """Every line said in configuration mode."""
    users: int = 0
    """How many times an SNMP user was written; IOS never shows one."""
    writes: int = 0
    """How many times anybody entered configuration mode."""
    before: Tree | None = None
    timer: asyncio.TimerHandle | None = None

    @property
    def hostname(self) -> str:
        named = [line.removeprefix("hostname ") for line in self.config if line.startswith("hostname ")]
        return named[0] if named else self.name

    def arm(self, minutes: int) -> str:
        """Begin a change that has to be confirmed; the answer, which begins with % when that cannot be."""
        if self.before is not None:
            return "%Rollback Confirmed Change already pending"
        if not any(line.startswith("path ") for line in self.config.get("archive", {})):
            return "%Rollback Confirmed Change needs an archive path"
        self.before = deepcopy(self.config)
        self.timer = asyncio.get_running_loop().call_later(minutes * self.minute, self.restore)
        return ""

    def restore(self) -> str:
        if self.before is None:
            return NONE_PENDING
        self.config = self.before
        self.confirm()
        return "Rollback Done"

    def confirm(self) -> str:
        if self.before is None:
            return NONE_PENDING
        self.before = None
        if self.timer:
            self.timer.cancel()
        return ""

    def answer(self, line: str) -> str | None:
        """The answer of the exec mode; None for what it does not know."""
        if re.fullmatch(r"terminal (width|length) \d+", line):
            return ""
        known = {
            "": lambda: "",
            "show running-config": lambda: "\n".join(["Building configuration...", "", *shown(self.config), "end"]),
            "show ip ospf neighbor": self.ospf,
            "show bfd neighbors": self.bfd,
            "show ip bgp summary": lambda: "% BGP not active",
            "show archive config rollback timer": lambda: (
                NONE_PENDING if self.before is None else "Time configured(in minutes): 1"
            ),
            "configure confirm": self.confirm,
            "configure revert now": self.restore,
            "write memory": self.save,
        }.get(line)
        return known() if known else None

    def full(self) -> list[tuple[str, str]]:
        """Interface and neighbour of each adjacency that the configuration lets be."""
        if "router ospf 1" not in self.config:
            return []
        inside = {port: self.config.get(f"interface {port}", {}) for port in self.neighbours}
        return [
            (port, self.neighbours[port])
            for port, lines in inside.items()
            if "ip ospf 1 area 0" in lines
            and "shutdown" not in lines
            and any(line.startswith("ip address ") for line in lines)
        ]

    def ospf(self) -> str:
        head = "Neighbor ID     Pri   State           Dead Time   Address         Interface"
        state = "198.18.0.99       0   FULL/  -        00:00:03"
        rows = [f"{state}    {address}    {port}" for port, address in self.full()]
        return "\n".join(["", head, *rows])

    def bfd(self) -> str:
        head = "NeighAddr                              LD/RD         RH/RS     State     Int"
        rows = [
            f"{address}                             4097/4097     Up        Up        {port}"
            for port, address in self.full()
            if any(line.startswith("bfd template ") for line in self.config[f"interface {port}"])
        ]
        return "\n".join(["", "IPv4 Sessions", head, *rows])

    def user(self, line: str) -> str:
        match = re.fullmatch(SNMP_USER, line)
        if not match or not any(known.startswith(f"snmp-server group {match['group']} v3 ") for known in self.config):
            return EXEC_REJECTED
        self.users += 1
        return ""

    def save(self) -> str:
        self.startup = deepcopy(self.config)
        return "[OK]"


def shown(tree: Tree, depth: int = 0) -> Iterator[str]:
    for line, below in tree.items():
        if line == "no shutdown":
            continue
        yield from (f"{' ' * depth}{part}" for part in line.split("\n"))
        yield from shown(below, depth + 1)
        if depth == 0 and below:
            yield "!"


class Terminal:
    """One session: where it stands in the configuration."""

    def __init__(self, device: Ios) -> None:
        self.device = device
        self.configuring = False
        self.path: list[tuple[str, str]] = []  # (line, mode)
        self.banner: list[str] | None = None

    @property
    def prompt(self) -> str:
        if not self.configuring:
            return f"{self.device.hostname}#"
        inner = f"-{self.path[-1][1]}" if self.path else ""
        return f"{self.device.hostname}(config{inner})#"

    def say(self, line: str) -> str:
        if self.banner is not None:
            return self._banner(line)
        line = " ".join(line.split())
        if line.startswith("!"):  # a comment, as on the device
            return ""
        if not self.configuring:
            return self._exec(line)
        if line == "end":
            self.configuring, self.path = False, []
            return ""
        if line == "exit":
            if self.path:
                self.path.pop()
            else:
                self.configuring = False
            return ""
        return self._configure(line)

    def _exec(self, line: str) -> str:
        armed = re.fullmatch(r"configure terminal revert timer (\d+)", line)
        if armed or line == "configure terminal":
            if armed and (refused := self.device.arm(int(armed[1]))):
                return refused
            self.configuring, self.device.writes = True, self.device.writes + 1
            return "Enter configuration commands, one per line.  End with CNTL/Z."
        answer = self.device.answer(line)
        return EXEC_REJECTED if answer is None else answer

    def _tree(self) -> Tree:
        tree = self.device.config
        for line, _ in self.path:
            tree = tree.setdefault(line, {})
        return tree

    def _configure(self, line: str) -> str:
        self.device.said.append(line)
        mode = self.path[-1][1] if self.path else ""
        bare = line.removeprefix("no ")
        if line.startswith("banner login "):
            self.banner = [line.removesuffix("#") + "^C"]
            return ""
        if line.startswith("snmp-server user "):
            return self.device.user(line)
        inner = next((m for (outer, p), m in INNER.items() if outer == mode and re.fullmatch(p, bare)), None)
        known = any(re.fullmatch(pattern, text) for pattern in KNOWN.get(mode, []) for text in (line, bare))
        if inner is None and not known:
            if mode:  # what the block does not know may be meant for the one around it
                self.path.pop()
                return self._configure(line)
            inner = next((m for p, m in SECTIONS.items() if re.fullmatch(p, bare)), None)
            if inner is None:
                return EXEC_REJECTED
        return self._put(mode, line, inner)

    def _put(self, mode: str, line: str, inner: str | None) -> str:
        tree, bare = self._tree(), line.removeprefix("no ")
        positive = any(re.fullmatch(pattern, line) for pattern in KNOWN.get(mode, []))
        if line.startswith("no ") and not positive:
            for present in [p for p in tree if p == bare or p.startswith(f"{bare} ")]:
                del tree[present]
            return ""
        for pattern in KNOWN.get(mode, []):
            match = re.fullmatch(pattern, line)
            if match and "key" in match.groupdict():
                for present in [p for p in tree if re.fullmatch(pattern, p)]:
                    del tree[present]
        if line in ("shutdown", "no shutdown"):
            tree.pop("shutdown", None)
            tree.pop("no shutdown", None)
        tree.setdefault(line, {})
        if inner:
            self.path.append((line, inner))
        return ""

    def _banner(self, line: str) -> str:
        assert self.banner is not None
        if line.strip() == "#":
            for present in [p for p in self.device.config if p.startswith("banner login")]:
                del self.device.config[present]
            self.device.config["\n".join([*self.banner, "^C"])] = {}
            self.banner = None
        else:
            self.banner.append(line.rstrip("\r\n"))
        return ""


@contextmanager
def serving(device: Ios, keys: Path) -> Iterator[int]:
    """Serve the device on loopback; `keys` gets host_key and user key files. Gives the port."""
    host, user = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    (keys / "user").write_bytes(user.export_private_key())
    (keys / "user").chmod(0o600)
    (keys / "host.pub").write_bytes(host.export_public_key())
    (keys / "user.pub").write_bytes(user.export_public_key())

    async def talk(process: asyncssh.SSHServerProcess[str]) -> None:
        terminal = Terminal(device)
        process.stdout.write(f"\n{terminal.prompt}")
        async for line in process.stdin:
            if device.breaks_at and terminal.configuring and line.strip() == device.breaks_at:
                device.breaks_at = None
                process.channel.get_connection().abort()
                return
            answer = terminal.say(line.rstrip("\r\n"))
            process.stdout.write(f"{answer}\n{terminal.prompt}" if answer else terminal.prompt)
        process.exit(0)

    loop = asyncio.new_event_loop()
    started: list[asyncssh.SSHAcceptor] = []
    ready = threading.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)

        async def start() -> None:
            started.append(
                await asyncssh.listen(
                    "127.0.0.1",
                    0,
                    server_host_keys=[host],
                    authorized_client_keys=str(keys / "user.pub"),
                    process_factory=talk,
                    line_editor=True,
                )
            )
            ready.set()

        loop.run_until_complete(start())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield started[0].get_port()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
