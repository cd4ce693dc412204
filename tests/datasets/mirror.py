"""A server that stands in for those of the publishers, and the archive that it serves."""

import io
import tarfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

from qbi_utils.datasets import cifar10, load_cifar10


class Mirror:
    """Server on loopback that serves one small file, in the way that `behaviour` says."""

    def __init__(self, files):
        self.behaviour, self.requests = "good", 0
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                mirror.requests += 1
                content = files.get(self.path.lstrip("/"))
                if mirror.behaviour == "500" or content is None:
                    return self.send_error(500 if content else 404)
                if mirror.behaviour == "wrong":
                    content = content[::-1]
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if mirror.behaviour == "cut":
                    content = content[: len(content) // 2]
                if mirror.behaviour == "silent":
                    time.sleep(1.5)
                try:
                    for start in range(0, len(content), 1 + len(content) // 5):
                        self.wfile.write(content[start : start + 1 + len(content) // 5])
                        time.sleep(0.05 if mirror.behaviour == "slow" else 0)
                except OSError:  # the reader has given up
                    pass

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def make_cifar10_archive(n_records=3, extra=None):
    """Archive in the form of CIFAR-10: image i of a batch has label i, and four values that are not 0.

    A record is the label, then 1024 bytes of red, of green and of blue, each plane row by row.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        names = [
            *cifar10._BATCHES["all"],
            "batches.meta.txt",
            "readme.html",
            *([extra] if extra else []),
        ]
        for name in names:
            records = np.zeros((n_records, 3073), np.uint8)
            records[:, 0] = np.arange(n_records)
            records[:, 1] = 10 + np.arange(n_records)  # red, row 0, column 0
            records[:, 1 + 2] = 20 + np.arange(n_records)  # red, row 0, column 2
            records[:, 1 + 1024 + 35] = 7  # green, row 1, column 3
            records[:, 1 + 2048 + 992] = 9  # blue, row 31, column 0
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = records.nbytes
            archive.addfile(member, io.BytesIO(records.tobytes()))
    return buffer.getvalue()


def load_from(mirror, cache, split="test"):
    return load_cifar10(split, cache=cache, mirror=mirror.url, progress=False)
