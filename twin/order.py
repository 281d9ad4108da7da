"""What the runner orders from the builder inside the world: plain data that crosses a pipe as JSON.

Standard library only. It carries secrets (a node's files), hence a pipe: never arguments, never a file.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Put:
    """One file of a node or of the layer that all nodes share. `owner` is `user` or `user:group`, by name."""

    path: str
    content: bytes
    mode: int = 0o644
    owner: str = "root:root"


@dataclass(frozen=True)
class Hide:
    """A path of the host that no node shall see; a folder stays as an empty one."""

    path: str
    folder: bool
    mode: int = 0o755
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class NodeOrder:
    """A node to boot. `folder` is on disk and holds what the node writes; `files` are put there before it starts."""

    name: str
    folder: str
    files: tuple[Put, ...] = ()
    held: tuple[str, ...] = ()
    """Interfaces that stay down at boot, because their link is broken."""


@dataclass(frozen=True)
class Order:
    """`found` is True for a new world: then the shared layer, the network namespaces and the links are made too."""

    world: int
    """Process number of the world's PID 1 as the host sees it."""
    nodes: tuple[NodeOrder, ...]
    found: bool = False
    hide: tuple[Hide, ...] = ()
    shared: tuple[Put, ...] = ()
    links: tuple[str, ...] = ()
    """Lines for `ip -batch`."""

    def dump(self) -> str:
        return json.dumps(asdict(self), default=lambda raw: base64.b64encode(raw).decode())

    @classmethod
    def load(cls, text: str) -> Order:
        raw = json.loads(text)
        return cls(
            world=raw["world"],
            nodes=tuple(NodeOrder(n["name"], n["folder"], _puts(n["files"]), tuple(n["held"])) for n in raw["nodes"]),
            found=raw["found"],
            hide=tuple(Hide(**item) for item in raw["hide"]),
            shared=_puts(raw["shared"]),
            links=tuple(raw["links"]),
        )


def _puts(raw: list[dict[str, object]]) -> tuple[Put, ...]:
    return tuple(
        Put(str(p["path"]), base64.b64decode(str(p["content"])), int(str(p["mode"])), str(p["owner"])) for p in raw
    )
