"""Alertmanager's configuration: who is told what and how soon, what inhibits what, and the pair of NOC nodes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from inventory import secrets
from monitoring.alerts.definition import LIFE
from monitoring.alerts.delivery import Delivery, Hook
from monitoring.alerts.follows import inhibit_rules
from monitoring.alerts.rules import Ground
from monitoring.alerts.subjects import NOBODY
from monitoring.alerts.text import document

CLUSTER_PORT, WEB_PORT = 9094, 9093
"""Alertmanager's own defaults."""
DEAD_MAN = "Watchdog"


def configuration(ground: Ground, delivery: Delivery, state: Path) -> dict[str, Any]:
    """alertmanager.yaml as data. `state` is where `$MROOM_STATE` will be. Raises SecretUnavailable for a secret that is
    no file: Alertmanager reads it itself, so that none is written here."""
    mail = delivery.mail
    return {
        "global": {
            "resolve_timeout": "5m",
            "smtp_smarthost": mail.smarthost,
            "smtp_from": mail.sender,
            "smtp_require_tls": mail.require_tls,
            **({"smtp_auth_username": mail.user} if mail.user else {}),
            **({"smtp_auth_password_file": _file(mail.password, state)} if mail.password else {}),
        },
        "route": _route(ground),
        "inhibit_rules": inhibit_rules(ground),
        "receivers": _receivers(ground, delivery, state),
    }


def _file(reference: str, state: Path) -> str:
    return str(secrets.path_of(reference, state))


def _owners(ground: Ground) -> list[str]:
    return list(dict.fromkeys([NOBODY, *(subject.owner for _, subject in ground.made)]))


def _route(ground: Ground) -> dict[str, Any]:
    """Smoke and water at once; critical after 5 s, in which what it follows from has come too; the rest after 30 s."""
    owners = [
        {
            "matchers": [f'owner="{owner}"'],
            "receiver": owner,
            "routes": [
                {"matchers": ['severity="critical"', f'alertname=~"{"|".join(LIFE)}"'], "group_wait": "0s",
                 "group_interval": "10s", "repeat_interval": "15m"},
                {"matchers": ['severity="critical"'], "group_wait": "5s", "group_interval": "30s",
                 "repeat_interval": "30m"},
            ],
        }
        for owner in _owners(ground)
    ]  # fmt: skip
    return {
        "receiver": NOBODY,
        "group_by": ["alertname", "building", "element"],
        "group_wait": "30s",
        "group_interval": "1m",
        "repeat_interval": "12h",
        "routes": [
            {"matchers": [f'alertname="{DEAD_MAN}"'], "receiver": "dead-man", "group_wait": "0s",
             "group_interval": "1m", "repeat_interval": "1m"},
            {"matchers": ['severity="info"'], "receiver": "page"},
            *owners,
        ],
    }  # fmt: skip


def _receivers(ground: Ground, delivery: Delivery, state: Path) -> list[dict[str, Any]]:
    page = _hook(delivery.page, state)
    found: list[dict[str, Any]] = [
        {"name": "dead-man", "webhook_configs": [{**_hook(delivery.dead_man, state), "send_resolved": False}]},
        {"name": "page", "webhook_configs": [page]},
    ]
    for owner in _owners(ground):
        address = delivery.owners.get(owner)
        mail = [{"to": address, "send_resolved": True, "headers": {"Subject": _SUBJECT}}] if address else []
        found.append({"name": owner, "webhook_configs": [page], **({"email_configs": mail} if mail else {})})
    return found


_SUBJECT = "[{{ .Status }}] {{ .CommonAnnotations.summary_ja }} / {{ .CommonAnnotations.summary_en }}"


def _hook(hook: Hook, state: Path) -> dict[str, Any]:
    found: dict[str, Any] = {"url": hook.url, "send_resolved": True}
    if hook.credentials:
        found["http_config"] = {"authorization": {"credentials_file": _file(hook.credentials, state)}}
    return found


def cluster(ground: Ground) -> dict[str, list[str]]:
    """NOC node → Alertmanager's arguments that make the nodes one: each listens at its own address and knows the
    others, so that an alarm that both get is delivered once and either of them alone delivers it."""
    hosts = {subject.id: ground.site.hosts[subject.id].address for subject in ground.subjects["noc"]}
    return {
        node: [
            f"--web.listen-address=127.0.0.1:{WEB_PORT}",
            f"--cluster.listen-address={address}:{CLUSTER_PORT}",
            *(f"--cluster.peer={other}:{CLUSTER_PORT}" for peer, other in hosts.items() if peer != node),
            "--cluster.peer-timeout=5s",
        ]
        for node, address in hosts.items()
    }


def files(ground: Ground, delivery: Delivery, state: Path) -> dict[str, str]:
    """File name → content."""
    nodes = {f"alertmanager-{node}.args": "\n".join(words) + "\n" for node, words in cluster(ground).items()}
    return {"alertmanager.yaml": document(configuration(ground, delivery, state)), **nodes}
