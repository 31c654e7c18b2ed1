// The Node client against the built programs.
import assert from "node:assert/strict";
import { File } from "node:buffer";  // a global only from Node 20 on
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ApiError, BridgeProcessError, ValidationError, createFalClient } from "../../clients/node/index.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const bin = process.env.FAL_BRIDGE_BIN ?? join(root, ".build/debug/fal-bridge");
const local = process.env.FAL_LOCAL_BIN ?? join(root, ".build/debug/fal-local");
const folder = mkdtempSync(join(tmpdir(), "fal-node-"));
const state = join(folder, "state");
const model = "fal-ai/fast-animatediff/video-to-video";
const clip = join(root, "Tests/media/bunny.mp4");
const input = { video_url: clip, prompt: "ink drawing", seed: 7, first_n_seconds: 2, fps: 4 };
const env = { FAL_BRIDGE_STATE: state, FAL_LOCAL_BIN: local, FAL_BRIDGE_ROOTS: `${root}:${folder}` };
for (const name of Object.keys(process.env)) if (name.startsWith("FAL_")) delete process.env[name];

const client = createFalClient({ bin, env, backend: "local" });

after(() => {
  client.close();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0");
      if (words[0].endsWith("fal-local") && words.includes(state)) process.kill(Number(entry));
    } catch {}
  }
  rmSync(folder, { recursive: true, force: true });
});

test("a whole job", { timeout: 60_000 }, async () => {
  const states = [];
  let enqueued;
  const result = await client.subscribe(model, {
    input,
    logs: true,
    downloadTo: join(folder, "out.mp4"),
    onEnqueue: (id) => (enqueued = id),
    onQueueUpdate: (update) => states.push(update),
  });
  assert.equal(result.requestId, enqueued);
  assert.equal(result.data.seed, 7);
  assert.equal(statSync(join(folder, "out.mp4")).size, result.data.video.file_size);
  assert.equal(states[0].status, "IN_QUEUE");
  assert.equal(states.at(-1).status, "COMPLETED");
  const status = await client.queue.status(model, { requestId: enqueued, logs: true });
  assert.deepEqual(states.at(-1).logs, status.logs);
  assert.deepEqual((await client.queue.result(model, { requestId: enqueued })).data, result.data);
  assert.deepEqual((await client.queue.subscribeToStatus(model, { requestId: enqueued })).data, result.data);
});

test("an abort cancels at the queue", { timeout: 60_000 }, async () => {
  const abort = new AbortController();
  let id;
  const job = client.subscribe(model, {
    input: { ...input, first_n_seconds: 4, fps: 16 },
    onEnqueue: (requestId) => (id = requestId),
    onQueueUpdate: ({ status }) => status === "IN_PROGRESS" && abort.abort(),
    abortSignal: abort.signal,
  });
  await assert.rejects(job, { name: "AbortError" });
  const last = await client.queue.subscribeToStatus(model, { requestId: id });
  assert.equal(last.status, "COMPLETED");
  assert.equal(last.error_type, "client_cancelled");
  const isCancelled = (error) => error instanceof ApiError && error.code === -32800 && error.status === 499;
  await assert.rejects(client.queue.result(model, { requestId: id }), isCancelled);
  const isTooLate = (error) => error instanceof ApiError && error.status === 400;
  await assert.rejects(client.queue.cancel(model, { requestId: id }), isTooLate);
});

test("field errors before anything is sent", async () => {
  await assert.rejects(client.subscribe(model, { input: { prompt: "x", num_inference_steps: 99 } }), (error) => {
    assert.ok(error instanceof ValidationError);
    assert.deepEqual(error.getFieldErrors("num_inference_steps")[0].ctx, { le: 50 });
    assert.equal(error.fieldErrors.length, 2);
    return true;
  });
});

test("blobs are uploaded", { timeout: 30_000 }, async () => {
  const url = await client.storage.upload(new File(["Hello, World!"], "hello.txt", { type: "text/plain" }));
  const [file] = await client.download(url, join(folder, "hello.txt"));
  assert.equal(readFileSync(file.path, "utf8"), "Hello, World!");
  const { list } = await client.storage.transformInput({ list: [new Blob(["a"], { type: "text/plain" }), 1] });
  assert.match(list[0], /^http:/);
});

test("large messages, and many at once", async () => {
  const text = "ü".repeat(1 << 20);
  assert.equal((await client.request("ping", { text })).text, text);
  const numbers = await Promise.all([...Array(200).keys()].map(async (n) => (await client.request("ping", { n })).n));
  assert.deepEqual(numbers, [...Array(200).keys()]);
});

test("a killed process rejects, and the next call works", { timeout: 30_000 }, async () => {
  // Killed as soon as the call is seen to be under way.
  const kill = () => execFileSync("pkill", ["-KILL", "-P", String(process.pid), "-n", "fal-bridge"]);
  const server = createServer(kill).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.on("listening", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const stuck = createFalClient({ bin, backend: "fal", credentials: "x:y", env: { ...env, FAL_QUEUE_URL: url } });
  await stuck.models();
  const pending = stuck.queue.status(model, { requestId: "x" });
  await assert.rejects(pending, (error) => error instanceof BridgeProcessError && error.signal === "SIGKILL");
  assert.ok((await stuck.models()).length);
  stuck.close();
  server.close();
});

test("node ends when nothing is awaited", () => {
  const script = `import { createFalClient } from ${JSON.stringify(join(root, "clients/node/index.js"))};
    const fal = createFalClient({ bin: ${JSON.stringify(bin)} }); console.log((await fal.models()).length);`;
  const options = { timeout: 20_000, encoding: "utf8" };
  const done = spawnSync(process.execPath, ["--input-type=module", "-e", script], options);
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, /^[1-9]\d*\n$/);
});
