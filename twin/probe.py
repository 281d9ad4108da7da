"""Try each kernel feature that a twin needs, in namespaces that end with this process. Standard library only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from twin import linux

_FIRST, _SECOND = "mroomprobe0", "mroomprobe1"
_NETDEV = f"""
table netdev mroom_probe {{
 chain in {{ type filter hook ingress device "{_FIRST}" priority -500; policy accept; numgen random mod 100 < 1 drop; }}
 chain out {{ type filter hook egress device "{_FIRST}" priority -500; policy drop; }}
}}
"""
_INET = """
table inet mroom_probe { chain in { type filter hook input priority 0; ct state established accept; }; }
"""
_SCRATCH = "/run/mroom-probe"


def _run(*argv: str, text: str = "") -> None:
    done = subprocess.run(argv, input=text, text=True, capture_output=True, check=False)
    if done.returncode:
        raise OSError(done.stderr.strip().splitlines()[0] if done.stderr.strip() else f"ended with {done.returncode}")


def _namespaces() -> None:
    linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWNET | linux.CLONE_NEWUTS | linux.CLONE_NEWIPC)
    linux.make_mounts_private()
    linux.mount("tmpfs", "/run", "tmpfs")


def _veth() -> None:
    _run("ip", "link", "add", _FIRST, "type", "veth", "peer", "name", _SECOND)


def _bridge() -> None:
    _run("ip", "link", "add", "mroomprobe2", "type", "bridge")


def _netns() -> None:
    Path("/run/netns").mkdir()
    _run("ip", "netns", "add", "mroom-probe")


def _overlay() -> None:
    """The very stack of a node: a read-only overlay over /, and over that one that writes to the state's disk."""
    state = Path(sys.argv[1])
    for name in ("mask", "base", "root"):
        Path(_SCRATCH, name).mkdir(parents=True)
    linux.mount("overlay", f"{_SCRATCH}/base", "overlay", 0, f"lowerdir={_SCRATCH}/mask:/")
    data = f"lowerdir={_SCRATCH}/base,upperdir={state}/upper,workdir={state}/work"
    linux.mount("overlay", f"{_SCRATCH}/root", "overlay", 0, data)
    Path(_SCRATCH, "root", "etc", "mroom-probe").touch()


FEATURES: dict[str, tuple[Callable[[], None], str]] = {
    "veth devices": (_veth, "CONFIG_VETH (module veth): the links"),
    "bridges": (_bridge, "CONFIG_BRIDGE (module bridge): the switches"),
    "named network namespaces": (_netns, "CONFIG_NET_NS"),
    "overlayfs over the root folder, writing to the state folder": (
        _overlay,
        "CONFIG_OVERLAY_FS (module overlay): the nodes' disks; the state folder must not lie on an overlay itself",
    ),
    "nftables, family netdev, hooks ingress and egress": (
        lambda: _run("nft", "-f", "-", text=_NETDEV),
        "CONFIG_NF_TABLES_NETDEV, CONFIG_NFT_NUMGEN, Linux 5.16 or later: silent links and loss",
    ),
    "nftables, family inet, connection tracking": (
        lambda: _run("nft", "-f", "-", text=_INET),
        "CONFIG_NF_TABLES_INET, CONFIG_NFT_CT: the zones",
    ),
    "token bucket queues": (
        lambda: _run(*f"tc qdisc add dev {_SECOND} root tbf rate 1mbit burst 4096 latency 50ms".split()),
        "CONFIG_NET_SCH_TBF (module sch_tbf): slow links",
    ),
    # Last: afterwards the first child to end takes the new namespace with it, and no second one can be started.
    "process namespaces": (lambda: linux.unshare(linux.CLONE_NEWPID), "CONFIG_PID_NS"),
}


def main() -> None:
    """argv: a scratch folder beside the state with `upper` and `work` in it. Prints what is missing as JSON."""
    missing = []
    try:
        _namespaces()
    except OSError as error:
        missing.append({"feature": "new namespaces", "needs": "CAP_SYS_ADMIN", "error": str(error)})
        print(json.dumps(missing))  # noqa: T201 the answer
        return
    for feature, (attempt, needs) in FEATURES.items():
        try:
            attempt()
        except OSError as error:
            missing.append({"feature": feature, "needs": needs, "error": error.strerror or str(error)})
    print(json.dumps(missing))  # noqa: T201 the answer
    sys.stdout.flush()
    os._exit(0)
