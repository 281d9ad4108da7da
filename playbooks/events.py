"""What Ansible's events say about each host: one row per host, whatever happened to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """A task that changed something (or would, in check mode) on one host."""

    task: str
    diff: str
    """Unified where Ansible gives both sides; empty where it gives none."""


@dataclass(frozen=True)
class HostResult:
    """How one host came out of a run."""

    object: str
    state: str
    """confirmed (changed, and all went well), same, skipped (the run never came to it) or failed."""
    message: str
    changes: tuple[Change, ...] = ()
    unreachable: bool = False

    def document(self) -> dict[str, str]:
        return {"object": self.object, "state": self.state, "message": self.message}


@dataclass
class Collector:
    """Takes events as they come; `results` makes the rows when the run has ended."""

    changes: dict[str, list[Change]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    """The last complaint of each host."""
    stats: dict[str, dict[str, int]] = field(default_factory=dict)

    def take(self, event: Event) -> bool:
        """Take one event in; true when it is worth keeping on the disk."""
        data = event.get("event_data") or {}
        host, task, result = data.get("host", ""), _task(data), data.get("res") or {}
        match event.get("event"):
            case "runner_on_ok" if result.get("changed") and "results" not in result:
                self.changes.setdefault(host, []).append(Change(task, diff_text(result.get("diff"))))
            case "runner_item_on_ok" if result.get("changed"):
                label = result.get("_ansible_item_label", result.get("item"))
                self.changes.setdefault(host, []).append(Change(f"{task} ({label})", diff_text(result.get("diff"))))
            case "runner_on_failed" if not data.get("ignore_errors"):
                self.words[host] = f"{task}: {_complaint(result)}"
            case "runner_on_unreachable":
                self.words[host] = f"unreachable: {_complaint(result)}"
            case "playbook_on_stats":
                self.stats = {kind: dict(data.get(kind) or {}) for kind in ("ok", "failures", "dark", "changed")}
            case _:
                return False
        return True

    def results(self, hosts: Sequence[str], *, check: bool) -> tuple[HostResult, ...]:
        """One row for each of `hosts`, in their order."""
        return tuple(self._row(host, check=check) for host in hosts)

    def _row(self, host: str, *, check: bool) -> HostResult:
        changes = tuple(self.changes.get(host, ()))
        if self.stats.get("dark", {}).get(host):
            message = self.words.get(host, "unreachable")
            return HostResult(host, "failed", message, changes, unreachable=True)
        if self.stats.get("failures", {}).get(host):
            return HostResult(host, "failed", self.words.get(host, "failed"), changes)
        if not self.stats.get("ok", {}).get(host):
            return HostResult(host, "skipped", "the run did not come to this host")
        if not changes:
            return HostResult(host, "same", "nothing to change")
        verb = "would change" if check else "changed"
        return HostResult(host, "confirmed", f"{verb}: {_summary(changes)}", changes)


def _summary(changes: tuple[Change, ...]) -> str:
    """How many tasks of which role, in the order in which they came."""
    roles = Counter(change.task.partition(":")[0] for change in changes)
    return ", ".join(f"{role} ({count})" for role, count in roles.items())


def diff_text(diff: Any) -> str:
    """Ansible's diff (one or a list of before/after pairs) as a unified diff."""
    import difflib

    parts = []
    for one in diff if isinstance(diff, list) else [diff] if diff else []:
        if prepared := one.get("prepared"):
            parts.append(str(prepared))
            continue
        before, after = (_side(one.get(side)) for side in ("before", "after"))
        names = (str(one.get("before_header") or "before"), str(one.get("after_header") or "after"))
        parts.append("".join(difflib.unified_diff(before, after, *names)))
    return "\n".join(part.rstrip("\n") for part in parts if part)


def _side(value: Any) -> list[str]:
    import json

    text = value if isinstance(value, str) else "" if value is None else json.dumps(value, indent=1, sort_keys=True)
    return [line if line.endswith("\n") else line + "\n" for line in text.splitlines(keepends=True)]


def _task(data: Event) -> str:
    role, task = data.get("role"), str(data.get("task") or "")
    return f"{role}: {task}" if role else task


def _complaint(result: dict[str, Any]) -> str:
    """What the module said, on one line."""
    found = [result.get(key) for key in ("msg", "stderr", "module_stderr", "stdout", "reason")]
    text = next((str(value) for value in found if value), "no reason given")
    items = [_complaint(item) for item in result.get("results", []) if isinstance(item, dict) and item.get("failed")]
    return " ".join((items[0] if items else text).split())[:400]
