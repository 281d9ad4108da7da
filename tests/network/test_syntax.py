"""The programs that will read the files read them here: what is rendered is at least a configuration."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import inventory
from network import render

EXAMPLE = inventory.load(Path(__file__).parents[2] / "inventory" / "sites" / "nishinomiya")

# In namespaces of its own: with the device's interfaces, and a place for sshd's separation.
JUDGE = r"""
set -e
cd "$1"; shift
mount -t tmpfs none /run; mkdir -p /run/sshd
for name in "$@"; do ip link add "$name" type bridge; ip link set "$name" up; done
ssh-keygen -q -t ed25519 -N '' -f host_key
echo nft; nft -c -f etc/nftables.conf
echo sshd; /usr/sbin/sshd -t -f etc/ssh/sshd_config -h host_key
echo rsyslogd; rsyslogd -N1 -f etc/rsyslog.conf 2>&1
echo chronyd; chronyd -p -f etc/chrony/chrony.conf > /dev/null
echo visudo; visudo -c -f etc/sudoers.d/mroom
if [ -e etc/frr ]; then
    echo vtysh; vtysh -C -f etc/frr/frr.conf
    echo keepalived; keepalived -t -f etc/keepalived/keepalived.conf
    echo sysctl; ! grep -vE '^net\.ipv4\.[a-z_.]+ = [012]$' etc/sysctl.d/90-mroom.conf
fi
"""


@pytest.mark.parametrize("device", EXAMPLE.devices)
def test_the_programs_accept_their_files(device, site, secrets, tmp_path):
    files = render.bundle(site, device, secrets)
    for path, file in files.items():
        target = tmp_path / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.content, encoding="utf-8")
    frr = files["/etc/frr/frr.conf"].content if "/etc/frr/frr.conf" in files else ""
    names = [line.split()[1] for line in frr.splitlines() if line.startswith("interface ") and not line.endswith(" lo")]
    asked = subprocess.run(
        ["unshare", "-rmn", "bash", "-c", JUDGE, "judge", str(tmp_path), *names],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert asked.returncode == 0, f"{asked.stdout}\n{asked.stderr}"
    assert "WARNING" not in asked.stdout + asked.stderr


def test_a_wrong_line_would_have_been_seen(site, secrets, tmp_path):
    broken = tmp_path / "frr.conf"
    broken.write_text(
        render.bundle(site, "core-m1", secrets)["/etc/frr/frr.conf"].content.replace(
            " ip ospf cost 10", " ip ospf dear 10"
        )
    )
    asked = subprocess.run(["vtysh", "-C", "-f", str(broken)], capture_output=True, text=True, check=False)
    assert asked.returncode != 0
