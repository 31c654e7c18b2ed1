// What tsc must refuse: each line that says so, and no other.
import { fal } from "fal-bridge";

const model = "fal-ai/fast-animatediff/video-to-video";

export async function main(): Promise<void> {
  await fal.subscribe(model, { input: { video_url: "x", prompt: 3 } }); // wrong: type
  await fal.subscribe(model, { input: { prompt: "x" } }); // wrong: left out
  await fal.run(model, { input: { video_url: "x", prompt: "x", fsp: 8 } }); // wrong: name
  await fal.run(model, { input: { video_url: "x", prompt: "x", motions: ["up"] } }); // wrong: word
  await fal.queue.submit(model, { input: { video_url: "x", prompt: "x" }, priority: "high" }); // wrong: word
  const { data } = await fal.subscribe(model, { input: { video_url: "x", prompt: "x" } });
  console.log(data.image); // wrong: output
}
