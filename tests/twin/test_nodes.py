"""Every node is a machine of its own: reachable with its own key, watched over SNMPv3, blind to the machine below."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.twin.look import snmp, ssh
from twin.room import Twin

USUAL = "bin|boot|dev|etc|home|lib.*|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var"
SYS_NAME = "1.3.6.1.2.1.1.5.0"
ONE_OF_EACH_KIND = ("core-s1", "sw-s-fac", "web-c", "agent-m", "console-c", "staff", "carrier-b", "noc-b")


def test_every_node_lets_the_suite_in_with_its_own_pinned_host_key(twin: Twin):
    names = [node.name for node in twin.topology.nodes]
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda name: ssh(twin, name, "hostname"), names))
    assert {n: a.stdout.strip() or a.stderr for n, a in zip(names, answers, strict=True)} == {n: n for n in names}
    pins = [line.split() for line in (twin.where / "known_hosts").read_text(encoding="ascii").splitlines()]
    assert len({key for *_, key in pins}) == len(names) >= 30


@pytest.mark.parametrize("node", ONE_OF_EACH_KIND)
def test_the_suites_user_becomes_root_without_a_password(twin: Twin, node: str):
    assert ssh(twin, node, "sudo", "-n", "id", "-un").stdout == "root\n"


@pytest.mark.parametrize("node", ONE_OF_EACH_KIND)
def test_snmp_v3_answers_and_v2c_does_not(twin: Twin, node: str, tmp_path: Path):
    found = twin.topology.node(node)
    assert found
    assert snmp(twin, tmp_path, "snmpget", found.address, SYS_NAME).stdout.strip(' \n"') == node
    refused = snmp(twin, tmp_path, "snmpget", found.address, SYS_NAME, version=("-v2c", "-c", "public"))
    assert refused.returncode != 0
    assert "Timeout" in refused.stderr


def test_a_node_sees_nothing_of_the_machine_below(twin: Twin):
    script = f"""
        ls -A -I .ansible /root /home; ls /etc/ssh/ssh_host_*;
        find {twin.where} {Path(__file__).parents[2]} -mindepth 1 2>/dev/null | head -n 5
        grep -c : /etc/shadow | sed s/.*/shadow/; cut -d: -f2 /etc/shadow | sort -u
        readlink /proc/1/exe; ls /sys/class/net; ls / | grep -vxE '{USUAL}'
    """
    seen = twin.exec("console-c", ["sh", "-c", script]).stdout.split()
    assert seen == [
        *("/home:", "mroom", "/root:"),
        "/etc/ssh/ssh_host_ed25519_key",
        *("shadow", "*"),
        "/usr/bin/tini",
        *("eth0", "lo"),
    ]


def test_what_a_node_writes_stays_on_its_own_disk(twin: Twin):
    marks = ("/etc/mroom-mark", "/usr/lib/mroom-mark", "/var/lib/mroom-mark")
    twin.exec("console-c", ["touch", *marks])
    for mark in marks:
        assert (twin.where / "twin/nodes/console-c/upper" / mark[1:]).exists()
        assert not Path(mark).exists()
        assert twin.exec("console-s", ["test", "-e", mark]).returncode == 1
    twin.exec("console-c", ["rm", *marks])


def test_bfd_runs_ahead_of_ordinary_work(twin: Twin):
    shown = twin.exec("core-s1", ["ps", "-o", "cls=,rtprio=", "-C", "bfdd"]).stdout.split()
    assert shown == ["FF", "30"]


def test_the_shared_clock_is_left_alone(twin: Twin):
    shown = twin.exec("core-s1", ["ps", "-o", "args=", "-C", "chronyd"]).stdout
    assert " -x" in shown
    assert "-x" in twin.exec("net-c", ["cat", "/etc/default/chrony"]).stdout
