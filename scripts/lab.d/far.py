#!/usr/bin/env python3
"""A long way between sites: carries Ethernet frames between links, each a while after it came.

    far.py carry --delay-ms MS LINK…     every frame goes to the link behind which its receiver was
                                         last seen to send, or to all others; SIGTERM ends it
    far.py plain LINK…                   frames leave this link in their final form

Not every kernel has netem. A link's own kernel would hand over frames of 64 KB without a checksum,
for network cards to cut and sign; here they are real frames, hence `plain` at each sender.
"""

import argparse
import collections
import ctypes
import fcntl
import selectors
import signal
import socket
import struct
import time

ETH_P_ALL = 3
LONGEST_FRAME = 65600
BUFFER_BYTES = 8 * 1024 * 1024
SO_RCVBUFFORCE = 33
BROADCAST_BIT = 1

SIOCETHTOOL = 0x8946
# Set: checksums of what is sent, scatter-gather, TCP and generic segmentation; generic receive offload.
OFFLOADS = (0x17, 0x19, 0x1F, 0x24, 0x2C)


def make_plain(link):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for command in OFFLOADS:
            off = ctypes.create_string_buffer(struct.pack("II", command, 0))
            request = struct.pack("16sP", link.encode(), ctypes.addressof(off))
            try:
                fcntl.ioctl(control, SIOCETHTOOL, request)
            except OSError:
                # A link that cannot do it does not do it.
                pass


def opened(link):
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
    made.bind((link, 0))
    made.setblocking(False)
    return made


class Way:
    def __init__(self, links, delay_s):
        self.links = [opened(link) for link in links]
        self.delay_s = delay_s
        self.behind = {}
        # In order of arrival, so in order of leaving.
        self.under_way = collections.deque()

    def take(self, link):
        """All frames that have come in on a link."""
        while True:
            try:
                frame, origin = link.recvfrom(LONGEST_FRAME)
            except BlockingIOError:
                return
            if origin[2] == socket.PACKET_OUTGOING:
                continue
            self.behind[frame[6:12]] = link
            self.under_way.append((time.monotonic() + self.delay_s, link, frame))

    def deliver(self):
        """What has been under way long enough. Returns the seconds until the next is."""
        while self.under_way:
            wait = self.under_way[0][0] - time.monotonic()
            if wait > 0:
                return wait
            _, origin, frame = self.under_way.popleft()
            for link in self.receivers(frame, origin):
                try:
                    link.send(frame)
                except OSError:
                    # Its queue is full, or it is down: lost, as frames are.
                    pass
        return None

    def receivers(self, frame, origin):
        known = None if frame[0] & BROADCAST_BIT else self.behind.get(frame[0:6])
        if known is not None:
            return [] if known is origin else [known]
        return [link for link in self.links if link is not origin]


def carry(links, delay_ms):
    running = [True]
    signal.signal(signal.SIGTERM, lambda *_: running.clear())
    way = Way(links, delay_ms / 1000)
    selector = selectors.DefaultSelector()
    for link in way.links:
        selector.register(link, selectors.EVENT_READ)
    while running:
        for key, _ in selector.select(way.deliver()):
            way.take(key.fileobj)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("deed", choices=["carry", "plain"])
    parser.add_argument("--delay-ms", type=float, default=0)
    parser.add_argument("links", nargs="+")
    options = parser.parse_args()
    if options.deed == "carry":
        carry(options.links, options.delay_ms)
    else:
        for link in options.links:
            make_plain(link)


if __name__ == "__main__":
    main()
