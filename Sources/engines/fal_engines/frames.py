"""Files of raw frames: rgb24, one frame after another, no header. Read one frame at a time, written all or nothing."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .errors import BadParams, FileTrouble

CHANNELS = 3


@dataclass(frozen=True)
class Shape:
    """width and height in pixels, count in frames, fps in frames a second."""

    width: int
    height: int
    count: int
    fps: float

    @property
    def frame_bytes(self) -> int:
        return self.width * self.height * CHANNELS


def inside(workdir: str, path: Any, param: str) -> str:
    """The real path of `path`, which must lie in `workdir` (itself a real path) after all links are followed."""
    if not isinstance(path, str) or not os.path.isabs(path) or "\0" in path:
        raise BadParams(param, "must be an absolute path")
    real = os.path.realpath(path)
    if os.path.commonpath([real, workdir]) != workdir or real == workdir:
        raise BadParams(param, "lies outside the workdir")
    return real


def trouble(what: str, error: OSError) -> FileTrouble:
    name = errno.errorcode.get(error.errno or 0, "EIO")
    return FileTrouble(f"{what}: {error.strerror}", errno=name)


class FramesFile:
    """The input, open for reading by several threads at once.

    Read and not mapped: a file that another process cuts short is then an error here, and not a SIGBUS.
    """

    def __init__(self, path: str, shape: Shape) -> None:
        self.shape = shape
        try:
            self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise BadParams("frames.path", error.strerror or "cannot be opened") from None
        info = os.fstat(self._fd)
        wanted = shape.frame_bytes * shape.count
        if not stat.S_ISREG(info.st_mode) or info.st_size != wanted:
            os.close(self._fd)
            raise BadParams("frames.path", f"must be a file of {wanted} bytes (width x height x 3 x count)")

    def read(self, index: int, into: Any) -> None:
        """Fills `into`, a contiguous writable buffer of one frame, with frame `index` (from 0)."""
        view = memoryview(into).cast("B")
        offset = index * self.shape.frame_bytes
        while view:
            try:
                got = os.preadv(self._fd, [view], offset)
            except OSError as error:
                raise trouble("reading frames", error) from None
            if got == 0:
                raise FileTrouble("reading frames: the file was cut short", errno="EIO")
            view, offset = view[got:], offset + got

    def close(self) -> None:
        os.close(self._fd)


class _Part:
    def __init__(self, fd: int) -> None:
        self._fd = fd

    def write(self, frame: Any) -> None:
        """Appends one frame, a contiguous buffer."""
        view = memoryview(frame).cast("B")
        try:
            while view:
                view = view[os.write(self._fd, view):]
        except OSError as error:
            raise trouble("writing frames", error) from None


@contextlib.contextmanager
def part_file(path: str) -> Iterator[_Part]:
    """Writes `path` as `path.part`, which takes its name only when all is written, and goes when anything fails.

    Nothing is synced: who reads it is on this machine, and after a power cut the job is run again.
    """
    part = path + ".part"
    try:
        fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise BadParams("out.path", error.strerror or "cannot be written") from None
    try:
        yield _Part(fd)
        try:
            os.rename(part, path)
        except OSError as error:
            raise trouble("finishing the frames file", error) from None
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise
    finally:
        os.close(fd)
