"""The programs that a device runs for a change, by themselves: a root of their own, one file to change, no daemon."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from network.bundle import File
from network.difference import Difference, Part
from network.linux_device import CHANGES, SCRIPTS, package
from network.order import Order

pytestmark = [pytest.mark.twin, pytest.mark.timeout(180)]

ISSUE = "/etc/issue.net"
DEVICE = r"""
set -u
mount -t tmpfs none /mnt && mkdir /mnt/upper /mnt/work
mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work /etc
mount -t tmpfs none /var/lib
echo old >/etc/issue.net
begin() { bash -c "$(cat "$SCRIPTS/begin.sh")" begin "$1" 2>/dev/null || echo turned away; }
decide() { bash -c "$(cat "$SCRIPTS/decide.sh")" decide "/var/lib/mroom/changes/$1" "$2" "${3-}"; }
ended() { bash -c "$(cat "$SCRIPTS/wait.sh")" wait "/var/lib/mroom/changes/$1" 20 checking armed applied restoring; }
applied() { bash -c "$(cat "$SCRIPTS/wait.sh")" wait "/var/lib/mroom/changes/$1" 20 checking armed; }
has() { cat /etc/issue.net; }
open() { [ -L /var/lib/mroom/unconfirmed ] && echo open; }
closed() { for _ in $(seq 100); do [ -L /var/lib/mroom/unconfirmed ] || break; sleep 0.05; done; open || echo closed; }
"""

CASES = {
    "a change that is confirmed stays": (
        "begin c1 <$QUICK; applied c1; open; decide c1 confirmed; ended c1; has; closed",
        "armed applied open confirmed confirmed new closed",
    ),
    "a change that nobody confirms is taken back": (
        "begin c1 <$QUICK; applied c1; has; ended c1; has; closed",
        "armed applied new|restored not confirmed within 2 s|old closed",
    ),
    "a change is taken back at once when somebody says so": (
        "begin c1 <$SLOW; applied c1; decide c1 restored why; ended c1; has",
        "armed applied restored|restored why|old",
    ),
    "who comes second with a decision hears the first": (
        "begin c1 <$SLOW; applied c1; decide c1 confirmed; decide c1 restored why; ended c1; has",
        "armed applied confirmed confirmed confirmed new",
    ),
    "a change that was given up before it came is turned away": (
        "decide c1 restored why; ended c1; begin c1 <$SLOW; has; closed",
        "restored|restored nothing had been ordered|turned away|old closed",
    ),
    "a package that breaks off leaves nothing": (
        "head -c 9000 $SLOW | begin c1; ls /var/lib/mroom/changes; decide c1 restored why; ended c1; has",
        "turned away|restored|restored nothing had been ordered|old",
    ),
    "an order that the power cut short is told as one": (
        "mkdir -p /var/lib/mroom/changes/c1; decide c1 restored why; ended c1",
        "restored|restored it was not fully ordered",
    ),
    "a change whose two processes were killed is taken back by the next who asks": (
        "begin c1 <$SLOW; applied c1; pkill -KILL -f ^mroom-; decide c1 restored why; ended c1; has; closed",
        "armed applied restored|restored why|old closed",
    ),
    "a change that was open when the power went is taken back at the start": (
        "begin c1 <$SLOW; applied c1; pkill -KILL -f ^mroom-; /etc/mroom/boot.d/90-change.sh; ended c1; has; closed",
        "armed applied|restored the change was cut off on the device|old closed",
    ),
    "a second change is turned away while one is open": (
        "begin c1 <$SLOW; applied c1; begin c2 <$SLOW; decide c1 restored why; ended c1; begin c3 <$SLOW; applied c3",
        f"armed applied|busy another change is open: {CHANGES}/c1|restored|restored why|armed applied",
    ),
    "no more than ten changes are kept": (
        (
            "for n in $(seq 12); do begin c$n <$SLOW; decide c$n confirmed; ended c$n; done >/dev/null; "
            f"ls {CHANGES} | wc -l"
        ),
        "10",
    ),
}


def ordered(path: Path, seconds: int) -> Path:
    """A package that changes one file, and waits so long for its confirmation."""
    difference = Difference((Part(ISSUE, "", ISSUE),), {ISSUE: File("old\n")}, {ISSUE: File("new\n")})
    path.write_bytes(package(Order("c", difference, confirm_seconds=seconds)))
    return path


@pytest.mark.parametrize(("script", "said"), CASES.values(), ids=list(CASES))
def test_a_device_decides_by_itself(tmp_path, script, said):
    packages = {name: str(ordered(tmp_path / name, seconds)) for name, seconds in (("QUICK", 2), ("SLOW", 60))}
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SCRIPTS": str(SCRIPTS), **packages}
    done = subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", "-c", DEVICE + script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.stdout.split() == said.replace("|", " ").split(), done.stdout + done.stderr
