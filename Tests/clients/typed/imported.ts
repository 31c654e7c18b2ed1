// A model of a folder, by types that were generated without a line written for it.
import { fal } from "fal-bridge";

export async function main(): Promise<string> {
  const { data } = await fal.subscribe("me/every-thing", {
    input: {
      image_url: new Uint8Array(1), class: "big", mode: null, image_size: { width: 3 }, ratio: 2, scales: [1, null],
      loras: [{ path: "x" }], tree: { branches: [{ leaf: "x" }] }, extra: { a: 1, b: "c" },
      images: [{ url: new Blob([]) }], inline: { deep: true }, "words-with-dash": "x",
    },
  });
  await fal.run("me/every-thing", { input: { image_url: "x", class: "small", mode: null } }); // wrong: word
  const state: string = data.state;
  return data.file.url + state;
}
