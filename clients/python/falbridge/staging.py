"""A private folder that this process and its bridges share, for bytes that are too many for a message.

The folder's name says whose it is. It is removed at the exit; what a killed process left, the next one removes.
"""

from __future__ import annotations

import atexit
import os
import pathlib
import shutil
import tempfile
import threading
from typing import Optional

PREFIX = "fal-bridge-files-"

_lock = threading.Lock()  # guards _folder
_folder: Optional[pathlib.Path] = None
_owner: Optional[int] = None


def _mark(pid: "int | str") -> str:
    """Of a process: containers that share a /tmp number their processes alike, so its namespace is in it."""
    try:
        namespace = "".join(filter(str.isdigit, os.readlink("/proc/self/ns/pid")))
    except OSError:
        namespace = "0"
    return f"{PREFIX}{namespace}-{pid}-"


def folder() -> pathlib.Path:
    """The folder, made at the first call of this process."""
    global _folder, _owner
    with _lock:
        if _folder is None or _owner != os.getpid():
            _sweep()
            _folder = pathlib.Path(tempfile.mkdtemp(prefix=_mark(os.getpid()))).resolve()
            _owner = os.getpid()
            atexit.register(_remove, _folder, _owner)
        elif not _folder.exists():
            # Somebody tidied up. Fails if somebody else took the name.
            _folder.mkdir(0o700)
        return _folder


def _remove(path: pathlib.Path, owner: int) -> None:
    if owner == os.getpid():
        shutil.rmtree(path, ignore_errors=True)


def _sweep() -> None:
    for left in pathlib.Path(tempfile.gettempdir()).glob(_mark("*") + "*"):
        try:
            pid = int(left.name.split("-")[-2])
            if left.lstat().st_uid == os.getuid() and not _is_running(pid):
                shutil.rmtree(left, ignore_errors=True)
        except (OSError, ValueError):
            continue


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


def _renew() -> None:
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_renew)
