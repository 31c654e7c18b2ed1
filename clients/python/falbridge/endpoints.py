"""What the models take and give, and the types of calls by endpoint.

Generated from schemas/ by `fal-bridge generate python`. Do not edit.
With models of your own: fal-bridge generate python --schemas DIR -o .../falbridge/endpoints.py
"""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Literal, NewType, Protocol, TypedDict, Union, overload

if TYPE_CHECKING:
    # Known to every type checker; nothing of it is needed when the program runs.
    from typing_extensions import NotRequired, Unpack

    from .async_client import AsyncRequestHandle
    from .options import AsyncSubscribeOptions, RunOptions, SubmitOptions, SubscribeOptions
    from .sync_client import SyncRequestHandle

# An endpoint that is not among those below: type checkers let its input be anything.
Endpoint = NewType("Endpoint", str)


class Readable(Protocol):
    """An open file."""

    def read(self, size: int = ..., /) -> bytes | str: ...


class Picture(Protocol):
    """A Pillow image."""

    def tobytes(self) -> bytes: ...
    def save(self, fp: Any, format: str | None = ...) -> None: ...


# A file of an input: a URL, a data URI or a path as text, a path object, an open file, bytes, a picture.
AnyFile = Union[str, bytes, bytearray, memoryview, "os.PathLike[str]", Readable, Picture]


class FastAnimatediffVideoToVideoInput(TypedDict):
    """Input of fal-ai/fast-animatediff/video-to-video."""

    video_url: AnyFile
    """The video or GIF to restyle: a URL, a data URI, or (through the bridge) the path of a local file."""
    first_n_seconds: NotRequired[int]
    """How many seconds from the start of the video are used. Default 3. From 2 to 4."""
    prompt: str
    """What to generate; the more detail, the better."""
    negative_prompt: NotRequired[str]
    """What to avoid. Default \"(bad quality, worst quality:1.2), ugly faces, bad anime\"."""
    num_inference_steps: NotRequired[int]
    """How many denoising steps are made. Default 25. From 1 to 50."""
    strength: NotRequired[float]
    """How strongly the input video is changed: the higher, the further from it. Default 0.7. From 0.1 to 1."""
    guidance_scale: NotRequired[float]
    """Classifier-free guidance: how closely the result keeps to the prompt. Default 7.5. From 0 to 20."""
    seed: NotRequired[int]
    """The same seed and the same prompt give the same video. Random when left out."""
    fps: NotRequired[int]
    """How many frames a second are taken from the input video. Default 8. From 1 to 16."""
    motions: NotRequired[list[Literal["zoom-out", "zoom-in", "pan-left", "pan-right", "tilt-up", "tilt-down"]]]
    """Camera motions, each a motion LoRA."""


class File(TypedDict):
    url: str
    """Where the file can be fetched from."""
    content_type: NotRequired[str | None]
    """The MIME type of the file."""
    file_name: NotRequired[str | None]
    """The name of the file."""
    file_size: NotRequired[int | None]
    """The size of the file in bytes."""
    file_data: NotRequired[str | None]
    """The bytes of the file."""


class FastAnimatediffVideoToVideoOutput(TypedDict):
    """Output of fal-ai/fast-animatediff/video-to-video."""

    video: File
    """The generated video, an MP4."""
    seed: int
    """The seed that was used."""


if TYPE_CHECKING:
    class Subscribe(Protocol):
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/video-to-video"],
            arguments: FastAnimatediffVideoToVideoInput, **options: Unpack[SubscribeOptions],
        ) -> FastAnimatediffVideoToVideoOutput: ...
        @overload
        def __call__(
            self, application: Endpoint,
            arguments: Mapping[str, Any], **options: Unpack[SubscribeOptions],
        ) -> Any: ...

    class Run(Protocol):
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/video-to-video"],
            arguments: FastAnimatediffVideoToVideoInput, **options: Unpack[RunOptions],
        ) -> FastAnimatediffVideoToVideoOutput: ...
        @overload
        def __call__(
            self, application: Endpoint,
            arguments: Mapping[str, Any], **options: Unpack[RunOptions],
        ) -> Any: ...

    class Submit(Protocol):
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/video-to-video"],
            arguments: FastAnimatediffVideoToVideoInput, **options: Unpack[SubmitOptions],
        ) -> SyncRequestHandle: ...
        @overload
        def __call__(
            self, application: Endpoint,
            arguments: Mapping[str, Any], **options: Unpack[SubmitOptions],
        ) -> SyncRequestHandle: ...

    class AsyncSubscribe(Protocol):
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/video-to-video"],
            arguments: FastAnimatediffVideoToVideoInput, **options: Unpack[AsyncSubscribeOptions],
        ) -> Coroutine[Any, Any, FastAnimatediffVideoToVideoOutput]: ...
        @overload
        def __call__(
            self, application: Endpoint,
            arguments: Mapping[str, Any], **options: Unpack[AsyncSubscribeOptions],
        ) -> Coroutine[Any, Any, Any]: ...

    class AsyncRun(Protocol):
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/video-to-video"],
            arguments: FastAnimatediffVideoToVideoInput, **options: Unpack[RunOptions],
        ) -> Coroutine[Any, Any, FastAnimatediffVideoToVideoOutput]: ...
        @overload
        def __call__(
            self, application: Endpoint,
            arguments: Mapping[str, Any], **options: Unpack[RunOptions],
        ) -> Coroutine[Any, Any, Any]: ...

    class AsyncSubmit(Protocol):
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/video-to-video"],
            arguments: FastAnimatediffVideoToVideoInput, **options: Unpack[SubmitOptions],
        ) -> Coroutine[Any, Any, AsyncRequestHandle]: ...
        @overload
        def __call__(
            self, application: Endpoint,
            arguments: Mapping[str, Any], **options: Unpack[SubmitOptions],
        ) -> Coroutine[Any, Any, AsyncRequestHandle]: ...

    def subscribe(body: Callable[..., Any]) -> Subscribe: ...

    def run(body: Callable[..., Any]) -> Run: ...

    def submit(body: Callable[..., Any]) -> Submit: ...

    def subscribe_async(body: Callable[..., Any]) -> AsyncSubscribe: ...

    def run_async(body: Callable[..., Any]) -> AsyncRun: ...

    def submit_async(body: Callable[..., Any]) -> AsyncSubmit: ...
else:
    def _same(body):
        return body

    subscribe = run = submit = subscribe_async = run_async = submit_async = _same
