"""Up and down of the whole example site: ours against munet, on the same nodes, links, daemons and configurations.

Both boot the 54 nodes and 72 links of the site; in both, each node runs the same daemons (sshd, snmpd, rsyslogd,
chronyd; on routers FRR and keepalived) from the very files that network/ renders, and both are up when the same looks
say so: all nodes booted, all OSPF adjacencies Full, BFD and BGP sessions up, an SSH banner of every node seen from the
NOC node. What munet does not give, and ours includes: a root file system and a disk per node, a PID 1 that reaps, users
and keys to log in with, nodes hidden from the machine's files, and the check of the machine before. For munet the files
are written before the clock starts. It runs from an environment of its own, outside this checkout.

Usage: script/bench twin_boot [--runs 3]
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

import inventory
from bench.leftovers import processes_of
from bench.machine import code, commit, machine
from inventory.model import Site
from twin import bundles, keys, topology
from twin import up as ours
from twin.process import Process
from twin.ready import Readiness
from twin.topology import Node, Topology
from twin.wait import until

ROOT = Path(__file__).resolve().parent.parent
MUNET = "0.17.3"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mroom" / f"munet-{MUNET}"
READY_SECONDS = 300.0
OWN_FOLDERS = ("/etc/ssh", "/etc/frr", "/etc/keepalived", "/etc/snmp")
"""Bound into each munet node; they exist on this machine, as a mount needs."""
EMPTY_FOLDERS = ("/run", "/var/log", "/var/lib/snmp", "/var/agentx", "/var/lib/chrony", "/var/spool/rsyslog")


def quiet(_: str) -> None:
    return


def run_ours(site: Site, state: Path) -> dict[str, float]:
    began = time.monotonic()
    ours.up(site, state, log=quiet)
    up = time.monotonic() - began
    began = time.monotonic()
    ours.down(state)
    return {"up_seconds": up, "down_seconds": time.monotonic() - began}


def munet_program() -> Path:
    """munet, installed from the package index once."""
    program = CACHE / "bin" / "munet"
    if not program.exists():
        shutil.rmtree(CACHE, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", CACHE], check=True)
        subprocess.run([CACHE / "bin" / "pip", "install", "-q", f"munet=={MUNET}"], check=True)
    return program


def run_munet(site: Site, plan: Topology, folder: Path) -> dict[str, float]:
    config = write_munet(site, plan, folder)
    rundir = folder / "run"
    # munet enters the namespaces of process 1, which a container may forbid: it gets a process 1 of its own.
    outer = ["--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc"]
    argv = ["unshare", *outer, "tini", "--", str(munet_program()), "-c", str(config), "-d", str(rundir), "--no-cli"]
    began = time.monotonic()
    with (folder / "munet.log").open("wb") as log:
        process = subprocess.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        look = wait_for_pids(rundir, plan, process)
        ready = Readiness(site, plan, lambda node: Path(f"/proc/{look[node].pid}/ns/net"), look)
        ready.wait(READY_SECONDS, bare=False, log=quiet)
        up = time.monotonic() - began
    finally:
        began = time.monotonic()
        polite = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False).stdout
        for pid in polite.split():
            os.kill(int(pid), signal.SIGTERM)  # tini, which hands it on to munet
        process.wait(120)
        left = until(lambda: [str(pid) for pid in processes_of(folder)], 60)
        for pid in left:
            os.kill(int(pid), signal.SIGKILL)
    return {"up_seconds": up, "down_seconds": time.monotonic() - began, "left_processes": len(left)}


def wait_for_pids(rundir: Path, plan: Topology, process: subprocess.Popen[bytes]) -> dict[str, Process]:
    """PID 1 of every node, from the files that munet writes."""
    found: dict[str, Process] = {}

    def missing() -> list[str]:
        outside = {inner: pid for pid in processes_of(rundir.parent) if (inner := number_inside(pid))}
        if process.poll() is not None:
            raise SystemExit(f"munet ended with {process.returncode}; see {rundir.parent}/munet.log")
        for node in plan.nodes:
            path = rundir / node.name / "nspid"
            if node.name not in found and path.exists() and (text := path.read_text().strip()):
                known = Process.of(outside.get(int(text), 0))
                if known:
                    found[node.name] = known
        return [node.name for node in plan.nodes if node.name not in found]

    left = until(missing, READY_SECONDS)
    if left:
        raise SystemExit(f"munet did not start {', '.join(left)}")
    return found


def number_inside(pid: int) -> int | None:
    """The number that a process has in the pid namespace in which munet runs."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    numbers = next(line.split()[1:] for line in lines if line.startswith("NSpid:"))
    return int(numbers[1]) if len(numbers) > 1 else None


def write_munet(site: Site, plan: Topology, folder: Path) -> Path:
    """munet.yaml and each node's files."""
    own = keys.ensure(site, folder / "state", plan)
    nodes = []
    for node in plan.nodes:
        home = folder / "nodes" / node.name
        files = {put.path: put for put in bundles.files(site, plan, node, own, bare=False)}
        for path, put in files.items():
            where = home / path[1:]
            where.parent.mkdir(parents=True, exist_ok=True)
            where.write_bytes(put.content)
            where.chmod(put.mode)
            shutil.chown(where, *(put.owner.split(":") if put.owner != "mroom" else ["root"]))
        binds = [f"{home / name[1:]}:{name}" for name in OWN_FOLDERS if (home / name[1:]).is_dir()]
        nodes.append(
            {
                "name": node.name,
                "volumes": [*EMPTY_FOLDERS, *binds],
                "connections": list(connections(plan, node)),
                "cmd": "\n".join(["#!/bin/sh", *commands(home, set(files)), "exec sleep infinity", ""]),
            }
        )
    config = folder / "munet.yaml"
    config.write_text(yaml.safe_dump({"version": 1, "topology": {"ipv6-enable": False, "nodes": nodes}}))
    return config


def connections(plan: Topology, node: Node) -> Iterator[dict[str, str]]:
    """Every link at both its ends: munet makes it once, and looks at the other end for what that one is called."""
    for wire in plan.wires_of(node.name):
        here, there = wire.ends if wire.ends[0].node == node.name else wire.ends[::-1]
        yield {"to": there.node, "name": here.interface, "remote-name": there.interface}


def commands(home: Path, files: set[str]) -> Iterator[str]:
    """What twin/boot.sh does on a node, with the files where munet can have them."""

    def when(path: str, command: str) -> Iterator[str]:
        if path in files:
            yield command.format(shlex.quote(str(home / path[1:])))

    yield "mkdir -p /run/sshd /run/mroom; chmod 755 /var/agentx; mkdir -p /var/log/chrony"
    yield from when("/etc/sysctl.d/90-mroom.conf", "sysctl -q -p {}")
    yield from when("/etc/mroom/interfaces.ip", "ip -force -batch {}")
    yield from when("/etc/nftables.conf", "nft -f {}")
    yield from when("/etc/rsyslog.conf", "rsyslogd -f {}")
    yield from when("/etc/ssh/sshd_config", "/usr/sbin/sshd")
    yield from when("/etc/snmp/snmpd.conf", "/usr/sbin/snmpd -LS4d -p /run/snmpd.pid")
    yield from when("/etc/frr/daemons", "/usr/lib/frr/frrinit.sh start")
    yield from when("/etc/keepalived/keepalived.conf", "keepalived")
    yield from when("/etc/chrony/chrony.conf", "chronyd -x -f {}")
    yield ": >/run/mroom/up"


def measure(runs: int) -> list[dict[str, Any]]:
    """Alternating, so that whatever else the machine does hits both."""
    site = inventory.load(ROOT / "inventory" / "sites" / "nishinomiya")
    plan = topology.derive(site)
    ways: dict[str, Callable[[Path], dict[str, float]]] = {
        "mroom": lambda folder: run_ours(site, folder),
        "munet": lambda folder: run_munet(site, plan, folder),
    }
    rows = []
    for number in range(runs):
        for name, way in ways.items():
            with tempfile.TemporaryDirectory(prefix="mroom-", dir="/var/tmp") as folder:
                row = {"run": number, "program": name, **way(Path(folder))}
            print(f"run {number} {name}: up {row['up_seconds']:.2f} s, down {row['down_seconds']:.2f} s")
            rows.append(row)
    return rows


def spread(rows: list[dict[str, Any]], program: str, key: str) -> dict[str, float]:
    values = sorted(row[key] for row in rows if row["program"] == program)
    return {"min": values[0], "median": statistics.median(values), "max": values[-1]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    rows = measure(given.runs)
    seconds = {
        program: {key: spread(rows, program, key) for key in ("up_seconds", "down_seconds")}
        for program in ("mroom", "munet")
    }
    ratio = {
        key: seconds["munet"][key]["median"] / seconds["mroom"][key]["median"] for key in ("up_seconds", "down_seconds")
    }
    result = {
        "what": (__doc__ or "").partition("\n\nUsage")[0],
        "munet": MUNET,
        "load_before": os.getloadavg()[0],
        "seconds": seconds,
        "munet_over_mroom": ratio,
        "rows": rows,
        "machine": machine(),
        "commit": commit(),
        "code": code(),
    }
    for key, value in ratio.items():
        print(f"{key}: munet takes {value:.1f} times as long")
    if given.out:
        given.out.mkdir(parents=True, exist_ok=True)
        text = json.dumps(result, ensure_ascii=False, indent=1, sort_keys=True)
        (given.out / "twin_boot.json").write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
