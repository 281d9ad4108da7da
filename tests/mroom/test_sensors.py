"""`mroom sensors`, as it is called."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from mroom.schemas import schema
from tests.monitoring.responder import Device, Responder
from tests.monitoring.test_session import SYSTEM, UPS

ROOT = Path(__file__).parents[2]


def called(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("mroom")), "sensors", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT,
                          env={"PATH": "/usr/bin:/bin", **environment})  # fmt: skip


@pytest.fixture(scope="module")
def port():
    with Responder() as responder:
        yield responder.serve(Device({**SYSTEM, **UPS}))


def test_json_holds_to_its_schema_and_is_all_that_stdout_has(port):
    done = called(f"127.0.0.1:{port}", "--community", "env:COMMUNITY", "--json", COMMUNITY="public")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    jsonschema.validate(document, schema("sensors"))
    charge = next(row for row in document if row["class"] == "charge")
    assert (charge["oid"], charge["value"], charge["unit"]) == ("1.3.6.1.2.1.33.1.2.4.0", 97, "percent")
    state = next(row for row in document if row["class"] == "state")
    assert (state["value"], state["state"], state["severity"]) == (2, "Normal", "ok")


def test_a_person_reads_one_line_a_reading(port):
    done = called(f"127.0.0.1:{port}", "--community", "public")
    assert done.returncode == 0
    assert "charge          Battery charge remaining: 97 percent\n" in done.stdout
    assert "a literal community is for tests" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["127.0.0.1:9", "--community", "public", "--timeout", "0.1"], 7, "unreachable"),
        (["127.0.0.1:x", "--community", "public"], 2, "usage"),
        (["no.such.host.invalid", "--community", "public"], 7, "unreachable"),
        (["127.0.0.1", "--community", "env:NOT_SET"], 2, "secret"),
        (["127.0.0.1", "--community", "public", "--user", "env:A"], 2, "usage"),
        (["127.0.0.1", "--user", "literal"], 2, "secret"),
        (["127.0.0.1", "--user", "env:A"], 2, "snmp-user"),
        (["127.0.0.1", "--user", "a", "--auth", "env:A"], 2, "usage"),
    ],
)
def test_what_goes_wrong_has_its_code_and_one_document(words, code, says):
    done = called(*words, "--json", A="no user")
    document = json.loads(done.stdout)
    assert (done.returncode, document["error"]["code"]) == (code, says)
    jsonschema.validate(document, schema("sensors"))
    assert "no user" not in done.stdout + done.stderr
