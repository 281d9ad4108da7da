"""`mroom plan --only network` with nothing to change, beside `ansible-playbook --check --diff` on the same 50 devices.

Goal: 5 times faster. The site is the example with switches added at the witness place, booted as a twin; both run from
its NOC node, as whole processes. Ansible has what helps it: 50 forks, pipelining, kept connections, no facts; it
compares files (copy) and asks FRR (frr-reload.py --test), and need not look at the loaded packet filter, as ours does.
Usage: script/bench plan_network (root)
"""

from __future__ import annotations

import argparse
import atexit
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

import inventory
from bench.machine import commit, machine
from inventory.cabling import management_address
from inventory.model import Site
from inventory.ssh import login
from network import render
from network.change.compare import managed
from network.secrets import secrets
from twin import up as booting
from twin.room import Twin

EXAMPLE = Path(__file__).resolve().parent.parent / "inventory" / "sites" / "nishinomiya"
DEVICES, GOAL_TIMES = 50, 5.0
ROUTER = "core-t1"
PDUS = {"pdu-t-r1-a": 48, "pdu-t-r1-b": 48}
BINARIES = Path(sys.executable).parent


def write_site(folder: Path, devices: int) -> Site:
    """The example with so many switches more, each with a LAN of its own, that `devices` are ours."""
    shutil.copytree(EXAMPLE, folder)
    power = folder / "power.yaml"
    text = power.read_text(encoding="utf-8")
    for pdu, outlets in PDUS.items():
        text = re.sub(rf"(?m)^(  {pdu}: .*outlets: )\d+", rf"\g<1>{outlets}", text)
    power.write_text(text, encoding="utf-8")
    more: dict[str, dict[str, Any]] = {"devices": {}, "lans": {}}
    for number in range(1, devices - len(managed(inventory.load(EXAMPLE))) + 1):
        name = {"ja": f"増設 {number}", "en": f"Added {number}"}
        switch, lan, net = f"sw-x-{number}", f"x-{number}", f"198.19.{number}"
        more["devices"][switch] = {
            "name": name,
            "owner": "ict-network",
            "role": "access",
            "platform": "bridge",
            "rack": "t-r1",
            "cords": [{"pdu": pdu, "outlet": 10 + number} for pdu in PDUS],
            "address": f"{net}.250",
        }
        gateway = {"address": f"{net}.1", "routers": {ROUTER: f"{net}.2"}}
        more["lans"][lan] = {
            "name": name,
            "owner": "ict-network",
            "zone": "witness",
            "building": "third",
            "prefix": f"{net}.0/24",
            "switch": switch,
            "gateway": gateway,
        }
    (folder / "more.yaml").write_text(json.dumps(more, ensure_ascii=False), encoding="utf-8")
    return inventory.load(folder)


TASKS: list[dict[str, Any]] = [
    {
        "name": "files",
        "ansible.builtin.copy": {
            "src": "{{ files }}{{ item.path }}",
            "dest": "{{ item.path }}",
            "mode": "{{ item.mode }}",
            "owner": "{{ item.owner }}",
        },
        "loop": "{{ bundle }}",
        "loop_control": {"label": "{{ item.path }}"},
    },
    {
        "name": "routing",
        "ansible.builtin.command": "/usr/lib/frr/frr-reload.py --test --stdout /etc/frr/frr.conf",
        "check_mode": False,
        "register": "frr",
        "changed_when": "'Lines To' in frr.stdout",
        "when": "router",
    },
]


def write_playbook(folder: Path, site: Site, state: Path) -> list[str]:
    """What Ansible needs for the same question, and its command line."""
    how, own = login(site, state), secrets(site, state)
    hosts: dict[str, Any] = {}
    for device in managed(site):
        bundle = render.bundle(site, device, own)
        for path, file in bundle.items():
            copy = folder / "files" / device / path.lstrip("/")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(file.content, encoding="utf-8")
        hosts[device] = {
            "ansible_host": management_address(site, device),
            "files": str(folder / "files" / device),
            "bundle": [{"path": p, "mode": f"{f.mode:04o}", "owner": f.owner} for p, f in bundle.items()],
            "router": bool(site.devices[device].loopback),
        }
    kept = "-o ControlMaster=auto -o ControlPersist=600"
    common = {
        "ansible_user": how.user,
        "ansible_ssh_private_key_file": str(how.key),
        "ansible_ssh_common_args": f"-F none {' '.join(how.options)} {kept}",
        "ansible_become": True,
        "ansible_python_interpreter": "/usr/bin/python3",
    }
    (folder / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts, "vars": common}}), encoding="utf-8")
    play = [{"hosts": "all", "gather_facts": False, "tasks": TASKS}]
    (folder / "play.yml").write_text(yaml.safe_dump(play, sort_keys=False), encoding="utf-8")
    (folder / "ansible.cfg").write_text(
        "[defaults]\nforks = 50\nhost_key_checking = True\n[ssh_connection]\npipelining = True\n", encoding="utf-8"
    )
    return [str(BINARIES / "ansible-playbook"), "-i", "hosts.yml", "--check", "--diff", "play.yml"]


Done = subprocess.CompletedProcess[str]


def timed(argv: Sequence[str], folder: Path, environment: dict[str, str]) -> tuple[float, Done]:
    begun = time.perf_counter()
    done = subprocess.run(argv, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return time.perf_counter() - begun, done


def unchanged(done: Done, devices: int) -> bool:
    """Whether Ansible looked at all devices and would change nothing."""
    recap = re.findall(r"^\S+ +: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+)", done.stdout, re.MULTILINE)
    return len(recap) == devices and all(set(row) == {"0"} for row in recap)


def spread(seconds: list[float]) -> dict[str, Any]:
    return {"median": statistics.median(seconds), "min": min(seconds), "max": max(seconds), "repeats": len(seconds)}


def measure(scratch: Path, devices: int, repeats: int) -> dict[str, Any]:
    """Seconds of both by turns, on a twin that is booted for it. Raises SystemExit when one would change a thing."""
    site, state = write_site(scratch / "room", devices), scratch / "state"
    booting.up(site, state, log=lambda _: None)
    atexit.register(booting.down, state)
    noc = ["nsenter", f"--net={Twin.open(site, state).netns_path('noc')}", "--"]
    folder = scratch / "ansible"
    peer = [*noc, *write_playbook(folder, site, state)]
    ours = [str(BINARIES / "mroom"), "plan", "--only", "network", "--site", str(scratch / "room"), "--json"]
    environment = {**os.environ, "MROOM_STATE": str(state), "ANSIBLE_CONFIG": str(folder / "ansible.cfg")}
    seconds: dict[str, list[float]] = {"mroom plan": [], "ansible-playbook": []}
    for turn in range(repeats + 1):
        took, done = timed(ours, scratch, environment)
        if done.returncode or json.loads(done.stdout)["same"] != devices:
            raise SystemExit(f"plan_network: mroom would change something: {done.stdout[-500:]}{done.stderr[-500:]}")
        theirs, other = timed(peer, folder, environment)
        if not unchanged(other, devices):
            raise SystemExit(
                f"plan_network: ansible would change something: {other.stdout[-900:]}{other.stderr[-500:]}"
            )
        if turn:  # the first turn of each opens Ansible's connections, and is not counted
            seconds["mroom plan"].append(took)
            seconds["ansible-playbook"].append(theirs)
    return {name: spread(found) for name, found in seconds.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--devices", type=int, default=DEVICES)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="mroom-plan.", dir="/var/tmp"))
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)  # registered first, so it comes after `down`
    results = measure(scratch, given.devices, given.repeats)
    times = results["ansible-playbook"]["median"] / results["mroom plan"]["median"]
    for name, row in results.items():
        print(f"{name:<18} {row['median']:.2f} s ({row['min']:.2f} to {row['max']:.2f})")
    print(f"{times:.1f} times faster, goal {GOAL_TIMES:g}")
    document = {"devices": given.devices, "results": results, "times": round(times, 2), "goal_times": GOAL_TIMES}
    document |= {"commit": commit(), "machine": machine()}
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "plan_network.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return 0 if times >= GOAL_TIMES else 1


if __name__ == "__main__":
    sys.exit(main())
