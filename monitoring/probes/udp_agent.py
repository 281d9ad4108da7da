"""One end of a pair of UDP probe streams. Sent to a node over SSH and run there by its own python3; stdlib only.

The program is whole in this file because it travels: `far.py` sends it as text. It sends numbered probes to its peer at
an absolute pace, takes the peer's probes with the kernel's receive time, and speaks lines of JSON:

    in   {"run": 7, "bind": "198.18.48.20", "peer": "198.18.35.10", "port": 20001, "interval_ns": 1000000,
          "max_seconds": 60, "priority": 40}       first line; then `go`, `status`, `records OWN PEER`, `pause`, `stop`
    out  {"ready": true, "fifo": true, "pid": 123}   bound and waiting
         {"sent": 1200, "received": 1199, "last": 1198, "streak": 1199}      answer to `status`
         {"sent": "…", "late_ns": [max, p99, median], "received": "…", "fifo": true}
                   answer to `stop`, after which it ends, and to `records`: own and peer's probes from these numbers on
                   (of the peer's a few older ones too)

`sent` is int64 send times by sequence number, `received` int64 pairs (sequence number, receive time), in nanoseconds of
the node's wall clock; zlib, then base64. End of its input, or `max_seconds`, ends it with nothing left behind.
"""

from __future__ import annotations

import base64
import ctypes
import gc
import json
import mmap
import os
import select
import signal
import socket
import struct
import time
import zlib
from array import array

PACKET = struct.Struct("!QQQ")  # run, sequence number, padding: 24 bytes of payload
SO_TIMESTAMPNS = 35  # asm-generic/socket.h; Python 3.11 has no name for it
SO_RCVBUFFORCE = 33
PR_SET_PDEATHSIG = 1
TIMER_ABSTIME = 1
REORDERED = 1000
GRACE_NS = 150_000
"""A second sender on another processor steps in so long after a probe was due: whatever holds up one processor (its
hypervisor, a long stretch without interrupts) seldom holds up two."""
POLL_SECONDS = 0.0005  # how often a sender looks whether it may begin
DRAIN_SECONDS = 0.3  # what is still on its way when the stream stops

libc = ctypes.CDLL(None, use_errno=True)


class Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


def sleep_until(monotonic_ns: int, spec: Timespec, reference: object) -> None:
    """Sleep to an instant, not for a duration: what one probe is late is not added to the next."""
    spec.seconds, spec.nanoseconds = divmod(monotonic_ns, 1_000_000_000)
    libc.clock_nanosleep(1, TIMER_ABSTIME, reference, None)  # 1 = CLOCK_MONOTONIC


def become_realtime(priority: int) -> bool:
    """SCHED_FIFO, so that other programs' work is not measured as the network's. False where it is not allowed."""
    libc.mlockall(3)
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
    except OSError:
        return False
    return True


def stay_awake(processor: int) -> None:
    """Stay on this processor and keep it from going idle: a child that turns at the lowest priority there is.

    The idle processor of a virtual machine is woken up to 3 ms late, and then the probe is late, not the network.
    """
    os.sched_setaffinity(0, {processor})
    parent = os.getpid()
    if os.fork():
        return
    try:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        while os.getppid() == parent:
            pass
    finally:
        os._exit(0)


class Stream:
    """What the senders and the parent share: a flag, the number sent, when the next is due, two int64 for each probe.

    A lock guards number and beat: a pipe with one byte in it, which whoever writes here takes out meanwhile.
    """

    STOP, COUNT, DUE, SENT = range(4)

    def __init__(self, most: int) -> None:
        self.most = most
        self.view = memoryview(mmap.mmap(-1, 8 * (self.SENT + 2 * most))).cast("q")
        self.free, self.give = os.pipe()
        os.write(self.give, b"-")

    def stop(self) -> None:
        self.view[self.STOP] = 1

    @property
    def count(self) -> int:
        return self.view[self.COUNT]

    def sent(self, first: int) -> array[int]:
        return array("q", self.view[self.SENT + first : self.SENT + self.count])

    def lateness(self, first: int) -> array[int]:
        late = self.SENT + self.most
        return array("q", self.view[late + first : late + self.count])

    def claim(self, number: int, interval: int) -> bool:
        """Note that this probe is sent now; False when another sender was quicker.

        A probe that is more than one interval late moves the beat: there is never a burst.
        """
        view = self.view
        os.read(self.free, 1)
        try:
            if view[self.COUNT] != number:
                return False
            now = time.monotonic_ns()
            late = now - view[self.DUE]
            view[self.SENT + number] = time.time_ns()
            view[self.SENT + self.most + number] = late
            view[self.DUE] = (now if late > interval else view[self.DUE]) + interval
            view[self.COUNT] = number + 1
            return True
        finally:
            os.write(self.give, b"-")


def send(sock: socket.socket, peer: tuple[str, int], run: int, interval: int, stream: Stream, grace: int) -> None:
    """Send until told to stop: every probe that no other sender has sent `grace` nanoseconds after it was due."""
    view, most = stream.view, stream.most
    spec = Timespec()
    reference = ctypes.byref(spec)
    while not (view[Stream.DUE] or view[Stream.STOP]):
        time.sleep(POLL_SECONDS)
    while (number := view[Stream.COUNT]) < most:
        sleep_until(view[Stream.DUE] + grace, spec, reference)
        if view[Stream.STOP]:
            return
        if view[Stream.COUNT] != number or not stream.claim(number, interval):
            continue
        try:  # noqa: SIM105 a context manager costs time in the one loop that has none
            sock.sendto(PACKET.pack(run, number, 0), peer)
        except OSError:
            pass  # no route or no carrier just now: the probe is lost, which is what is measured


class Receiver:
    def __init__(self, sock: socket.socket, run: int) -> None:
        self.sock, self.run = sock, run
        self.records = array("q")
        self.last, self.streak = -1, 0

    def drain(self) -> None:
        """Take all that the kernel holds."""
        while True:
            try:
                data, extra, _flags, _address = self.sock.recvmsg(64, 64)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error of an earlier send is reported here once
            if len(data) != PACKET.size:
                continue
            run, number, _ = PACKET.unpack(data)
            if run != self.run or not extra:
                continue
            seconds, nanoseconds = struct.unpack("qq", extra[0][2][:16])
            self.records.append(number)
            self.records.append(seconds * 1_000_000_000 + nanoseconds)
            self.streak = self.streak + 1 if number == self.last + 1 else 1
            self.last = number


def packed(numbers: array[int]) -> str:
    return base64.b64encode(zlib.compress(numbers.tobytes(), 1)).decode()


def spread(lateness: array[int]) -> list[int]:
    ordered = sorted(lateness) or [0]
    return [ordered[-1], ordered[int(0.99 * (len(ordered) - 1))], ordered[len(ordered) // 2]]


def answer(document: dict[str, object]) -> None:
    os.write(1, json.dumps(document).encode() + b"\n")


class Agent:
    def __init__(self, config: dict[str, object], lines: Lines) -> None:
        self.config, self.lines = config, lines
        self.interval = int(str(config["interval_ns"]))
        self.run = int(str(config["run"]))
        self.ends = time.monotonic() + float(str(config["max_seconds"]))
        self.stream = Stream(int(float(str(config["max_seconds"])) * 1e9 / self.interval))
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        try:
            self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        except OSError:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.sock.bind((str(config["bind"]), int(str(config["port"]))))
        self.sock.settimeout(0)
        self.receiver = Receiver(self.sock, self.run)
        self.fifo = False
        self.children: list[int] = []

    def fork_senders(self) -> None:
        """One sender on this processor, and one that steps in for it on another if there is one."""
        mine = libc.sched_getcpu()
        others = sorted(os.sched_getaffinity(0) - {mine})
        self.fifo = all([self.fork_sender(at, n * GRACE_NS) for n, at in enumerate([mine, *others[:1]])])
        self.stream.view[Stream.DUE] = time.monotonic_ns() + self.interval  # now that both are awake and locked

    def fork_sender(self, processor: int, grace: int) -> bool:
        """Whether it got its real-time priority."""
        parent, (ready, told) = os.getpid(), os.pipe()
        child = os.fork()
        if child:
            self.children.append(child)
            os.close(told)
            fifo = os.read(ready, 1) == b"1"
            os.close(ready)
            return fifo
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        os.close(ready)
        gc.disable()
        stay_awake(processor)
        os.write(told, b"1" if become_realtime(int(str(self.config["priority"]))) else b"0")
        os.close(told)
        peer = (str(self.config["peer"]), int(str(self.config["port"])))
        try:
            send(self.sock, peer, self.run, self.interval, self.stream, grace)
        finally:
            os._exit(0)

    def obey(self, line: str) -> bool:
        """Do what one line says; False when the work is over."""
        if line == "go":
            self.fork_senders()
            answer({"going": True, "fifo": self.fifo})
        elif line == "status":
            self.receiver.drain()
            taken = len(self.receiver.records) // 2
            document = {"sent": self.stream.count, "received": taken}
            answer({**document, "last": self.receiver.last, "streak": self.receiver.streak})
        elif line == "pause":
            self.stream.stop()
            answer({"paused": True})
        elif line.startswith("records "):
            self.report(*map(int, line.split()[1:]))
        elif line == "stop":
            self.stream.stop()
            self.settle()
            self.report(0, 0)
            return False
        return True

    def settle(self) -> None:
        deadline = time.monotonic() + DRAIN_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            select.select([self.sock], [], [], left)
            self.receiver.drain()

    def report(self, first: int, peers_first: int) -> None:
        """The records of the probes from these numbers on, this node's own and its peer's."""
        self.receiver.drain()
        pairs = self.receiver.records
        at = len(pairs)
        # From the newest back: packets overtake one another by a few places, not by REORDERED.
        while at and pairs[at - 2] >= peers_first - REORDERED:
            at -= 2
        taken = pairs[at:]
        lateness = spread(self.stream.lateness(first))
        sent = packed(self.stream.sent(first))
        answer({"sent": sent, "late_ns": lateness, "received": packed(taken), "fifo": self.fifo})

    def serve(self) -> None:
        answer({"ready": True, "pid": os.getpid()})
        while time.monotonic() < self.ends:
            readable, _, _ = select.select([self.sock.fileno(), 0], [], [], 0.5)
            if self.sock.fileno() in readable:
                self.receiver.drain()
            if 0 in readable:
                lines = self.lines.read()
                if lines is None or not all(self.obey(line) for line in lines):
                    return

    def close(self) -> None:
        for child in self.children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


class Lines:
    """Whole lines of the input as they come; None at its end."""

    def __init__(self) -> None:
        self.rest = b""

    def read(self) -> list[str] | None:
        data = os.read(0, 65536)
        if not data:
            return None
        *whole, self.rest = (self.rest + data).split(b"\n")
        return [line.decode() for line in whole]


def main() -> None:
    gc.disable()
    lines = Lines()
    first: list[str] = []
    while not first:
        read = lines.read()
        if read is None:
            return
        first = read
    agent = Agent(json.loads(first[0]), lines)
    try:
        agent.serve()
    finally:
        agent.close()


if __name__ == "__main__":
    main()
