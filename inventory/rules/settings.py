"""The `site:` block."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from inventory.rules.rule import Finding, rule
from inventory.rules.view import View
from inventory.secrets import is_reference

SECRETS = ("ssh_key", "host_keys", "snmp_auth", "snmp_priv")


@rule("literal-secret")
def secrets(view: View) -> Iterator[Finding]:
    """A secret is a reference: it never stands in the inventory."""
    if not view.settings:
        return
    access = view.settings.access
    given: dict[tuple[str, ...], str] = {("access", field): getattr(access, field) for field in SECRETS}
    given |= {("access", "secrets", name): reference for name, reference in access.secrets.items()}
    given |= {("entry_records", "card_key"): view.settings.entry_records.card_key}
    for path, reference in given.items():
        if not is_reference(reference):
            # the value is not repeated: it may be the secret
            yield Finding(
                "site",
                "",
                path,
                f".{'.'.join(path)} is not a reference",
                "env:NAME, file:PATH or vault:KEY",
                "a literal value",
                "put the secret into a file and name it "
                "here; if this was the secret itself, change it: it is in the history now",
            )


@rule("timezone")
def timezone(view: View) -> Iterator[Finding]:
    """The time zone is one that the system knows."""
    if not view.settings:
        return
    try:
        ZoneInfo(view.settings.timezone)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        yield Finding(
            "site",
            "",
            ("timezone",),
            ".timezone is not a time zone",
            "a name such as Asia/Tokyo",
            repr(view.settings.timezone),
            "correct the name (`timedatectl list-timezones` lists them)",
        )


@rule("resolver")
def resolvers(view: View) -> Iterator[Finding]:
    """A resolver is the entry of a system or the address of a host."""
    if not view.settings:
        return
    known = {system.entry.address for system in view.site.systems.values() if system.entry}
    known |= {host.address for host in view.site.hosts.values()}
    for number, address in enumerate(view.settings.resolvers):
        if address not in known and view.complete:
            yield Finding(
                "site",
                "",
                ("resolvers", number),
                f".resolvers names {address}, which nothing has",
                "the entry of a system, or a host's address",
                str(address),
                "correct the address",
            )
