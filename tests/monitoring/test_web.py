"""The exporter behind TLS and users, by the web config file of Prometheus' exporters."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import urllib.error
from pathlib import Path

import bcrypt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from monitoring.exporter import web
from tests.monitoring.running import Running


def certificate(folder: Path, name: str) -> None:
    """A key and a certificate for loopback that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1)).not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / f"{name}.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / f"{name}.key").write_bytes(private)


@pytest.fixture
def folder(tmp_path):
    certificate(tmp_path, "server")
    certificate(tmp_path, "client")
    return tmp_path


def written(folder: Path, text: str) -> Path:
    path = folder / "web.yaml"
    path.write_text(text, encoding="utf-8")
    return path


TLS = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n"


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=folder / "server.crt")


def test_with_tls_nothing_is_answered_in_the_clear(folder):
    with Running(written(folder, TLS)) as running:
        running.context = trusting(folder)
        assert running.get("/-/healthy").status == 200
        with pytest.raises((urllib.error.URLError, ConnectionError)):
            running.get("/-/healthy", scheme="http")


def test_a_client_without_certificate_is_refused_where_one_is_wanted(folder):
    wanted = "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: client.crt\n  min_version: TLS13\n"
    with Running(written(folder, TLS + wanted)) as running:
        running.context = trusting(folder)
        with pytest.raises((urllib.error.URLError, ConnectionError)):
            running.get("/-/healthy")
        running.context = trusting(folder)
        running.context.load_cert_chain(folder / "client.crt", folder / "client.key")
        assert running.get("/-/healthy").status == 200


def test_only_known_users_are_answered(folder):
    hashed = bcrypt.hashpw(b"open sesame", bcrypt.gensalt(4)).decode()
    with Running(written(folder, f"basic_auth_users:\n  prometheus: {hashed}\n")) as running:
        for path in ("/", "/sd", "/probe?target=127.0.0.1", "/metrics", "/-/healthy"):
            answer = running.get(path)
            assert (answer.status, answer.body) == (401, "Unauthorized\n")
            assert answer.headers["www-authenticate"].startswith("Basic")
        assert running.get("/-/healthy", user=("prometheus", "wrong")).status == 401
        assert running.get("/-/healthy", user=("nobody", "open sesame")).status == 401
        assert running.get("/-/healthy", user=("prometheus", "open sesame" + "x" * 80)).status == 401
        for _ in range(2):
            assert running.get("/-/healthy", user=("prometheus", "open sesame")).status == 200


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("tls_server_config:\n  cert_file: a\n", 1, "key_file"),
        ("tls_server_config:\n  cert_file: a\n  key_file: b\n  min_version: TLS10\n", 4, "min_version"),
        ("basic_auth_users:\n  a: secretpassword\n", 1, "no bcrypt hash"),
        ("http_server_config:\n  http2: true\n", 1, "http_server_config"),
        ("- a\n", 1, "not a mapping"),
        ("tls_server_config: {\n", 2, "YAML"),
    ],
)
def test_a_web_config_that_cannot_be_used_is_refused_with_its_line(text, line, says, tmp_path):
    with pytest.raises(web.BadWebConfig) as error:
        web.load(written(tmp_path, text))
    assert says in str(error.value)
    assert "secretpassword" not in str(error.value)
    assert error.value.problems[0].line == line
