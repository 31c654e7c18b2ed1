"""Runs the server between a client and itself, and keeps every line of both directions: `tap.py LOG COMMAND…`."""

import json
import subprocess
import sys
import threading


def main():
    log, command = open(sys.argv[1], "a", buffering=1), sys.argv[2:]
    lock = threading.Lock()
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def pump(source, target, side):
        for line in source:
            with lock:
                log.write(json.dumps({"from": side, "line": line.decode()}) + "\n")
            try:
                target.write(line)
                target.flush()
            except OSError:
                break
        if side == "client":
            child.stdin.close()

    threading.Thread(target=pump, args=(sys.stdin.buffer, child.stdin, "client"), daemon=True).start()
    pump(child.stdout, sys.stdout.buffer, "server")
    return child.wait()


if __name__ == "__main__":
    sys.exit(main())
