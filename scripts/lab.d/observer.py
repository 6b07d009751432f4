#!/usr/bin/env python3
"""Which host serves the VIP, seen from outside, by asking each host over a link of its own.

Every few milliseconds, on each link `o-HOST`, one ARP request for the VIP and one TCP SYN to it are
sent as raw frames. A host serves the VIP if it answers the ARP request or accepts the connection
(a reset is a refusal). Each probe carries its number, so each answer is matched to the moment its
question was sent: between the two moments that host certainly served.

Answers of one host that are close together form a stretch of service, from the first answer's
arrival to the last answered question's departure. Two hosts whose stretches overlap served at the
same time. A stall of this program only splits stretches, so it never reports a false overlap; the
longest stall is reported, for it bounds how short an overlap can stay unseen.

SIGTERM ends it with its report; at SIGUSR1 it reports what it has seen since its start, and goes on.
"""

import argparse
import json
import os
import selectors
import signal
import socket
import struct
import time

ETH_P_ALL = 3
SPLIT_S = 0.1
SYN, RST, ACK = 0x02, 0x04, 0x10


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    total = (total >> 16) + (total & 0xFFFF)
    total += total >> 16
    return ~total & 0xFFFF


class Stretches:
    """The stretches of time in which one host certainly served."""

    def __init__(self):
        self.done = []
        self.first = self.last_sent = self.last_seen = None
        self.answers = 0

    def answered(self, sent, received):
        self.answers += 1
        if self.last_seen is not None and received - self.last_seen > SPLIT_S:
            self.close()
        if self.first is None:
            self.first, self.last_sent = received, sent
        self.last_sent = max(self.last_sent, sent)
        self.last_seen = received

    def close(self):
        self.done = self.so_far()
        self.first = self.last_seen = self.last_sent = None

    def so_far(self):
        if self.first is None:
            return self.done
        return self.done + [(self.first, max(self.first, self.last_sent))]


class Link:
    """One host's own cable: sends numbered probes, recognises their answers."""

    def __init__(self, host, vip, port):
        self.host = host
        self.vip = socket.inet_aton(vip)
        self.port = port
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.bind(("o-" + host, 0))
        self.socket.setblocking(False)
        number = int(host.lstrip("db"))
        self.mac = self.socket.getsockname()[4]
        self.peer_mac = b"\xff" * 6
        self.source = socket.inet_aton("10.78.%d.1" % number)
        self.sent = {}
        self.arp = Stretches()
        self.tcp = Stretches()
        self.refused = 0

    def send(self, number, now):
        self.sent[number] = now
        self.sent.pop(number - 1000, None)
        for frame in (self.arp_request(number), self.segment(number, number, SYN)):
            try:
                self.socket.send(frame)
            except OSError:
                pass  # A link that is down answers nothing, which is what is to be seen.

    def arp_request(self, number):
        # The sender's hardware address carries the number; the empty sender IP leaves no trace in
        # the host's neighbour table.
        hardware = b"\x02\x00" + struct.pack("!I", number)
        body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + hardware + b"\0" * 4 + b"\0" * 6 + self.vip
        return b"\xff" * 6 + hardware + struct.pack("!H", 0x0806) + body

    def segment(self, number, sequence, flags):
        source_port = 20000 + number % 40000
        tcp = struct.pack("!HHIIBBHHH", source_port, self.port, sequence, 0, 0x50, flags, 1024, 0, 0)
        pseudo = self.source + self.vip + struct.pack("!BBH", 0, 6, len(tcp))
        tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), number & 0xFFFF, 0x4000, 64, 6, 0)
        ip += self.source + self.vip
        ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
        return self.peer_mac + self.mac + b"\x08\x00" + ip + tcp

    def receive(self):
        while True:
            try:
                frame, address = self.socket.recvfrom(256)
            except BlockingIOError:
                return
            except OSError:
                return
            if address[2] == socket.PACKET_OUTGOING:
                continue
            self.understand(frame, time.monotonic())

    def understand(self, frame, now):
        kind = frame[12:14]
        if kind == b"\x08\x06" and frame[20:22] == b"\0\x02" and frame[28:32] == self.vip:
            self.peer_mac = frame[22:28]
            self.note(self.arp, struct.unpack("!I", frame[34:38])[0], now)
        elif kind == b"\x08\x00" and frame[23] == 6 and frame[26:30] == self.vip:
            acknowledged, flags = struct.unpack("!I", frame[42:46])[0], frame[47]
            if flags & RST:
                self.refused += 1
            elif flags & SYN and flags & ACK:
                self.note(self.tcp, acknowledged - 1, now)
                # Without this the half-open connection would be held and answered again.
                self.socket.send(self.segment(acknowledged - 1, acknowledged, RST))

    def note(self, stretches, number, now):
        sent = self.sent.get(number)
        if sent is not None:
            stretches.answered(sent, now)

    def report(self):
        served = sorted(self.arp.so_far() + self.tcp.so_far())
        return {
            "host": self.host,
            "arp_answers": self.arp.answers,
            "tcp_answers": self.tcp.answers,
            "refused": self.refused,
            "served": merge(served),
        }


def merge(stretches):
    merged = []
    for first, last in stretches:
        if merged and first <= merged[-1][1]:
            merged[-1][1] = max(last, merged[-1][1])
        else:
            merged.append([first, last])
    return merged


def overlaps(hosts):
    found = []
    for index, one in enumerate(hosts):
        for other in hosts[index + 1:]:
            for a in one["served"]:
                for b in other["served"]:
                    first, last = max(a[0], b[0]), min(a[1], b[1])
                    if first < last:
                        found.append({"hosts": [one["host"], other["host"]], "from": first,
                                      "ms": round((last - first) * 1000, 3)})
    return found


def host_mac(link):
    """Ask for the host's own address on this link, so that a SYN reaches it without ARP."""
    address = socket.inet_aton(socket.inet_ntoa(link.source)[:-1] + "10")
    body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + link.mac + link.source + b"\0" * 6 + address
    link.socket.send(b"\xff" * 6 + link.mac + b"\x08\x06" + body)
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        try:
            frame, sender = link.socket.recvfrom(256)
        except BlockingIOError:
            time.sleep(0.001)
            continue
        if sender[2] != socket.PACKET_OUTGOING and frame[12:14] == b"\x08\x06" and frame[28:32] == address:
            return frame[22:28]
    raise SystemExit("no answer on the link to " + link.host)


def write_report(path, links, seen):
    started, probes, stall = seen
    hosts = [link.report() for link in links]
    report = {
        "from": started,
        "to": time.monotonic(),
        "probes": probes,
        "longest_stall_ms": round(stall * 1000, 1),
        "hosts": hosts,
        "overlaps": overlaps(hosts),
    }
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(report, file)
        file.write("\n")
    os.rename(path + ".new", path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--vip", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--report", required=True)
    parser.add_argument("--interval-ms", type=float, default=5)
    parser.add_argument("hosts", nargs="+")
    options = parser.parse_args()

    running, asked = [True], []
    signal.signal(signal.SIGTERM, lambda *_: running.clear())
    signal.signal(signal.SIGUSR1, lambda *_: asked.append(True))
    links = [Link(host, options.vip, options.port) for host in options.hosts]
    selector = selectors.DefaultSelector()
    for link in links:
        link.peer_mac = host_mac(link)
        selector.register(link.socket, selectors.EVENT_READ, link)

    with open(options.report + ".ready", "w", encoding="utf-8"):
        pass
    started = previous = time.monotonic()
    stall = 0.0
    number = 1
    following = started
    while running:
        now = time.monotonic()
        if now >= following:
            stall = max(stall, now - previous)
            previous = now
            for link in links:
                link.send(number, time.monotonic())
            number += 1
            following = max(following + options.interval_ms / 1000, now)
        for key, _ in selector.select(max(0.0, following - time.monotonic())):
            key.data.receive()
        if asked:
            asked.clear()
            write_report(options.report, links, (started, number - 1, stall))

    write_report(options.report, links, (started, number - 1, stall))


if __name__ == "__main__":
    main()
