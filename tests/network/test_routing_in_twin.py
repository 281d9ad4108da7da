"""The rendered configurations, run by the real daemons: what counts is what the kernel does, not what vtysh says."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from inventory.cabling import interfaces, management_address
from inventory.model import DeviceRole, LineKind, Site
from twin.room import Twin
from twin.wait import until

pytestmark = pytest.mark.twin

SECONDS = 20.0


def kernel(twin: Twin, node: str, *words: str) -> list[dict]:
    done = twin.exec(node, ["ip", "-j", *words])
    return json.loads(done.stdout or "[]") if done.returncode == 0 else []


def says(twin: Twin, node: str, command: str) -> dict:
    return json.loads(twin.exec(node, ["vtysh", "-c", f"{command} json"]).stdout)


def wait(missing: Callable[[], Sequence[str]]) -> None:
    assert until(missing, SECONDS) == []


def opens(twin: Twin, node: str, address: str, port: int = 22) -> bool:
    """Whether a TCP connection opens; what a zone refuses is dropped, so a closed door is a second of silence."""
    return twin.exec(node, ["timeout", "1", "bash", "-c", f"exec 3<>/dev/tcp/{address}/{port}"]).returncode == 0


def next_ports(twin: Twin, router: str, destination: str) -> set[str]:
    """The interfaces over which the kernel forwards to a destination: none if it has no way, several at a tie."""
    found = kernel(twin, router, "route", "show", "match", destination)
    if not found:
        return set()
    best = max(found, key=lambda route: 0 if route["dst"] == "default" else int((route["dst"] + "/32").split("/")[1]))
    return {hop["dev"] for hop in best.get("nexthops", [best])}


def routers(site: Site) -> list[str]:
    return [device.id for device in site.devices.values() if device.role in (DeviceRole.core, DeviceRole.edge)]


def test_every_router_sees_its_neighbour_over_every_line(twin, site):
    def missing() -> list[str]:
        lines = [line for line in site.lines.values() if line.kind not in (LineKind.outside, LineKind.peering)]
        full = {
            (router, neighbour["ifaceName"].split(":")[0])
            for router in routers(site)
            for group in says(twin, router, "show ip ospf neighbor")["neighbors"].values()
            for neighbour in group
            if neighbour["converged"] == "Full"
        }
        return [f"{end.device} {line.id}" for line in lines for end in line.ends if (end.device, line.id) not in full]

    wait(missing)


def test_one_router_of_each_lan_holds_the_gateway_address_and_it_is_the_first(twin, site):
    def wrong() -> list[str]:
        holders: dict[str, list[str]] = {lan: [] for lan in site.lans}
        for lan in site.lans.values():
            for router in lan.gateway.routers:
                for address in kernel(twin, router, "-4", "addr", "show", "dev", lan.id)[0]["addr_info"]:
                    if address["local"] == str(lan.gateway.address):
                        holders[lan.id].append(router)
        return [
            f"{lan}: {held}" for lan, held in holders.items() if held != [next(iter(site.lans[lan].gateway.routers))]
        ]

    wait(wrong)


@pytest.mark.parametrize("edge", ["edge-c", "edge-s"])
def test_an_edge_sends_what_it_does_not_know_to_its_own_carrier(twin, site, edge):
    line = next(i.name for i in interfaces(site, edge) if i.line and i.line.kind is LineKind.outside)
    wait(lambda: [] if next_ports(twin, edge, "198.51.100.140") == {line} else [edge])


@pytest.mark.parametrize(
    ("core", "uplink"), [("core-c1", "uplink-c1"), ("core-c2", "uplink-c2"), ("core-s1", "uplink-s1")]
)
def test_a_core_sends_what_it_does_not_know_to_the_nearest_edge(twin, core, uplink):
    wait(lambda: [] if next_ports(twin, core, "198.51.100.140") == {uplink} else [core])


@pytest.mark.parametrize("noc", ["noc", "noc-b"])
def test_a_noc_node_reaches_ssh_at_every_address_of_the_site(twin, site, noc):
    addresses = {name: management_address(site, name) for name in [*site.devices, *site.hosts, *site.clients]}
    script = (
        "for a in " + " ".join(addresses.values()) + '; do timeout 2 bash -c "exec 3<>/dev/tcp/$a/22" || echo $a; done'
    )
    assert twin.exec(noc, ["bash", "-c", script], timeout=120).stdout.split() == []


PATHS = [
    # from a LAN, by its gateway, to an address, over a line
    ("m-staff", "core-m1", "198.18.35.10", "line-a"),
    ("s-dmz", "core-s1", "198.18.48.20", "line-a"),
    ("c-dmz", "core-c2", "198.18.35.10", "line-b"),
    ("s-dmz", "core-s2", "198.18.18.10", "line-b"),
    ("s-dmz", "core-s1", "198.18.18.10", "cross-s"),
]


@pytest.mark.parametrize(("lan", "router", "destination", "line"), PATHS)
def test_the_measured_flows_cross_one_line_each_and_no_tie_decides(twin, lan, router, destination, line):
    wait(lambda: [] if next_ports(twin, router, destination) == {line} else [f"{lan} {router} {destination}"])


def of_zone(site: Site, zone: str) -> tuple[str, str]:
    """A host or client of a zone, and its address."""
    members = [*site.clients.values(), *site.hosts.values()]
    member = next(m for m in members if site.lans[m.lan].zone == zone and m.id not in ("noc", "noc-b"))
    return member.id, str(member.address)


@pytest.mark.parametrize("zone", ["my-number", "lgwan", "internet", "management", "office", "witness", "world"])
def test_a_zone_opens_connections_to_the_zones_that_it_reaches_and_no_others(twin, site, zone):
    own, _ = of_zone(site, zone)
    others = [other for other in site.zones if other != zone]
    voters = {voter for system in site.systems.values() if system.quorum for voter in system.quorum.voters}
    found = {}
    for other in others:
        member, address = of_zone(site, other)
        if not {own, member} <= voters:
            found[other] = opens(twin, own, address)
    # the outside world reaches entries only, and no address of a host
    expected = {other: other in site.zones[zone].reaches and zone != "world" for other in found}
    assert found == expected


def test_voters_of_a_system_reach_each_other_across_zones(twin, site):
    for system in site.systems.values():
        for voter in system.quorum.voters if system.quorum else ():
            for other in set(system.quorum.voters) - {voter}:
                assert opens(twin, voter, str(site.hosts[other].address)), f"{system.id}: {voter} to {other}"


@pytest.mark.parametrize("node", ["staff", "web-s", "outside", "wit-t"])
def test_only_management_opens_the_door_of_a_router_or_a_switch(twin, site, node):
    refused = ["core-m1", "core-s1", "edge-s", "sw-s-dmz", "core-t1"]
    assert [device for device in refused if opens(twin, node, management_address(site, device))] == []


HEAR = """
import socket, sys
hearing = socket.socket(type=socket.SOCK_DGRAM)
hearing.bind(("0.0.0.0", int(sys.argv[1])))
hearing.settimeout(2)
print(hearing.recv(9000).decode())
"""
SAY = """
import socket, sys
saying = socket.socket(type=socket.SOCK_DGRAM)
saying.bind(("0.0.0.0", int(sys.argv[2])))
saying.sendto(b"word" * int(sys.argv[3]), (sys.argv[1], int(sys.argv[2])))
"""


@pytest.mark.parametrize(
    ("sender", "receiver", "port", "words", "passes"),
    [
        ("staff", "web-s", 9999, 1, True),
        ("web-s", "staff", 20001, 1, True),
        ("web-s", "staff", 20001, 1000, True),  # in three fragments
        ("web-s", "staff", 9999, 1, False),
        ("web-s", "staff", 9999, 1000, False),
    ],
)
def test_an_answer_passes_where_a_question_does_not(twin, site, sender, receiver, port, words, passes):
    """staff may ask the public host; that host may send to staff from a port that answers, and from no other."""
    address = str((site.hosts.get(receiver) or site.clients[receiver]).address)
    argv = twin.command(receiver, ["python3", "-c", HEAR, str(port)])
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as hearing:
        wait(lambda: [] if bound(twin, receiver, port) else ["not bound"])
        twin.exec(sender, ["python3", "-c", SAY, address, str(port), str(words)])
        heard, _ = hearing.communicate()
    assert (heard == "word" * words + "\n") is passes


def bound(twin: Twin, node: str, port: int) -> bool:
    return f":{port} " in twin.exec(node, ["ss", "-Hlun"]).stdout


@contextmanager
def lines_cut(twin: Twin, *ends: tuple[str, str]) -> Iterator[None]:
    for router, line in ends:
        twin.exec(router, ["ip", "link", "set", line, "down"])
    try:
        yield
    finally:
        for router, line in ends:
            twin.exec(router, ["ip", "link", "set", line, "up"])


def reaches(twin: Twin, node: str, address: str) -> bool:
    return twin.exec(node, ["ping", "-n", "-c1", "-W1", address]).returncode == 0


def test_with_both_lines_cut_the_buildings_are_apart_and_each_still_has_the_witness(twin, site):
    address = {name: str(host.address) for name, host in site.hosts.items()}
    with lines_cut(twin, ("core-m1", "line-a"), ("core-c2", "line-b")):
        wait(lambda: [n for n, a in (("db-c", "wit-t"), ("db-s", "wit-t")) if not reaches(twin, n, address[a])])
        wait(lambda: ["still joined"] if reaches(twin, "noc", address["noc-b"]) else [])
        assert not reaches(twin, "db-c", address["db-s"])
        assert not reaches(twin, "web-s", address["web-c"])
        assert reaches(twin, "staff", address["web-c"])
    wait(lambda: [] if reaches(twin, "noc", address["noc-b"]) else ["not joined again"])


def test_a_gateway_that_has_lost_every_line_leaves_its_lan_to_the_other(twin, site):
    """The stand-by has lost the link between the two as well, and takes over all the same."""
    lines = ("line-a", "campus-1", "cross-m")
    assert reaches(twin, "staff", str(site.hosts["web-s"].address))
    with lines_cut(twin, *(("core-m1", line) for line in lines)):
        for host in ("web-s", "web-c"):
            wait(lambda host=host: [] if reaches(twin, "staff", str(site.hosts[host].address)) else [host])
    wait(lambda: [] if reaches(twin, "staff", str(site.hosts["web-s"].address)) else ["not back"])


def test_a_lan_carries_nothing_from_one_router_to_another(twin, site):
    """What the graph says: with these three out the buildings are apart, although a LAN joins two cores."""
    with lines_cut(twin, ("core-m1", "cross-m"), ("core-m1", "campus-1"), ("core-c2", "line-b")):
        wait(lambda: ["still joined"] if reaches(twin, "noc", str(site.hosts["noc-b"].address)) else [])
    wait(lambda: [] if reaches(twin, "noc", str(site.hosts["noc-b"].address)) else ["not joined again"])


BIRD = """
router id {own};
protocol device {{ scan time 1; }}
protocol static {{ ipv4; {routes} }}
protocol bfd {{ interface "eth0" {{ min rx interval 300 ms; min tx interval 300 ms; multiplier 3; }}; }}
template bgp router_of_lan {{
    local {own} as 64513; hold time 3; keepalive time 1; connect retry time 1; error wait time 1, 2; bfd on;
    ipv4 {{ import none; export all; }};
}}
{sessions}
"""


@contextmanager
def announcing(twin: Twin, site: Site, host: str, *entries: str) -> Iterator[None]:
    """A host that announces entries to its gateways, as the role for servers makes it do."""
    own = site.hosts[host]
    gateways = site.lans[own.lan].gateway.routers.values()
    sessions = "".join(
        f"protocol bgp g{n} from router_of_lan {{ neighbor {a} as 64512; }}\n" for n, a in enumerate(gateways)
    )
    routes = " ".join(f'route {entry}/32 via "lo";' for entry in entries)
    folder = "/run/announcing"
    twin.exec(host, ["mkdir", "-p", folder])
    text = BIRD.format(own=own.address, routes=routes, sessions=sessions)
    twin.exec(host, ["tee", f"{folder}/bird.conf"], stdin=text)
    started = twin.exec(host, ["bird", "-c", f"{folder}/bird.conf", "-s", f"{folder}/ctl", "-P", f"{folder}/pid"])
    assert started.returncode == 0, started.stderr
    try:
        yield
    finally:
        twin.exec(host, ["bash", "-c", f"kill -KILL $(cat {folder}/pid) && rm -rf {folder}"])


def test_a_router_takes_from_a_host_the_entries_of_its_systems_only(twin, site):
    own, foreign = str(site.systems["fire-dispatch"].entry.address), str(site.systems["website"].entry.address)
    with announcing(twin, site, "fire-s1", own, foreign):
        wait(lambda: [] if says(twin, "core-s1", f"show bgp ipv4 unicast {own}/32").get("paths") else ["not learnt"])
        learnt = says(twin, "core-s1", "show bgp ipv4 unicast")["routes"]
        peers = {path["peerId"] for path in learnt.get(f"{foreign}/32", [])}
        assert str(site.hosts["fire-s1"].address) not in peers


def test_the_preferred_member_serves_and_the_other_takes_over_and_hands_back(twin, site):
    """Both announce all the time; every router, also those that hear the stand-by itself, goes to the preferred one."""
    entry = str(site.systems["mainframe"].entry.address)
    to_computer = {"core-m1": {"campus-1"}, "core-c1": {"c-myn"}, "core-c2": {"c-myn"}, "core-s1": {"cross-s"}}
    to_second = {"core-m1": {"line-a"}, "core-c1": {"cross-c"}, "core-c2": {"line-b"}, "core-s1": {"s-myn"}}

    def wrong(ports: dict[str, set[str]]) -> list[str]:
        return [router for router, wanted in ports.items() if next_ports(twin, router, entry) != wanted]

    with announcing(twin, site, "mf-c", entry):
        wait(lambda: wrong(to_computer))
        with announcing(twin, site, "mf-s", entry):
            wait(lambda: wrong(to_second))
        wait(lambda: wrong(to_computer))


def test_the_outside_world_learns_public_entries_and_nothing_of_the_inside(twin, site):
    entry = str(site.systems["website"].entry.address)
    with announcing(twin, site, "web-s", entry):
        for carrier in ("carrier-a", "carrier-b"):
            wait(lambda c=carrier: [] if kernel(twin, c, "route", "show", f"{entry}/32") else [c])
            inside = [r["dst"] for r in kernel(twin, carrier, "route", "show") if r["dst"].startswith("198.18.")]
            assert inside == []
