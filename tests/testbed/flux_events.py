"""Takes the events that Flux's controllers send, and prints one JSON line for each."""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_LONGEST = 1_000_000


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), _LONGEST))
        # One write, because print() makes two, between which another thread's may come.
        os.write(sys.stdout.fileno(), json.dumps(json.loads(body)).encode() + b"\n")
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Requests are no events."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Receiver).serve_forever()
