import { fal } from "@fal-ai/client";

const { request_id } = await fal.queue.submit("fal-ai/fast-animatediff/video-to-video", {
  input: {
    video_url: "https://v3.fal.media/files/a/clip.gif",
    prompt: "fireworks over a harbour",
  },
  webhookUrl: "https://optional.webhook.url/for/results",
});
console.log(request_id);
