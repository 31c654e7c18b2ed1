import { fal } from "@fal-ai/client";

const result = await fal.subscribe("fal-ai/fast-animatediff/video-to-video", {
  input: {
    video_url: "https://v3.fal.media/files/a/clip.gif",
    prompt: "fireworks over a harbour",
  },
  logs: true,
  onQueueUpdate: (update) => {
    if (update.status === "IN_PROGRESS") {
      update.logs.map((log) => log.message).forEach((message) => console.log(message));
    }
  },
});
console.log(JSON.stringify(result.data));
console.log(result.requestId);
