"""Run the exporter as a server of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import uvicorn

from monitoring.exporter import web

PORT = 9786
"""Unique among our own programs; the list of exporters' default ports has nothing of ours."""
_CONNECTIONS = 2048
"""At once; beyond it the next is told to come again (503)."""


def config(app: Any, host: str, port: int, web_config: Path | None = None) -> uvicorn.Config:
    """The server's configuration. Raises BadWebConfig, OSError or ssl.SSLError for a web config that cannot be used."""
    loaded = web.load(web_config) if web_config else web.WebConfig()
    served = web.BasicAuth(app, loaded.basic_auth_users) if loaded.basic_auth_users else app
    made = uvicorn.Config(
        served,
        host=host,
        port=port,
        http="httptools",
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
    )
    made.load()
    if loaded.tls_server_config and web_config:
        made.ssl = web.context(loaded.tls_server_config, web_config.parent)
    return made
