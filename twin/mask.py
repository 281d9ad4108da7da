"""The layer between the host's root and the nodes': it hides what is the host's own and adds what all nodes share.

Without it every node would see the host's private files and share its SSH host keys. Standard library only.
"""

from __future__ import annotations

import os
from pathlib import Path

from twin.order import Hide, Put

OPAQUE = "trusted.overlay.opaque"
"""Extended attribute that makes overlayfs show nothing from below a folder."""


def _folders_above(layer: Path, path: Path) -> None:
    """Make the folders above a path as the host has them: in an overlay the upper folder's owner and mode win."""
    for folder in reversed(path.parents):
        here = layer / folder.relative_to("/")
        if here.exists():
            continue
        here.mkdir()
        if folder.is_dir():
            like = folder.stat()
            os.chown(here, like.st_uid, like.st_gid)
            here.chmod(like.st_mode & 0o7777)


def _hide(layer: Path, hide: Hide) -> None:
    path = Path(hide.path)
    _folders_above(layer, path)
    here = layer / path.relative_to("/")
    if not hide.folder:
        os.mknod(here, 0o020000, 0)  # a character device 0:0 is overlayfs's mark for "there is no such file"
        return
    here.mkdir(exist_ok=True)
    os.setxattr(here, OPAQUE, b"y")
    os.chown(here, hide.uid, hide.gid)
    here.chmod(hide.mode)


def make(layer: Path, hides: tuple[Hide, ...], shared: tuple[Put, ...]) -> None:
    """Fill the layer. `shared` belongs to root: who else exists is only known inside a node."""
    for hide in hides:
        _hide(layer, hide)
    for put in shared:
        path = Path(put.path)
        _folders_above(layer, path)
        here = layer / path.relative_to("/")
        here.write_bytes(put.content)
        here.chmod(put.mode)
