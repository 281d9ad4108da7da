"""The runbooks: docs/runbooks/<Alert>.md in Japanese and English, from the text that people wrote beside the rule."""

from __future__ import annotations

import re
from typing import Literal

from monitoring.alerts.catalogue import load
from monitoring.alerts.definition import Alert, Steps
from monitoring.alerts.metrics import named, table
from monitoring.alerts.rules import RUNBOOKS

_SEVERITY = {
    "critical": ("重大：すぐに対応する", "critical: act now"),
    "warning": ("警告：その日のうちに対応する", "warning: act today"),
    "info": ("情報：知っておく", "info: to know"),
    "none": ("なし：警報が届くことの印", "none: the sign that alarms get through"),
}
_HEADS = {
    "ja": ("意味", "影響を受ける人", "確かめること", "すること"),
    "en": ("What it means", "Who is touched", "What to look at", "What to do next"),
}


def missing(alert: Alert) -> list[str]:
    """The metrics of an alert that nobody emits yet, or what it waits for."""
    known = table()
    return [name for name in named(alert.expr) if name in known and not known[name].emitted] or (
        [alert.waits_for] if alert.waits_for else []
    )


def page(alert: Alert) -> str:
    """One runbook."""
    mark = ""
    if missing(alert):
        what = ", ".join(f"`{one}`" for one in missing(alert))
        mark = (
            f"\n> まだ鳴りません：{what} を出すものがまだありません。 / Cannot fire yet: nothing emits {what} so far.\n"
        )
    return (
        f"# {alert.id}\n\n<!-- Written by script/docs from monitoring/alerts/texts/{alert.id}.yaml. -->\n{mark}\n"
        f"{_half(alert, 'ja')}\n{_half(alert, 'en')}"
    )


def _blank(summary: str) -> str:
    """A summary as long as nobody knows of what."""
    return re.sub(r"\$\w+", "…", summary)


def _half(alert: Alert, lang: Literal["ja", "en"]) -> str:
    means, touched, look, then = _HEADS[lang]
    summary = _blank(getattr(alert.summary, lang))
    return (
        f"## {'日本語' if lang == 'ja' else 'English'}\n\n**{summary}** "
        f"({_SEVERITY[alert.severity.value][lang == 'en']})\n\n"
        f"### {means}\n\n{getattr(alert.means, lang)}\n\n### {touched}\n\n{getattr(alert.touched, lang)}\n\n"
        f"### {look}\n\n{_list(alert.look, lang)}\n### {then}\n\n{_list(alert.then, lang)}"
    )


def _list(steps: Steps, lang: Literal["ja", "en"]) -> str:
    return "".join(f"{number}. {step}\n" for number, step in enumerate(getattr(steps, lang), 1))


def pages() -> dict[str, str]:
    """Path from the root → content, with an index."""
    rows = [
        f"| [{one.id}]({one.id}.md) | {one.severity.value} | {_blank(one.summary.ja)} "
        f"| {_blank(one.summary.en)} | {'まだ / not yet' if missing(one) else ''} |"
        for one in load()
    ]
    index = "# 手順書 / Runbooks\n\n<!-- Written by script/docs. -->\n\n| 警報 / alert | | 日本語 | English | |\n"
    index += "|---|---|---|---|---|\n" + "\n".join(rows) + "\n"
    return {f"{RUNBOOKS}/{one.id}.md": page(one) for one in load()} | {f"{RUNBOOKS}/README.md": index}
