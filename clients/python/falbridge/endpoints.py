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


class AmtInterpolationInput(TypedDict):
    """Input of fal-ai/amt-interpolation."""

    video_url: AnyFile
    """The video to make smoother: a URL, a data URI, or (through the bridge) the path of a local file."""
    output_fps: NotRequired[int]
    """How many frames a second the result has. Default 24."""
    recursive_interpolation_passes: NotRequired[int]
    """How often frames are put in between the frames. Default 2."""


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


class AmtInterpolationOutput(TypedDict):
    """Output of fal-ai/amt-interpolation."""

    video: File
    """The generated video."""


class FrameInput(TypedDict):
    url: AnyFile
    """The picture: a URL, a data URI, or (through the bridge) the path of a local file."""


class AmtInterpolationFrameInterpolationInput(TypedDict):
    """Input of fal-ai/amt-interpolation/frame-interpolation."""

    frames: list[FrameInput]
    """The pictures between which frames are put."""
    output_fps: NotRequired[int]
    """How many frames a second the result has. Default 24."""
    recursive_interpolation_passes: NotRequired[int]
    """How often frames are put in between the frames. Default 4."""


class AmtInterpolationFrameInterpolationOutput(TypedDict):
    """Output of fal-ai/amt-interpolation/frame-interpolation."""

    video: File
    """The generated video."""


class ImageSize(TypedDict):
    width: NotRequired[int]
    """The width of the picture in pixels. Default 512. At most 14142."""
    height: NotRequired[int]
    """The height of the picture in pixels. Default 512. At most 14142."""


class FastAnimatediffTextToVideoInput(TypedDict):
    """Input of fal-ai/fast-animatediff/text-to-video."""

    prompt: str
    """What to generate; the more detail, the better."""
    negative_prompt: NotRequired[str]
    """What to avoid."""
    num_frames: NotRequired[int]
    """How many frames are generated. Default 16. From 1 to 32."""
    num_inference_steps: NotRequired[int]
    """How many denoising steps are made. Default 25. From 1 to 50."""
    guidance_scale: NotRequired[float]
    """Classifier-free guidance: how closely the result keeps to the prompt. Default 7.5. From 0 to 20."""
    seed: NotRequired[int | None]
    """The same seed and the same prompt give the same video. Random when left out."""
    fps: NotRequired[int]
    """How many frames a second the video has. Default 8. From 1 to 16."""
    motions: NotRequired[list[Literal["zoom-out", "zoom-in", "pan-left", "pan-right", "tilt-up", "tilt-down"]] | None]
    """Camera motions, each a motion LoRA."""
    video_size: NotRequired[Literal["square", "square_hd", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9"] | ImageSize]
    """The size of the video: one of fal's names, or a width and a height. Default \"square\"."""


class FastAnimatediffTextToVideoOutput(TypedDict):
    """Output of fal-ai/fast-animatediff/text-to-video."""

    video: File
    """The generated video."""
    seed: int
    """The seed that was used."""


class FastAnimatediffTurboTextToVideoInput(TypedDict):
    """Input of fal-ai/fast-animatediff/turbo/text-to-video."""

    prompt: str
    """What to generate; the more detail, the better."""
    negative_prompt: NotRequired[str]
    """What to avoid."""
    num_frames: NotRequired[int]
    """How many frames are generated. Default 16. From 1 to 32."""
    num_inference_steps: NotRequired[int]
    """How many denoising steps are made. Default 8. From 1 to 50."""
    guidance_scale: NotRequired[float]
    """Classifier-free guidance: how closely the result keeps to the prompt. Default 2. From 0 to 20."""
    seed: NotRequired[int | None]
    """The same seed and the same prompt give the same video. Random when left out."""
    fps: NotRequired[int]
    """How many frames a second the video has. Default 8. From 1 to 16."""
    video_size: NotRequired[Literal["square", "square_hd", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9"] | ImageSize]
    """The size of the video: one of fal's names, or a width and a height. Default \"square\"."""


class FastAnimatediffTurboTextToVideoOutput(TypedDict):
    """Output of fal-ai/fast-animatediff/turbo/text-to-video."""

    video: File
    """The generated video."""
    seed: int
    """The seed that was used."""


class FastAnimatediffTurboVideoToVideoInput(TypedDict):
    """Input of fal-ai/fast-animatediff/turbo/video-to-video."""

    video_url: AnyFile
    """The video or GIF to restyle: a URL, a data URI, or (through the bridge) the path of a local file."""
    first_n_seconds: NotRequired[int]
    """How many seconds from the start of the video are used. Default 3. From 2 to 12."""
    prompt: str
    """What to generate; the more detail, the better."""
    negative_prompt: NotRequired[str]
    """What to avoid."""
    num_inference_steps: NotRequired[int]
    """How many denoising steps are made. fal's own default is 8 or 12, by the version of the model: name a
    value to be sure. From 1 to 32."""
    strength: NotRequired[float]
    """How strongly the input video is changed: the higher, the further from it. Default 0.7. From 0.1 to 1."""
    guidance_scale: NotRequired[float]
    """Classifier-free guidance: how closely the result keeps to the prompt. fal's own default is 1 or 2, by the
    version of the model: name a value to be sure. From 0 to 20."""
    seed: NotRequired[int | None]
    """The same seed and the same prompt give the same video. Random when left out."""
    fps: NotRequired[int]
    """How many frames a second are taken from the input video. Default 8. From 1 to 16."""
    motions: NotRequired[list[Literal["zoom-out", "zoom-in", "pan-left", "pan-right", "tilt-up", "tilt-down"]] | None]
    """Camera motions, each a motion LoRA. Only older versions of the model know them."""


class FastAnimatediffTurboVideoToVideoOutput(TypedDict):
    """Output of fal-ai/fast-animatediff/turbo/video-to-video."""

    video: File
    """The generated video."""
    seed: int
    """The seed that was used."""


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
    seed: NotRequired[int | None]
    """The same seed and the same prompt give the same video. Random when left out."""
    fps: NotRequired[int]
    """How many frames a second are taken from the input video. Default 8. From 1 to 16."""
    motions: NotRequired[list[Literal["zoom-out", "zoom-in", "pan-left", "pan-right", "tilt-up", "tilt-down"]] | None]
    """Camera motions, each a motion LoRA."""


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
            self, application: Literal["fal-ai/amt-interpolation"],
            arguments: AmtInterpolationInput, **options: Unpack[SubscribeOptions],
        ) -> AmtInterpolationOutput: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/amt-interpolation/frame-interpolation"],
            arguments: AmtInterpolationFrameInterpolationInput, **options: Unpack[SubscribeOptions],
        ) -> AmtInterpolationFrameInterpolationOutput: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/text-to-video"],
            arguments: FastAnimatediffTextToVideoInput, **options: Unpack[SubscribeOptions],
        ) -> FastAnimatediffTextToVideoOutput: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/turbo/text-to-video"],
            arguments: FastAnimatediffTurboTextToVideoInput, **options: Unpack[SubscribeOptions],
        ) -> FastAnimatediffTurboTextToVideoOutput: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/turbo/video-to-video"],
            arguments: FastAnimatediffTurboVideoToVideoInput, **options: Unpack[SubscribeOptions],
        ) -> FastAnimatediffTurboVideoToVideoOutput: ...
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
            self, application: Literal["fal-ai/amt-interpolation"],
            arguments: AmtInterpolationInput, **options: Unpack[RunOptions],
        ) -> AmtInterpolationOutput: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/amt-interpolation/frame-interpolation"],
            arguments: AmtInterpolationFrameInterpolationInput, **options: Unpack[RunOptions],
        ) -> AmtInterpolationFrameInterpolationOutput: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/text-to-video"],
            arguments: FastAnimatediffTextToVideoInput, **options: Unpack[RunOptions],
        ) -> FastAnimatediffTextToVideoOutput: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/turbo/text-to-video"],
            arguments: FastAnimatediffTurboTextToVideoInput, **options: Unpack[RunOptions],
        ) -> FastAnimatediffTurboTextToVideoOutput: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/turbo/video-to-video"],
            arguments: FastAnimatediffTurboVideoToVideoInput, **options: Unpack[RunOptions],
        ) -> FastAnimatediffTurboVideoToVideoOutput: ...
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
            self, application: Literal["fal-ai/amt-interpolation"],
            arguments: AmtInterpolationInput, **options: Unpack[SubmitOptions],
        ) -> SyncRequestHandle: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/amt-interpolation/frame-interpolation"],
            arguments: AmtInterpolationFrameInterpolationInput, **options: Unpack[SubmitOptions],
        ) -> SyncRequestHandle: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/text-to-video"],
            arguments: FastAnimatediffTextToVideoInput, **options: Unpack[SubmitOptions],
        ) -> SyncRequestHandle: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/turbo/text-to-video"],
            arguments: FastAnimatediffTurboTextToVideoInput, **options: Unpack[SubmitOptions],
        ) -> SyncRequestHandle: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/turbo/video-to-video"],
            arguments: FastAnimatediffTurboVideoToVideoInput, **options: Unpack[SubmitOptions],
        ) -> SyncRequestHandle: ...
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
            self, application: Literal["fal-ai/amt-interpolation"],
            arguments: AmtInterpolationInput, **options: Unpack[AsyncSubscribeOptions],
        ) -> Coroutine[Any, Any, AmtInterpolationOutput]: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/amt-interpolation/frame-interpolation"],
            arguments: AmtInterpolationFrameInterpolationInput, **options: Unpack[AsyncSubscribeOptions],
        ) -> Coroutine[Any, Any, AmtInterpolationFrameInterpolationOutput]: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/text-to-video"],
            arguments: FastAnimatediffTextToVideoInput, **options: Unpack[AsyncSubscribeOptions],
        ) -> Coroutine[Any, Any, FastAnimatediffTextToVideoOutput]: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/turbo/text-to-video"],
            arguments: FastAnimatediffTurboTextToVideoInput, **options: Unpack[AsyncSubscribeOptions],
        ) -> Coroutine[Any, Any, FastAnimatediffTurboTextToVideoOutput]: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/turbo/video-to-video"],
            arguments: FastAnimatediffTurboVideoToVideoInput, **options: Unpack[AsyncSubscribeOptions],
        ) -> Coroutine[Any, Any, FastAnimatediffTurboVideoToVideoOutput]: ...
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
            self, application: Literal["fal-ai/amt-interpolation"],
            arguments: AmtInterpolationInput, **options: Unpack[RunOptions],
        ) -> Coroutine[Any, Any, AmtInterpolationOutput]: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/amt-interpolation/frame-interpolation"],
            arguments: AmtInterpolationFrameInterpolationInput, **options: Unpack[RunOptions],
        ) -> Coroutine[Any, Any, AmtInterpolationFrameInterpolationOutput]: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/text-to-video"],
            arguments: FastAnimatediffTextToVideoInput, **options: Unpack[RunOptions],
        ) -> Coroutine[Any, Any, FastAnimatediffTextToVideoOutput]: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/turbo/text-to-video"],
            arguments: FastAnimatediffTurboTextToVideoInput, **options: Unpack[RunOptions],
        ) -> Coroutine[Any, Any, FastAnimatediffTurboTextToVideoOutput]: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/turbo/video-to-video"],
            arguments: FastAnimatediffTurboVideoToVideoInput, **options: Unpack[RunOptions],
        ) -> Coroutine[Any, Any, FastAnimatediffTurboVideoToVideoOutput]: ...
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
            self, application: Literal["fal-ai/amt-interpolation"],
            arguments: AmtInterpolationInput, **options: Unpack[SubmitOptions],
        ) -> Coroutine[Any, Any, AsyncRequestHandle]: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/amt-interpolation/frame-interpolation"],
            arguments: AmtInterpolationFrameInterpolationInput, **options: Unpack[SubmitOptions],
        ) -> Coroutine[Any, Any, AsyncRequestHandle]: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/text-to-video"],
            arguments: FastAnimatediffTextToVideoInput, **options: Unpack[SubmitOptions],
        ) -> Coroutine[Any, Any, AsyncRequestHandle]: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/turbo/text-to-video"],
            arguments: FastAnimatediffTurboTextToVideoInput, **options: Unpack[SubmitOptions],
        ) -> Coroutine[Any, Any, AsyncRequestHandle]: ...
        @overload
        def __call__(
            self, application: Literal["fal-ai/fast-animatediff/turbo/video-to-video"],
            arguments: FastAnimatediffTurboVideoToVideoInput, **options: Unpack[SubmitOptions],
        ) -> Coroutine[Any, Any, AsyncRequestHandle]: ...
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
