"""What a device answers, turned into what is judged; and the judgement."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from network.access import Answer
from network.derive import intent
from network.verify import Seen, collect, judge
from network.verify.site import _diversity, _gateways, _mtus, _times


class Spoken:
    """A session whose device says one thing."""

    def __init__(self, device: str, text: str) -> None:
        self.device, self._text = device, text

    def run(self, *_: str) -> Answer:
        return Answer(0, self._text.encode(), "")


def section(name, value):
    return f"@{name}\n{value if isinstance(value, str) else json.dumps(value)}\n"


SAID = "".join(
    [
        section("ospf", {"neighbors": {"198.18.0.31": [{"ifaceName": "line-a:198.18.1.0", "converged": "Full"}]}}),
        section("bgp", {"ipv4Unicast": {"peers": {"198.18.0.21": {"state": "Established"}}}}),
        section("bfd", [{"peer": "198.18.1.1", "status": "up"}]),
        section(
            "routes",
            {
                "0.0.0.0/0": [
                    {
                        "protocol": "ospf",
                        "selected": True,
                        "nexthops": [{"fib": True, "ip": "198.18.1.1", "interfaceName": "line-a"}],
                    }
                ],
                "198.18.9.0/24": [{"protocol": "connected", "selected": True, "nexthops": []}],
                "198.18.35.0/24": [
                    {"protocol": "bgp", "nexthops": [{"ip": "198.18.1.9"}]},
                    {
                        "protocol": "ospf",
                        "selected": True,
                        "nexthops": [
                            {"fib": True, "ip": "198.18.1.1", "interfaceName": "line-a"},
                            {"ip": "198.18.1.5", "interfaceName": "campus-1", "active": True},
                            {"ip": "198.18.0.31", "active": True, "recursive": True},
                        ],
                    },
                ],
            },
        ),
        section(
            "kernel",
            [
                {"dst": "default", "protocol": "ospf", "gateway": "198.18.1.1", "dev": "line-a"},
                {"dst": "198.18.35.0/24", "protocol": "ospf", "nexthops": [{"gateway": "198.18.1.1", "dev": "line-a"}]},
                {"dst": "198.18.48.0/24", "protocol": "kernel", "dev": "m-staff"},
            ],
        ),
        section(
            "addresses", [{"ifname": "m-staff", "addr_info": [{"local": "198.18.48.2"}, {"local": "198.18.48.1"}]}]
        ),
        section("links", [{"ifname": "line-a", "mtu": 1500}]),
        section("time", "^,*,198.18.17.10,3,6,377\n^,?,198.18.33.10,0,6,0"),
    ]
)


def test_a_devices_answers_are_read():
    seen = collect(Spoken("core-m1", SAID))
    assert seen.ospf == {"line-a": "Full"}
    assert seen.bgp == {"198.18.0.21": "Established"}
    assert seen.bfd == {"198.18.1.1": "up"}
    one = frozenset({("line-a", "198.18.1.1")})
    assert seen.routes == {"0.0.0.0/0": one, "198.18.35.0/24": one}
    assert seen.kernel == seen.routes
    assert seen.usable["198.18.35.0/24"] == frozenset({("campus-1", "198.18.1.5")})
    assert seen.addresses == {"m-staff": frozenset({"198.18.48.2", "198.18.48.1"})}
    assert (seen.mtu, seen.time) == ({"line-a": 1500}, True)


@pytest.mark.parametrize("text", ["", "@ospf\n% Unknown command\n@kernel\n\n@time\n", "@bfd\n[\n"])
def test_a_device_that_answers_little_or_nonsense_is_seen_as_doing_nothing(text):
    assert collect(Spoken("core-m1", text)) == Seen("core-m1")


ROUTE = {"198.18.35.0/24": frozenset({("line-a", "198.18.1.1")})}
GOOD = Seen(
    "core-m1",
    ospf=dict.fromkeys(["line-a", "campus-1", "cross-m"], "Full"),
    bfd=dict.fromkeys(["198.18.1.1", "198.18.1.5", "198.18.1.9"], "up"),
    routes=ROUTE,
    kernel=ROUTE,
)
TWO_LEGS = {"198.18.35.0/24": frozenset({("line-a", "198.18.1.1"), ("cross-m", "198.18.1.9")})}
WRONG = [
    ("the kernel lost a leg, and FRR does not say so", {"usable": TWO_LEGS}, "core-m1.ecmp.legs"),
    ("a neighbour is missing", {"ospf": {"line-a": "Full", "campus-1": "Full"}}, "core-m1.ospf.cross-m"),
    ("a neighbour is not full", {"ospf": {**GOOD.ospf, "line-a": "Init"}}, "core-m1.ospf.line-a"),
    ("BFD is down", {"bfd": {**GOOD.bfd, "198.18.1.5": "down"}}, "core-m1.bfd.campus-1"),
    (
        "the kernel has a leg less than FRR says",
        {"routes": TWO_LEGS},
        "core-m1.kernel.routes",
    ),
    (
        "the kernel has a route that FRR does not know",
        {"kernel": {**ROUTE, "198.18.99.0/24": frozenset({("line-a", "")})}},
        "core-m1.kernel.routes",
    ),
]


def test_a_router_that_does_all_it_should_has_nothing_against_it(site):
    assert [check.id for check in judge(intent(site, "core-m1"), GOOD) if not check.ok] == []


@pytest.mark.parametrize(("what", "change", "expected"), WRONG, ids=[what for what, _, _ in WRONG])
def test_what_a_router_does_not_do_is_named(site, what, change, expected):
    failing = [check.id for check in judge(intent(site, "core-m1"), replace(GOOD, **change)) if not check.ok]
    assert failing == [expected]


def test_a_session_with_a_router_counts_and_one_with_a_host_does_not(site):
    seen = Seen("core-s1", bgp={"198.18.0.21": "Active", "198.18.35.10": "Active"})
    failing = [check.id for check in judge(intent(site, "core-s1"), seen) if ".bgp." in check.id and not check.ok]
    assert failing == ["core-s1.bgp.core-c1", "core-s1.bgp.core-c2", "core-s1.bgp.core-s2"]


def holds(*routers: str) -> dict[str, Seen]:
    return {
        router: Seen(router, addresses={"m-staff": frozenset({"198.18.48.1"} if router in routers else set())})
        for router in ("core-m1", "core-m2")
    }


@pytest.mark.parametrize(
    ("holders", "ok"), [(["core-m1"], True), (["core-m2"], True), ([], False), (["core-m1", "core-m2"], False)]
)
def test_one_router_of_a_lan_holds_its_gateway_address(site, holders, ok):
    (check,) = [c for c in _gateways(site, holds(*holders)) if c.id == "gateway.m-staff"]
    assert check.ok is ok


def test_a_gateway_whose_routers_were_not_all_seen_is_not_called_missing(site):
    seen = {"core-m2": holds()["core-m2"]}
    (check,) = [c for c in _gateways(site, seen) if c.id == "gateway.m-staff"]
    assert check.ok is None


def test_two_ends_of_a_line_have_one_mtu(site):
    for here, there, ok in [(1500, 1500, True), (1500, 9000, False), (1400, 1400, False)]:
        seen = {"core-m1": Seen("core-m1", mtu={"line-a": here}), "core-s1": Seen("core-s1", mtu={"line-a": there})}
        assert [c.ok for c in _mtus(site, seen) if c.id == "mtu.line-a"] == [ok]


def test_the_routers_of_a_lan_have_one_mtu_there(site):
    seen = {"core-m1": Seen("core-m1", mtu={"m-staff": 1500}), "core-m2": Seen("core-m2", mtu={"m-staff": 1400})}
    assert [c.ok for c in _mtus(site, seen) if c.id == "mtu.m-staff"] == [False]


# router -> where its kernel sends to the loopbacks at the other ends
STRAIGHT = {
    "core-m1": {"198.18.0.31/32": "line-a"},
    "core-s1": {"198.18.0.11/32": "line-a"},
    "core-c2": {"198.18.0.32/32": "line-b"},
    "core-s2": {"198.18.0.22/32": "line-b"},
}
ROUND_BY_B = {
    "core-m1": {"198.18.0.31/32": "cross-m", "198.18.9.0/24": "line-a"},
    "core-m2": {"198.18.0.0/24": "campus-2"},
    "core-c2": {**STRAIGHT["core-c2"], "198.18.0.31/32": "line-b"},
    "core-s2": {**STRAIGHT["core-s2"], "198.18.0.31/32": "cross-s"},
}


def carrying(*changes: dict) -> dict[str, Seen]:
    ports = STRAIGHT
    for change in changes:
        ports = ports | change
    kernels = {r: {p: frozenset({(port, "x")}) for p, port in each.items()} for r, each in ports.items()}
    return {router: Seen(router, kernel=kernel) for router, kernel in kernels.items()}


DIVERSE = [
    ("each line carries, and neither way meets the other", carrying(), True, "share nothing"),
    ("an end sends nothing over its line", carrying({"core-s2": {"198.18.0.0/24": "cross-s"}}), False, "no route of"),
    (
        "one way goes round over the other line",
        carrying(ROUND_BY_B),
        False,
        "share core-c2, core-s2, duct-south, line-b",
    ),
    ("not every router was seen", {"core-m1": carrying()["core-m1"]}, None, "was not seen"),
]


@pytest.mark.parametrize(("what", "seen", "ok", "said"), DIVERSE, ids=[row[0] for row in DIVERSE])
def test_lines_are_diverse_when_packets_really_take_two_ways(site, what, seen, ok, said):
    (check,) = _diversity(site, seen)
    assert (check.ok, said in check.message) == (ok, True), check.message


def test_a_platform_whose_routes_are_not_read_is_not_called_wrong(site):
    checks = judge(intent(site, "core-m1"), replace(GOOD, routes={}, kernel={}))
    assert [(c.id, c.ok) for c in checks if not c.ok] == [("core-m1.kernel.routes", None)]


def test_time_is_judged_only_where_somebody_serves_it():
    assert [(c.id, c.ok) for c in _times({"a": Seen("a", time=False), "b": Seen("b", time=False)})] == [("ntp", None)]
    two = {"a": Seen("a", time=True), "b": Seen("b", time=False)}
    assert [c.ok for c in _times(two)] == [True, False]
