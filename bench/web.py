"""The product's web server alone: loaded as the nursery loads it and served as it serves it, without its worker.

python -m bench.web HOST PORT WORKERS THREADS
"""

from __future__ import annotations

import sys

from tocsin import nursery, web_server


def main() -> int:
    host, *sizes = sys.argv[1:]
    port, workers, threads = map(int, sizes)
    nursery.load()
    return web_server.serve(host, port, workers, threads)


if __name__ == "__main__":
    sys.exit(main())
