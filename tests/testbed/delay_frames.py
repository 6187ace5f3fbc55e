"""Joins two network devices like a cable on which every frame takes a while. `delay_frames.py DEVICE DEVICE MILLISECONDS`

The kernel's own netem can do that, but not every kernel has it.
"""

import heapq
import selectors
import socket
import sys
import time

_ALL_PROTOCOLS = 0x0003
_LONGEST_FRAME = 70_000
_SOL_PACKET, _PACKET_VNET_HDR = 263, 15
_OUTGOING = 4
"""PACKET_OUTGOING of packet(7): a frame that this very socket has sent."""


def main(first: str, second: str, milliseconds: float) -> None:
    """Copy frames both ways until killed."""
    sockets = [_open(first), _open(second)]
    waiting: list[tuple[float, int, int, bytes]] = []
    number = 0
    with selectors.DefaultSelector() as selector:
        for index, one in enumerate(sockets):
            selector.register(one, selectors.EVENT_READ, 1 - index)
        while True:
            pause = waiting[0][0] - time.monotonic() if waiting else None
            for key, _ in selector.select(pause if pause is None else max(pause, 0)):
                frame, address = key.fileobj.recvfrom(_LONGEST_FRAME)  # type: ignore[union-attr]
                if address[2] != _OUTGOING:
                    number += 1
                    heapq.heappush(waiting, (time.monotonic() + milliseconds / 1000, number, key.data, frame))
            while waiting and waiting[0][0] <= time.monotonic():
                _, _, to, frame = heapq.heappop(waiting)
                sockets[to].send(frame)


def _open(device: str) -> socket.socket:
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL_PROTOCOLS))
    # A frame from a veth may have no checksum yet; what the kernel knows about that travels in front of it.
    opened.setsockopt(_SOL_PACKET, _PACKET_VNET_HDR, 1)
    opened.bind((device, 0))
    return opened


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
