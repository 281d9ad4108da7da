"""Staff mail serves when a fresh message is taken at the entry and read in the other building.

One probe: a message with a token goes to the entry by SMTP (RFC 5321), and is looked for by IMAP (RFC 9051) at another
member that says it serves, else at the member that took it. What was read is deleted again. The program is whole in
this file because it travels (far.py): it reads one configuration per line and answers each with one line. Standard
library only.
"""

from __future__ import annotations

import http.client
import imaplib
import json
import secrets
import smtplib
import ssl
import sys
import time
from email.message import EmailMessage
from typing import Any

READY = 220
"""RFC 5321, 4.2.3."""
IMAP_PORT = 143
STATE_PORT = 4191
"""Where a member's delivery says how it is: `nais_mail_state_port` of the role."""
TOKEN = "X-Mroom-Token"  # noqa: S105 the name of a header
FORGOTTEN_SECONDS = 600
"""A message that a probe left behind is deleted by a later one."""
PAUSE_SECONDS = 0.2
MAY_SAY_SECONDS = 1.0
"""How long a member may take to say that it serves; one that says nothing is not read at."""


class Failed(Exception):
    """One sentence: what does not serve."""


def probe(config: dict[str, Any]) -> dict[str, Any]:
    """Send one message and read it.

    `config`: address and port (the entry), members (host -> address), domain, login (the mailbox), timeout_seconds
    (until the message must be read), secrets {mail-login}. The answer: ok, seconds, message, served_by (host id).
    """
    begun, host = time.monotonic(), None
    deadline = begun + config["timeout_seconds"]
    try:
        token = secrets.token_hex(8)
        host = send(config, token)
        place, way = reader(config, host)
        ok = read(config, place, token, deadline)
        message = f"a fresh message was read {way}" if ok else f"the message taken by {host} cannot be read {way}"
    except Failed as failed:
        ok, message = False, str(failed)
    return {"ok": ok, "seconds": time.monotonic() - begun, "message": message, "served_by": host}


def send(config: dict[str, Any], token: str) -> str:
    """Give the entry a message; the host that took it, by its own greeting. Raises Failed."""
    address = f"{config['login']}@{config['domain']}"
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail[TOKEN] = address, address, "probe", token
    mail.set_content("A probe of the staff mail. It deletes itself.\n")
    entry = smtplib.SMTP(timeout=config["timeout_seconds"])
    try:
        code, greeting = entry.connect(config["address"], config["port"])
        host = greeting.decode(errors="replace").partition(".")[0]
        if code != READY:
            raise Failed(f"SMTP: the entry greets with {code}")
        if host not in config["members"]:
            raise Failed(f"SMTP: {host!r} greets, expected one of {', '.join(config['members'])}")
        entry.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        raise Failed(f"SMTP: the entry did not take a message: {error or type(error).__name__}") from None
    finally:
        entry.close()
    return host


def reader(config: dict[str, Any], host: str) -> tuple[str, str]:
    """Address of the member at which to read, and how to say it."""
    others = {name: address for name, address in config["members"].items() if name != host}
    for name, address in others.items():
        if says_it_serves(address):
            return address, f"through {name}"
    return config["members"][host], f"at {host}: the other building does not serve" if others else f"at {host}"


def says_it_serves(address: str) -> bool:
    connection = http.client.HTTPConnection(address, STATE_PORT, timeout=MAY_SAY_SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def read(config: dict[str, Any], address: str, token: str, deadline: float) -> bool:
    """Whether the message is in the mailbox before the deadline; it is deleted then. Raises Failed."""
    # The hosts make their keys themselves and nobody vouches for them: TLS keeps the pass phrase from listeners.
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with imaplib.IMAP4(address, IMAP_PORT, timeout=max(1.0, deadline - time.monotonic())) as box:
            box.starttls(context)
            box.login(config["login"], config["secrets"]["mail-login"])
            box.select("INBOX")
            while not (found := numbers(box, "HEADER", TOKEN, token)) and time.monotonic() < deadline:
                time.sleep(PAUSE_SECONDS)
                box.noop()
            old = numbers(box, "OLDER", str(FORGOTTEN_SECONDS))
            if found or old:
                box.store(",".join({*found, *old}), "+FLAGS.SILENT", r"(\Deleted)")
                box.expunge()
            return bool(found)
    except (OSError, imaplib.IMAP4.error) as error:
        raise Failed(f"IMAP at {address}: {error or type(error).__name__}") from None


def numbers(box: imaplib.IMAP4, *question: str) -> list[str]:
    """The messages for which it holds."""
    answer: list[bytes | None] = box.search(None, *question)[1]
    return (answer[0] or b"").decode("ascii").split()


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(probe(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
