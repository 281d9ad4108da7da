"""From where the suite talks to the room, and how this machine's loopback leads into a twin."""

from __future__ import annotations

import multiprocessing
import socket
import subprocess
import sys

from tests.twin.look import mroom
from twin import publish
from twin.room import Twin

WHERE_AM_I = """
import socket, sys
from pathlib import Path
import inventory
from mroom import place
print(place.enter(inventory.load(Path(sys.argv[1])), Path(sys.argv[2])))
with socket.create_connection(("198.18.0.31", 22), timeout=5) as ssh:
    print(ssh.getsockname()[0], ssh.recv(8).decode())
"""


def stand(twin: Twin, state: str) -> list[str]:
    site = "inventory/sites/nishinomiya"
    argv = [sys.executable, "-c", WHERE_AM_I, site, state]
    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.split()


def test_the_suite_stands_in_the_noc_node_and_in_its_pair_when_that_is_off(twin: Twin):
    assert stand(twin, str(twin.where)) == ["twin", "198.18.36.11", "SSH-2.0-"]
    twin.break_("noc")
    assert stand(twin, str(twin.where)) == ["twin", "198.18.19.11", "SSH-2.0-"]
    twin.mend("noc")
    assert stand(twin, str(twin.where)) == ["twin", "198.18.36.11", "SSH-2.0-"]


def test_without_a_twin_it_stays_on_the_live_network(twin: Twin, tmp_path):
    assert stand(twin, str(tmp_path))[0] == "live"


def test_a_published_port_leads_to_the_node(twin: Twin):
    listening = publish.listen()
    port = listening.getsockname()[1]
    there = twin.netns_path("noc")
    forwarder = multiprocessing.get_context("fork").Process(
        target=publish.serve, args=(listening, there, "198.18.36.11", 22), daemon=True
    )
    forwarder.start()
    listening.close()
    try:
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as through:
                assert through.recv(8) == b"SSH-2.0-"
    finally:
        forwarder.kill()
        forwarder.join()


def test_a_shell_passes_input_output_and_the_exit_code_through(twin: Twin):
    script = "hostname; cat; echo said >&2; exit 42"
    done = mroom(twin.where, "twin", "shell", "edge-c", "--", "sh", "-c", script)
    assert (done.returncode, done.stdout, done.stderr) == (42, "edge-c\n", "said\n")


def test_a_shell_in_a_node_that_is_not_there_names_those_that_are_close(twin: Twin):
    done = mroom(twin.where, "twin", "shell", "core-s9")
    assert done.returncode == 2
    assert "no node 'core-s9'" in done.stderr
    assert "core-s1" in done.stderr
