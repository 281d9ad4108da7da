"""What the receiver of traps says of itself and of what stands by traps, on its `/metrics`."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from monitoring.traps.alarms import Alarms
from monitoring.traps.intake import Intake
from monitoring.traps.notification import Notification, Refusal
from monitoring.traps.usm import Users

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class _Now:
    """What is read when it is asked for."""

    def __init__(self, intake: Intake, alarms: Alarms, users: Users) -> None:
        self._intake, self._alarms, self._users = intake, alarms, users

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        active = GaugeMetricFamily(
            "mroom_trap_active", "1 while an alarm stands by a trap alone.", labels=["alert", "element"]
        )
        for alarm in self._alarms.standing():
            active.add_metric([alarm.alert, alarm.element], 1)
        yield active
        lost = CounterMetricFamily("mroom_traps_lost", "Messages that there was no place for.", labels=["where"])
        lost.add_metric(["socket"], self._intake.dropped)
        lost.add_metric(["queue"], self._intake.overflowed)
        yield lost
        for name, help_text, value in (
            ("mroom_traps_waiting", "Messages in the queue.", self._intake.waiting),
            ("mroom_traps_socket_buffer_bytes", "What the kernel grants the socket.", self._intake.buffer_bytes),
            ("mroom_traps_engines", "SNMP engines that proved a passphrase.", self._users.engines),
        ):
            yield GaugeMetricFamily(name, help_text, value=value)


class Own:
    """Counts of this process; a registry of its own."""

    def __init__(self, intake: Intake, alarms: Alarms, users: Users) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.registry.register(_Now(intake, alarms, users))
        self._taken = Counter(
            "mroom_traps_taken", "Notifications that were taken.", ["version", "pdu"], registry=self.registry
        )
        self._refused = Counter("mroom_traps_refused", "Messages that were not.", ["reason"], registry=self.registry)
        for reason in Refusal:
            self._refused.labels(reason.value)
        self._meaningless = Counter(
            "mroom_traps_meaningless", "Notifications that no file gives a meaning.", registry=self.registry
        )
        self._told = Counter("mroom_traps_alarms_told", "Alarms that Alertmanager took.", registry=self.registry)
        self._failed = Counter(
            "mroom_traps_deliveries_failed", "Posts that an Alertmanager did not take.", registry=self.registry
        )
        self._delay = Histogram(
            "mroom_traps_delivery_seconds", "From a message's coming to Alertmanager's taking its alarm.",
            buckets=BUCKETS, registry=self.registry,
        )  # fmt: skip

    def taken(self, said: Notification) -> None:
        self._taken.labels(said.version, "inform" if said.inform else "trap").inc()

    def refused(self, reason: Refusal) -> None:
        self._refused.labels(reason.value).inc()

    def meaningless(self) -> None:
        self._meaningless.inc()

    def told(self, alarms: int, seconds: float) -> None:
        self._told.inc(alarms)
        self._delay.observe(max(seconds, 0.0))

    def failed(self) -> None:
        self._failed.inc()

    def text(self) -> bytes:
        return generate_latest(self.registry)
