"""What the exporter says of itself on `/metrics`."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from monitoring.exporter.scrape import Scraped
from monitoring.exporter.slots import Slots
from monitoring.exporter.target import Targets

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class _States:
    def __init__(self, targets: Targets) -> None:
        self.targets = targets

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(
            "mroom_exporter_targets", "Devices that were asked for, by what became of it.", labels=["state"]
        )
        for state, count in self.targets.states().items():
            family.add_metric([state], count)
        yield family


class Own:
    """Counts of this process; a registry of its own, so that two exporters of one test do not meet."""

    def __init__(self, targets: Targets, slots: Slots) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.registry.register(_States(targets))
        Gauge("mroom_exporter_walks", "Devices that are walked at this moment.", registry=self.registry).set_function(
            lambda: slots.taken
        )
        self._seconds = Histogram(
            "mroom_exporter_probe_duration_seconds", "How long probes took.", buckets=BUCKETS, registry=self.registry
        )
        self._failed = Counter(
            "mroom_exporter_probes_failed", "Probes of devices that did not answer.", registry=self.registry
        )

    def probed(self, scraped: Scraped) -> None:
        self._seconds.observe(scraped.seconds)
        if not scraped.success:
            self._failed.inc()

    def text(self) -> bytes:
        return generate_latest(self.registry)
