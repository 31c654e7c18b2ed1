"""The program fal-engine-stylize."""

from __future__ import annotations

import signal

from .. import server, wire


def main() -> None:
    # First of all, and before numpy and its like are imported: nothing but the protocol goes to stdout.
    protocol = wire.claim_stdout()
    # Ctrl-C in a terminal reaches the whole group; who started us decides, by closing stdin.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    from .engine import Stylize

    server.serve(Stylize(), protocol)


if __name__ == "__main__":
    main()
