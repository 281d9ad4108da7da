"""What one device has to do, in words that belong to no vendor. `network.derive` makes it, a platform renders it."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from inventory.model import DeviceRole


@dataclass(frozen=True)
class OspfPort:
    area: int
    cost: int
    passive: bool
    """True where no neighbour may appear: LANs and loopbacks."""
    bfd_milliseconds: int | None
    """Interval of the BFD session with the neighbour; lost after three missed. None without a session."""


@dataclass(frozen=True)
class Port:
    """A routed interface."""

    name: str
    address: IPv4Interface
    description: str
    lan: bool
    """True for a LAN, False for a line."""
    outside: bool
    """True for a line to a carrier."""
    ospf: OspfPort | None
    hardware: str = ""
    """Its name on the device, where that is another."""
    also: IPv4Interface | None = None
    """The LAN's gateway address, where no other router shares it."""
    sources: tuple[IPv4Network, ...] = ()
    """On a LAN: the only sources whose packets may come in (its prefix, and the entries that its hosts serve)."""


@dataclass(frozen=True)
class Gateway:
    """This router's part in the shared gateway address of a LAN."""

    port: str
    router_id: int
    """VRRP's, 1-255, the same on both routers."""
    address: IPv4Interface
    own: IPv4Address
    peer: IPv4Address
    priority: int
    advert_milliseconds: int
    tracked: tuple[str, ...]
    """Lines; with the last of them the router gives the address away, since it leads nowhere any more."""
    tracked_weight: int
    """Subtracted from the priority for each tracked line that is down."""


@dataclass(frozen=True)
class Route:
    """A prefix that may be learnt or announced."""

    prefix: IPv4Network
    longest: int | None = None
    """Up to which prefix length more specific ones count too; None for this prefix only."""
    preference: int = 0
    """On an entry: 0 for the member that is preferred, 1 for the next and so on."""


@dataclass(frozen=True)
class Neighbour:
    """A BGP neighbour, with all that it may say and is told: nothing else passes."""

    name: str
    address: IPv4Address
    source: IPv4Address
    """Our own address of the session. Said outright, because BFD opens a second session when it is only found out
    as BGP comes up, and the neighbour takes the end of the first for a failure."""
    asn: int
    accepts: tuple[Route, ...]
    announces: tuple[Route, ...]
    bfd_milliseconds: int | None = None
    inside: bool = False
    """True between routers of ours: session from loopback to loopback."""
    host: bool = False
    """True for a host that announces the entries of its systems."""
    sends_default: bool = False
    """True when the neighbour is sent a default route, whether or not there is one here."""

    @property
    def told(self) -> str:
        """Name of the filter of what it is told; neighbours that are told the same share one."""
        return "routers" if self.inside else "hosts" if self.host else self.name

    @property
    def heard(self) -> str:
        """Name of the filter of what is accepted from it."""
        return "routers" if self.inside else self.name


@dataclass(frozen=True)
class Bgp:
    asn: int
    neighbours: tuple[Neighbour, ...]
    networks: tuple[IPv4Network, ...] = ()
    """Announced as long as they are in the routing table."""
    connected: tuple[IPv4Network, ...] = ()
    """Ranges whose connected prefixes are announced too (a carrier's own addresses)."""


@dataclass(frozen=True)
class Ospf:
    stubs: tuple[int, ...]
    """Areas that hold no external routes, and so can never be crossed to reach one."""
    default: bool
    """Announce a default route while there is one from a carrier."""
    metrics: tuple[int, ...]
    """Metric of a host's entry by preference; empty where no entry comes in."""


@dataclass(frozen=True)
class ZonePolicy:
    """What one zone may open connections to."""

    id: str
    prefixes: tuple[IPv4Network, ...]
    """Its LANs, and the entries that its hosts serve."""
    reaches: tuple[str, ...]
    answers: tuple[str, ...]
    """Zones that it may answer but not open connections to."""
    infrastructure: bool
    """True when it may manage routers and switches."""
    outside: bool
    """True when it may open connections to the outside world."""
    entries: bool
    """True when people sit here: every inside entry may be used, whatever its zone."""


@dataclass(frozen=True)
class Policy:
    """The zone policy, the same on every router of ours: a flow's two directions need not meet the same router."""

    zones: tuple[ZonePolicy, ...]
    ours: tuple[IPv4Network, ...]
    """Every address of ours; the rest of the world is outside."""
    inside: tuple[IPv4Network, ...]
    infrastructure: tuple[IPv4Network, ...]
    """Loopbacks and lines."""
    entries: tuple[IPv4Address, ...]
    public: tuple[tuple[IPv4Address, int], ...]
    """Entries that the outside world may use, each with its TCP port."""
    quorum: tuple[tuple[IPv4Address, IPv4Address], ...]
    """Voters of one system, each with each."""
    uses: tuple[tuple[IPv4Address, IPv4Address], ...]
    """Member of a system -> entry of another that it needs or hands data to."""
    outside_answers: tuple[str, ...]
    """Zones that the outside world may answer."""
    public_zones: tuple[str, ...]
    """Zones that hold a public entry and so answer the outside world."""


@dataclass(frozen=True)
class Management:
    """The management plane, which is the same for every kind of node."""

    sources: tuple[IPv4Network, ...]
    """From where SSH and SNMP are answered."""
    user: str
    banner: str
    timezone: str
    location: str
    contact: str
    snmp_user: str
    ntp: tuple[IPv4Address, ...]
    syslog: tuple[IPv4Address, ...]
    resolvers: tuple[IPv4Address, ...]
    traps: tuple[IPv4Address, ...]


@dataclass(frozen=True)
class Intent:
    """All that one device has to do."""

    device: str
    role: DeviceRole
    address: IPv4Address
    """Where the suite reaches it."""
    management: Management
    ports: tuple[Port, ...] = ()
    loopback: OspfPort | None = None
    """How its loopback is announced; None without OSPF."""
    ospf: Ospf | None = None
    gateways: tuple[Gateway, ...] = ()
    bgp: Bgp | None = None
    policy: Policy | None = None
    """None where nothing of ours is forwarded: access switches, and what belongs to a carrier."""

    @property
    def bfd_intervals(self) -> tuple[int, ...]:
        """Every BFD interval in use, milliseconds, ascending."""
        found = {port.ospf.bfd_milliseconds for port in self.ports if port.ospf}
        found |= {neighbour.bfd_milliseconds for neighbour in (self.bgp.neighbours if self.bgp else ())}
        return tuple(sorted(interval for interval in found if interval))
