import { fal } from "@fal-ai/client";

fal.config({
  credentials: "YOUR_FAL_KEY",
});

const result = await fal.subscribe("fal-ai/fast-animatediff/video-to-video", {
  input: {
    video_url: "https://v3.fal.media/files/a/clip.gif",
    prompt: "fireworks over a harbour",
  },
});
console.log(JSON.stringify(result.data));
