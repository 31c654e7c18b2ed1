import { fal } from "@fal-ai/client";

const clip = new File([new Uint8Array(1000)], "clip.mp4", { type: "video/mp4" });
const result = await fal.subscribe("fal-ai/fast-animatediff/video-to-video", {
  input: { video_url: clip, prompt: "fireworks over a harbour" },
});
console.log(JSON.stringify(result.data));
