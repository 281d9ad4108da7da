"""The dependency graph of a site: facility, network and systems in one."""

from __future__ import annotations

from .build import build
from .graph import Graph, Node, UnknownElement
from .need import NEVER, AtLeast, Need, Path
from .parse import GraphError

__all__ = ["NEVER", "AtLeast", "Graph", "GraphError", "Need", "Node", "Path", "UnknownElement", "build"]
