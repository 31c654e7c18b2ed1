"""The processes of this program: one for all clients that have the same settings."""

from __future__ import annotations

import os
import threading
from typing import Any, Optional, Sequence

from . import staging
from .process import Process


class Bridge:
    """A process that is started at the first call, again when it has died, and ended with its last client."""

    def __init__(self, program: Optional[str], args: Sequence[str], env: dict[str, str]) -> None:
        self.clients = 0  # guarded by the module's _lock
        self._program = program
        self._args = tuple(args)
        self._env = env
        self._lock = threading.Lock()  # guards what follows
        self._process: Optional[Process] = None
        self._settings: dict[str, Any] = {}

    def running(self) -> Optional[Process]:
        """The process, if it runs: without waiting."""
        process = self._process
        return process if process and process.is_alive else None

    def process(self) -> Process:
        """The running process, started where there is none."""
        with self._lock:
            if not self.running():
                self._process = Process(self._program, (*self._args, *self._roots()), self._env)
                if self._settings:
                    self._process.call("configure", self._settings).result()
            return self._process  # type: ignore[return-value]

    def keep(self, settings: dict[str, Any]) -> None:
        """Settings that `configure` has taken, for the process that is started after this one."""
        with self._lock:
            self._settings.update(settings)

    def take_process(self) -> Optional[Process]:
        """The process, which is no longer this one's. Without the lock: where garbage is collected it may be held."""
        process, self._process = self._process, None
        return process

    def _roots(self) -> list[str]:
        """Flags for the private folder beside the roots that would be used without it."""
        named = [arg for arg in self._args if arg == "--root" or arg.startswith("--root=")]
        try:
            folders = [] if named else (self._env.get("FAL_BRIDGE_ROOTS") or os.environ.get("FAL_BRIDGE_ROOTS")
                                        or os.getcwd()).split(os.pathsep)
            return [word for folder in (*filter(None, folders), str(staging.folder())) for word in ("--root", folder)]
        except OSError:
            return []  # Nowhere to write: whoever uploads many bytes will be told.

    def renew(self) -> None:
        """In a fork of this process: the other end of the pipes is the parent's."""
        self._lock = threading.Lock()
        self._process = None


# Guards _bridges and each one's count. Garbage is collected anywhere, so the holder may come again.
_lock = threading.RLock()
_bridges: dict[Any, Bridge] = {}


def lease(program: Optional[str], args: Sequence[str], env: dict[str, str]) -> Bridge:
    """The bridge of these settings, for one client more."""
    key = (program, tuple(args), tuple(sorted(env.items())))
    with _lock:
        bridge = _bridges.setdefault(key, Bridge(program, args, env))
        bridge.clients += 1
        return bridge


def release(bridge: Bridge) -> Optional[Process]:
    """For one client less. After the last one the process ends by itself, and is given to who wants to see it end."""
    with _lock:
        bridge.clients -= 1
        if bridge.clients:
            return None
        for key in [key for key, known in _bridges.items() if known is bridge]:
            del _bridges[key]
    process = bridge.take_process()
    if process:
        process.let_go()
    return process


def _renew() -> None:
    global _lock
    _lock = threading.RLock()
    for bridge in _bridges.values():
        bridge.renew()


os.register_at_fork(after_in_child=_renew)
