"""TLS and basic authentication by the usual web config file (the format of Prometheus' exporter-toolkit)."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
import ssl
from collections import OrderedDict
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from inventory.model.base import Model
from inventory.problem import Problem
from inventory.reading.compose import compose
from inventory.reading.declare import Declared
from inventory.reading.files import decode
from inventory.reading.nodes import Mapping, Scalar
from inventory.reading.typed import validate

Version = Literal["TLS12", "TLS13"]
_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
REMEMBERED = 100
"""Good passwords that need no bcrypt again (it takes a tenth of a second by design), as keyed hashes."""
LONGEST_PASSWORD = 72
"""Bytes; bcrypt knows no more."""


class Tls(Model):
    cert_file: str
    key_file: str
    client_ca_file: str | None = None
    client_auth_type: Literal["NoClientCert", "RequireAndVerifyClientCert", "VerifyClientCertIfGiven"] = "NoClientCert"
    min_version: Version = "TLS12"


class WebConfig(Model):
    """The file. What it may also hold elsewhere (HTTP/2, ciphers) is refused here, not ignored."""

    tls_server_config: Tls | None = None
    basic_auth_users: dict[str, str] = Field(default_factory=dict)


class BadWebConfig(Exception):
    """The web config file cannot be used; `problems` holds every fault."""

    exit_code, code = 2, "web-config"
    hint = "mend the lines that the sentence names, and run it again"

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.text() for problem in problems))


def load(path: Path) -> WebConfig:
    """Read the file; paths in it are relative to it. Raises BadWebConfig, or OSError when it cannot be read."""
    document = compose(decode(str(path), path.read_bytes()))
    if not isinstance(document.root, Mapping):
        message, expected = "the file is not a mapping", "tls_server_config, basic_auth_users"
        fault = Problem(str(path), 1, 1, "wrong-type", message, expected, "something else", "see docs/exporter.md")
        raise BadWebConfig(document.problems or [fault])
    typed = validate(WebConfig, "web", Declared(str(path), Scalar(1, 1, path.name, plain=True), document.root))
    problems = [*document.problems, *typed.problems]
    if problems or typed.value is None:
        raise BadWebConfig(problems)
    config: WebConfig = typed.value
    for user, hashed in config.basic_auth_users.items():
        if not hashed.startswith(("$2a$", "$2b$", "$2y$")):
            # what stands there may be a password: it is not shown
            message, hint = f"the password of {user!r} is no bcrypt hash", "make one with htpasswd -nBC 10"
            problems.append(Problem(str(path), 1, 1, "no-hash", message, "$2y$…", "something else", hint))
    if problems:
        raise BadWebConfig(problems)
    return config


def context(tls: Tls, beside: Path) -> ssl.SSLContext:
    """The server side of TLS. Raises OSError or ssl.SSLError when a file is no certificate or key."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = _VERSIONS[tls.min_version]
    made.load_cert_chain(beside / tls.cert_file, beside / tls.key_file)
    if tls.client_auth_type != "NoClientCert":
        required = tls.client_auth_type == "RequireAndVerifyClientCert"
        made.verify_mode = ssl.CERT_REQUIRED if required else ssl.CERT_OPTIONAL
        made.load_verify_locations(beside / tls.client_ca_file if tls.client_ca_file else None)
    return made


class BasicAuth:
    """Lets only known users through to an ASGI application, which finds the name as `user` in its scope."""

    def __init__(self, app: Any, users: dict[str, str]) -> None:
        self.app, self.users = app, users
        self._key = secrets.token_bytes(32)
        self._good: OrderedDict[bytes, None] = OrderedDict()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        user = await self._known(dict(scope["headers"]).get(b"authorization", b""))
        if user is None:
            headers = [(b"content-type", b"text/plain"), (b"www-authenticate", b'Basic realm="mroom"')]
            await send({"type": "http.response.start", "status": 401, "headers": headers})
            await send({"type": "http.response.body", "body": b"Unauthorized\n"})
            return
        await self.app({**scope, "user": user}, receive, send)

    async def _known(self, header: bytes) -> str | None:
        """The name of the user; None for whoever is none."""
        scheme, _, token = header.partition(b" ")
        if scheme.lower() != b"basic":
            return None
        try:
            name, colon, password = base64.b64decode(token.strip(), validate=True).partition(b":")
        except binascii.Error:
            return None
        if not colon or len(password) > LONGEST_PASSWORD or b"\0" in password:
            return None
        user = name.decode("utf-8", errors="replace")
        digest = hmac.new(self._key, name + b"\0" + password, hashlib.sha256).digest()
        if digest in self._good:
            return user
        good = await asyncio.get_running_loop().run_in_executor(None, self._matches, user, password)
        if good:
            self._good[digest] = None
            while len(self._good) > REMEMBERED:
                self._good.popitem(last=False)
        return user if good else None

    def _matches(self, name: str, password: bytes) -> bool:
        import bcrypt

        hashed = self.users.get(name)
        # a name that nobody has takes as long as one that somebody has
        compared = bcrypt.checkpw(password, (hashed or next(iter(self.users.values()))).encode())
        return compared and hashed is not None
