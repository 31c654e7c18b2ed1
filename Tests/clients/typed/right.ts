// What tsc must take.
import { createFalClient, fal } from "fal-bridge";
import type { FastAnimatediffVideoToVideoInput, FastAnimatediffVideoToVideoOutput, InputType } from "fal-bridge";

const input: FastAnimatediffVideoToVideoInput = { video_url: "clip.mp4", prompt: "ink", motions: ["zoom-in"] };

export async function main(anyEndpoint: string): Promise<number> {
  const { data, requestId } = await fal.subscribe("fal-ai/fast-animatediff/video-to-video", {
    input: { video_url: new Blob([]), prompt: "ink", fps: 8 },
    logs: true,
    onQueueUpdate: (update) => console.log(update.status),
  });
  const known: FastAnimatediffVideoToVideoOutput = data;
  const url: string = data.video.url;
  const ran = await createFalClient().run("fal-ai/fast-animatediff/video-to-video", { input });
  const seed: number = ran.data.seed;
  await fal.queue.submit("fal-ai/fast-animatediff/video-to-video", { input, priority: "low" });
  const result = await fal.queue.result("fal-ai/fast-animatediff/video-to-video", { requestId });
  // A model that has no types here, and one that is not known when this is written.
  const other = await fal.subscribe("fal-ai/other", { input: { anything: 1 } });
  const some = await fal.run(anyEndpoint, { input: { anything: 1 } });
  console.log(url, other.data.images[0], some.data.whatever);
  return known.seed + seed + result.data.seed;
}

// Further types are added to those that are known.
interface Mine {
  "my/model": { input: { text: string }; output: { picture: string } };
}
declare module "fal-bridge" {
  interface EndpointTypeMap extends Mine {}
}
export const mine: InputType<"my/model"> = { text: "x" };
