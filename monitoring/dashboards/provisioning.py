"""What Grafana is provisioned with: where Prometheus is, and where the dashboards lie."""

from __future__ import annotations

from monitoring.alerts.text import document
from monitoring.dashboards.render import DATASOURCE, LANGUAGES

PROMETHEUS = "http://127.0.0.1:9090"
"""Each NOC node's own."""
_FOLDERS = {"ja": "機械室", "en": "Machine room"}


def files(folder: str) -> dict[str, str]:
    """File name → content; `folder` is where the dashboards will be on the node."""
    source = {
        "name": "Prometheus",
        "uid": DATASOURCE,
        "type": "prometheus",
        "access": "proxy",
        "url": PROMETHEUS,
        "isDefault": True,
        "editable": False,
        "jsonData": {"httpMethod": "POST", "timeInterval": "15s"},
    }
    providers = [
        {
            "name": f"mroom-{lang}",
            "folder": _FOLDERS[lang],
            "folderUid": f"mroom-{lang}",
            "type": "file",
            "disableDeletion": True,
            "allowUiUpdates": False,
            "updateIntervalSeconds": 30,
            "options": {"path": f"{folder}/{lang}"},
        }
        for lang in LANGUAGES
    ]
    return {
        "provisioning/datasources/mroom.yaml": document({"apiVersion": 1, "datasources": [source]}),
        "provisioning/dashboards/mroom.yaml": document({"apiVersion": 1, "providers": providers}),
    }
