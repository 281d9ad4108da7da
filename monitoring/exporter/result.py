"""How a probe went, as metrics behind those of the device."""

from __future__ import annotations

from monitoring.exporter.scrape import Scraped
from monitoring.exporter.text import head, labels, number


def result_text(scraped: Scraped) -> str:
    """Success and duration, of the whole and of each subtree."""
    out = [
        head("mroom_probe_success", "gauge", "1 when the device answered; parts of it may still be missing."),
        f"mroom_probe_success {int(scraped.success)}\n",
        head("mroom_probe_duration_seconds", "gauge", "How long asking took."),
        f"mroom_probe_duration_seconds {number(round(scraped.seconds, 6))}\n",
    ]
    if scraped.reason:
        out += [
            head("mroom_probe_failure_info", "gauge", "Why the device did not answer, or not in time; always 1."),
            f"mroom_probe_failure_info{labels({'reason': scraped.reason})} 1\n",
        ]
    if scraped.parts:
        pairs = [(labels({"subtree": part.subtree, "source": part.source}), part) for part in scraped.parts]
        out.append(head("mroom_probe_subtree_success", "gauge", "1 when this part of the MIB was walked to its end."))
        out += [f"mroom_probe_subtree_success{text} {int(part.success)}\n" for text, part in pairs]
        out.append(head("mroom_probe_subtree_duration_seconds", "gauge", "How long this part took."))
        out += [
            f"mroom_probe_subtree_duration_seconds{text} {number(round(part.seconds, 6))}\n" for text, part in pairs
        ]
    return "".join(out)
