"""What a person sees of a difference, and what a device is told to do about it."""

from __future__ import annotations

import io
import tarfile
from dataclasses import replace

import pytest

from network import linux_device, render
from network.bundle import File
from network.difference import Difference, Part, files
from network.linux_device import ACTIONS, RUNNING_FRR, RUNNING_NFT, actions, package
from network.order import Order
from network.platforms import UnknownPlatform, platform


def parts(have, want):
    return list(files("core-m1", have, want))


def test_equal_bundles_have_no_difference(site, secrets):
    bundle = render.bundle(site, "core-m1", secrets)
    assert parts(bundle, dict(bundle)) == []


def test_a_changed_line_is_shown_with_its_path(site, secrets):
    bundle = render.bundle(site, "core-m1", secrets)
    path = "/etc/chrony/chrony.conf"
    old = {**bundle, path: replace(bundle[path], content=bundle[path].content.replace("maxpoll 6", "maxpoll 9", 1))}
    (part,) = parts(old, bundle)
    assert part.path == path
    assert "-server 198.18.17.10 iburst minpoll 4 maxpoll 9" in part.text
    assert "+server 198.18.17.10 iburst minpoll 4 maxpoll 6" in part.text


def test_a_missing_file_and_a_wrong_mode_are_differences():
    want = {"/a": File("one\n"), "/b": File("two\n", mode=0o640, owner="frr")}
    found = parts({"/b": File("two\n", mode=0o644, owner="root")}, want)
    assert [part.path for part in found] == ["/a", "/b"]
    assert "+one" in found[0].text
    assert "+mode 640, owner frr" in found[1].text
    assert "two" not in found[1].text


@pytest.mark.parametrize("have", [{}, {"/s": File("old phrase", mode=0o600)}, {"/s": File("old phrase", mode=0o644)}])
def test_a_secret_is_never_shown(have):
    (part,) = parts(have, {"/s": File("new phrase", mode=0o600)})
    assert "phrase" not in part.text


def test_a_file_that_is_no_longer_secret_does_not_show_what_it_held():
    (part,) = parts({"/s": File("old phrase", mode=0o600)}, {"/s": File("open\n")})
    assert "phrase" not in part.text


FRR_SAYS = """2026-11-24 22:10:53,139  INFO: Called via "Namespace(input=None)"
Lines To Delete
===============
interface campus-1
 no ip ospf cost 12
2026-11-24 22:10:53,212  INFO: something else

Lines To Add
============
interface campus-1
 ip ospf cost 10
"""


def test_the_answer_of_frr_is_turned_into_lines_with_signs():
    assert linux_device._frr_lines(FRR_SAYS) == [
        "-interface campus-1",
        "- no ip ospf cost 12",
        "+interface campus-1",
        "+ ip ospf cost 10",
    ]
    assert linux_device._frr_lines(FRR_SAYS.split("\n", maxsplit=1)[0]) == []


def test_what_is_reloaded_comes_once_and_in_the_order_of_use():
    changed = ["/etc/issue.net", "/etc/snmp/mroom-users.conf", "/etc/snmp/snmpd.conf", "/etc/frr/frr.conf"]
    found = [Part(path, "", path) for path in changed] + [Part(RUNNING_NFT, ""), Part(RUNNING_FRR, "")]
    assert actions(found) == ("nft", "frr", "snmpd")
    assert actions([Part("/etc/issue.net", "", "/etc/issue.net")]) == ()


def test_every_file_that_a_daemon_keeps_in_memory_has_an_action(site, secrets):
    read_at_each_use = {"/etc/issue.net", "/etc/frr/vtysh.conf"}
    for device in ("core-m1", "sw-s-dmz"):
        for path in render.bundle(site, device, secrets):
            at_use = path in read_at_each_use or path.startswith(("/etc/sudoers.d/", "/etc/ssh/authorized_keys/"))
            assert (path in ACTIONS) is not at_use, path


def test_a_package_holds_the_changed_files_with_owner_and_mode(site, secrets):
    bundle = render.bundle(site, "core-m1", secrets)
    path = "/etc/frr/frr.conf"
    difference = Difference((Part(path, "", path),), {}, bundle)
    order = Order(
        "c1", difference, confirm_seconds=45, drain_ports=("m-staff", "m-fac"), drain_asn=None, drain_ramp=(9, 18)
    )
    with tarfile.open(fileobj=io.BytesIO(package(order))) as tar:
        inside = {member.name: member for member in tar}
        settings = tar.extractfile("order").read().decode()
        assert tar.getnames()[-1] == "complete"
    assert (inside[f"new{path}"].mode, inside[f"new{path}"].uname) == (0o640, "frr")
    assert [name for name in inside if name.startswith("new")] == [f"new{path}"]
    assert "DRAIN='yes'\nDRAIN_PORTS='m-staff m-fac'\nDRAIN_AS=''\nDRAIN_RAMP='9 18'\n" in settings
    assert "CONFIRM_SECONDS='45'" in settings


def test_a_platform_that_nobody_wrote_is_named():
    with pytest.raises(UnknownPlatform, match="'abacus'"):
        platform("abacus")
