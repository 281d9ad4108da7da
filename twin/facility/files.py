"""What an agent node has on its disk to play its building: the program, its plan, and one snmpd per device."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from inventory.model import Site
from twin.facility import tables
from twin.facility.plan import plan
from twin.keys import Keys
from twin.order import Put

FOLDER = "/etc/mroom/facility"
_LIBRARY = "/usr/local/lib/mroom"
_PROGRAM = ("physics", "tables", "setting", "agent", "passer")
_BOOT = """\
#!/bin/sh
# The facility of this building: its plant, then one SNMP agent per device. What runs is left alone.
mkdir -p /run/facility
export PYTHONPATH={library} PYTHONDONTWRITEBYTECODE=1
start-stop-daemon --start --oknodo --quiet --background --make-pidfile --pidfile /run/facility/agent.pid \\
    --startas /usr/bin/python3 -- -m twin.facility.agent {folder}/plan.json
for settings in {folder}/*.conf; do
    name=$(basename "$settings" .conf)
    mkdir -p "/var/lib/snmp/$name"
    export SNMP_PERSISTENT_DIR="/var/lib/snmp/$name"
    start-stop-daemon --start --oknodo --quiet --pidfile "/run/facility/$name.pid" \\
        --startas /usr/sbin/snmpd -- -LS4d -C -c "$settings" -p "/run/facility/$name.pid"
done
"""
_AGENT = """\
agentaddress udp:{address}:161
sysName {name}
sysDescr {title} (mroom twin)
sysLocation {building}
rwuser {user} authpriv
createUser {user} SHA-256 "{auth}" AES "{priv}"
"""


def files(site: Site, agent: str, keys: Keys) -> list[Put]:
    """Everything beyond what any host has."""
    own = plan(site, agent)
    here = Path(__file__).parent
    sources = [here.parent / "__init__.py", here / "__init__.py", *(here / f"{name}.py" for name in _PROGRAM)]
    return [
        *(Put(f"{_LIBRARY}/{path.relative_to(here.parent.parent)}", path.read_bytes()) for path in sources),
        Put(f"{FOLDER}/plan.json", json.dumps(own, ensure_ascii=False, indent=1).encode()),
        Put("/etc/mroom/boot.d/10-facility.sh", _BOOT.format(library=_LIBRARY, folder=FOLDER).encode(), 0o755),
        *(Put(f"{FOLDER}/{name}.conf", settings(site, own, name, keys).encode(), 0o600) for name in own["agents"]),
    ]


def addresses(site: Site, agent: str) -> list[str]:
    """The addresses of the devices that an agent node plays, beside its own."""
    return [one["address"] for one in plan(site, agent)["agents"].values()]


def settings(site: Site, own: dict[str, Any], name: str, keys: Keys) -> str:
    """snmpd.conf of one device."""
    kind = own["agents"][name]["kind"]
    lines = _AGENT.format(
        address=own["agents"][name]["address"],
        name=name,
        title=own["agents"][name]["name"],
        building=own["building"],
        user=site.site.access.snmp_user,
        auth=keys.snmp_auth,
        priv=keys.snmp_priv,
    )
    if kind in tables.IDENTITY:
        lines += f"sysObjectID {tables.IDENTITY[kind]}\n"
    program = f"/usr/bin/python3 -SEs {_LIBRARY}/twin/facility/passer.py /run/facility/{name}.json"
    return lines + "".join(f"pass_persist {root} {program}\n" for root in tables.ROOTS[kind])
