"""Files and bytes in an input: found, uploaded, and replaced by their URLs.

What takes calls is written as steps: a generator that yields a list of calls, which may be made side by side, and is
sent the list of their answers, an exception in place of an answer that is an error. Both clients run the same steps.
"""

from __future__ import annotations

import base64
import contextlib
import io
import mimetypes
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from typing import Any, Callable, Generator, Iterator, Mapping, Optional, TypeVar, Union

from . import staging
from .errors import BridgeError

# Bytes beyond this go by way of a file and not through the pipe.
MAX_INLINE = 256 * 1024
# Stands for a file while an input is checked.
NOT_YET = "https://fal.run/not-uploaded-yet"
# Pillow's formats that are kept; all else becomes PNG, which holds every picture without loss.
IMAGE_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")

T = TypeVar("T")


@dataclass(frozen=True)
class Call:
    """A call that is to be made; `updates` gets the notifications that belong to it."""

    method: str
    params: dict[str, Any]
    updates: Any = None


Steps = Generator[list[Call], list[Any], T]


def one(method: str, params: dict[str, Any], updates: Any = None) -> Steps[Any]:
    """The answer of a single call."""
    [answer] = yield [Call(method, params, updates)]
    if isinstance(answer, BaseException):
        raise answer
    return answer


def is_binary(value: Any) -> bool:
    """Whether a member of an input is to be uploaded: bytes, a path object, an open file, a Pillow image."""
    return isinstance(value, (bytes, bytearray, memoryview, os.PathLike)) or hasattr(value, "read") or is_image(value)


def is_image(value: Any) -> bool:
    return hasattr(value, "save") and hasattr(value, "tobytes") and hasattr(value, "format")


def image(picture: Any, format: str) -> bytes:
    """The bytes of a Pillow image."""
    with io.BytesIO() as buffer:
        picture.save(buffer, format=format)
        return buffer.getvalue()


def replacing(value: Any, found: "list[tuple[Any, Any, Any]]") -> Any:
    """A copy in which each binary value's place is noted in `found`, as (container, key, value), and filled."""
    items: Any
    if isinstance(value, Mapping):
        copy: Any = dict(value)
        items = value.items()
    elif isinstance(value, (list, tuple)):
        copy = list(value)
        items = enumerate(value)
    else:
        return value
    for key, item in items:
        if is_binary(item):
            found.append((copy, key, item))
            copy[key] = NOT_YET
        else:
            copy[key] = replacing(item, found)
    return copy


def uploaded(endpoint: str, arguments: Any, validate: Optional[bool]) -> Steps[Any]:
    """The input with a URL in place of each binary value. It is checked first, so that a wrong one costs nothing."""
    found: "list[tuple[Any, Any, Any]]" = []
    given = replacing(arguments, found)
    if found and validate is not False:
        [checked] = yield [Call("validate", {"endpoint": endpoint, "input": given})]
        if isinstance(checked, BaseException):
            # Without a schema there is nothing to check.
            if not isinstance(checked, BridgeError) or checked.kind != "not_found":
                raise checked
        elif not checked["valid"]:
            return given  # The call itself says what is wrong.
    urls = yield from _upload([(value, {}) for _, _, value in found])
    for (container, key, _), url in zip(found, urls):
        container[key] = url
    return given


def upload(value: Any, options: dict[str, Any]) -> Steps[str]:
    """The URL of one value. `options` are the call's own: file_name, content_type and the lifecycle."""
    [url] = yield from _upload([(value, options)])
    return url


def _upload(values: "list[tuple[Any, dict[str, Any]]]") -> Steps[list[str]]:
    with contextlib.ExitStack() as opened:
        sources = [opened.enter_context(_source(value, options)) for value, options in values]
        answers = yield [Call("upload", source) for source in sources]
        outside = [index for index, answer in enumerate(answers)
                   if isinstance(answer, BridgeError) and answer.kind == "outside_roots" and "path" in sources[index]]
        if outside:
            # The roots bound the paths that stand in an input as text. A path object or an open file is this program's
            # own word: what it may read it may upload.
            copies = []
            for index in outside:
                value, options = values[index]
                file = value if hasattr(value, "read") else opened.enter_context(open(value, "rb"))
                copies.append(opened.enter_context(_staged(file, options)))
            again = yield [Call("upload", source) for source in copies]
            for index, answer in zip(outside, again):
                answers[index] = answer
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return [answer["url"] for answer in answers]


@contextlib.contextmanager
def _source(value: Any, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Params of `upload` for a value, good inside the context."""
    if is_image(value):
        format = value.format if value.format in IMAGE_FORMATS else "PNG"
        with _of_bytes(image(value, format), {"content_type": f"image/{format.lower()}", **options}) as params:
            yield params
    elif isinstance(value, os.PathLike):
        # As fal_client, an OSError where it cannot be read.
        with open(value, "rb"):
            yield {"path": os.path.abspath(os.fsdecode(value)), **options}
    elif hasattr(value, "read"):
        if isinstance(value, io.TextIOBase):
            raise TypeError("a file in an input must be open in binary mode: open(path, 'rb')")
        if path := _path_of(value):
            yield {"path": path, **options}
        else:
            with _staged(value, options) as params:
                yield params
    else:
        with _of_bytes(value, options) as params:
            yield params


def _path_of(file: Any) -> Optional[str]:
    """Where an open file can be found by its name, which spares a copy."""
    name = getattr(file, "name", None)
    if not isinstance(name, (str, bytes)):
        return None
    try:
        if file.writable():
            file.flush()
        if os.path.samestat(os.fstat(file.fileno()), os.stat(name)) and stat.S_ISREG(os.stat(name).st_mode):
            return os.path.abspath(os.fsdecode(name))
    except (OSError, ValueError):
        pass
    return None


@contextlib.contextmanager
def _of_bytes(data: Union[bytes, bytearray, memoryview], options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    view = memoryview(data)
    if not view.c_contiguous:
        view = memoryview(view.tobytes())
    if view.nbytes <= MAX_INLINE:
        yield {"data": base64.b64encode(view).decode(), **options}
    else:
        with _file(options, lambda file: file.write(view)) as params:
            yield params


@contextlib.contextmanager
def _staged(source: Any, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A copy of an open file from its start, in the private folder."""
    if source.seekable():
        source.seek(0)
    name = getattr(source, "name", None)
    if isinstance(name, (str, bytes)):
        options = {"file_name": os.path.basename(os.fsdecode(name)), **options}
    with _file(options, lambda file: shutil.copyfileobj(source, file, 1 << 20)) as params:
        yield params


@contextlib.contextmanager
def _file(options: dict[str, Any], fill: Callable[[Any], Any]) -> Iterator[dict[str, Any]]:
    """A file in the private folder. Its ending is that of its name, else of its type, as the bridge goes by it."""
    ending = os.path.splitext(options.get("file_name", ""))[1]
    if not ending:
        ending = mimetypes.guess_extension(options.get("content_type", "")) or ""
    with tempfile.NamedTemporaryFile(dir=staging.folder(), prefix="upload-", suffix=ending) as file:
        fill(file)
        file.flush()
        yield {"path": file.name, **options}
