// Files and bytes in inputs of the Node client, seen by a server in fal's place; and its process, shared and ended.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { after, beforeEach, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import * as package_ from "../../clients/node/index.js";

const { ApiError, BridgeNotFoundError, UnsupportedError, ValidationError, createFalClient } = package_;
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const index = join(root, "clients/node/index.js");
const bin = process.env.FAL_BRIDGE_BIN ?? join(root, ".build/debug/fal-bridge");
const model = "fal-ai/fast-animatediff/video-to-video";
const id = "764cabcf-b745-4b3e-ae38-1200304cf45b";
const base = `/fal-ai/fast-animatediff/requests/${id}`;
const folder = mkdtempSync(join(tmpdir(), "fal-node-"));
for (const name of ["root", "temporary"]) mkdirSync(join(folder, name));
process.env.TMPDIR = join(folder, "temporary");
for (const name of Object.keys(process.env)) if (name.startsWith("FAL_")) delete process.env[name];

let requests = [];
let states = [];
const routes = {
  "POST /storage/upload/initiate": () => {
    const number = requests.filter((request) => request.path.startsWith("/storage")).length;
    return [200, { upload_url: `${url}/put/${number}`, file_url: `https://v3.fal.media/${number}` }];
  },
  "POST /run/a/b": () => [200, { seed: 8 }],
  [`POST /run/${model}`]: () => [200, { seed: 8 }],
  [`POST /${model}`]: () => [200, { status: "IN_QUEUE", request_id: id, queue_position: 0 }],
  [`GET ${base}/status`]: () => [200, states.length > 1 ? states.shift() : states[0]],
  [`GET ${base}`]: () => [200, { seed: 7 }],
  [`PUT ${base}/cancel`]: () => [202, { status: "CANCELLATION_REQUESTED" }],
};
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  requests.push({ path: request.url, method: request.method, headers: request.headers, body });
  const route = routes[`${request.method} ${request.url.split("?")[0]}`];
  const isPut = request.url.startsWith("/put/");
  const [status, answer] = isPut ? [200, {}] : (route?.() ?? [404, { detail: "Not Found" }]);
  const headers = { "content-type": "application/json", "x-fal-request-id": id };
  response.writeHead(status, headers).end(JSON.stringify(answer));
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.on("listening", resolve));
const url = `http://127.0.0.1:${server.address().port}`;
const env = {
  FAL_BRIDGE_STATE: join(folder, "state"), FAL_BRIDGE_BACKEND: "fal", FAL_KEY: "kid-1234:secret-5678",
  FAL_QUEUE_URL: url, FAL_REST_URL: url, FAL_RUN_URL: `${url}/run`, FAL_BRIDGE_ROOTS: join(folder, "root"),
};
const client = createFalClient({ bin, env });
const limit = { timeout: 30_000 };

beforeEach(() => {
  requests = [];
  states = [{ status: "IN_PROGRESS", request_id: id, logs: [] }];
});
after(() => {
  client.close();
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

/** What was uploaded, by its URL. */
function sent() {
  const asked = requests.filter(({ path }) => path.startsWith("/storage")).map(({ body }) => JSON.parse(body));
  const found = {};
  for (const { path, body } of requests.filter(({ path }) => path.startsWith("/put/"))) {
    const number = Number(path.slice("/put/".length));
    found[`https://v3.fal.media/${number}`] = { ...asked[number - 1], data: body };
  }
  return found;
}

const path = join(folder, "a b.txt"); // Outside the roots: it is this program's word.
// Other bytes in each case, as the same would not go out again.
writeFileSync(path, "hello");
const another = join(folder, "b.txt");
writeFileSync(another, "hello again");
const large = Buffer.alloc(500_000, "abc");
const large64 = new Float64Array(50_000).fill(1.5);
const cases = {
  Blob: [() => new Blob(["abc"], { type: "text/plain" }), "abc", { content_type: "text/plain" }],
  "a large Blob": [() => new Blob([large], { type: "video/mp4" }), large, { content_type: "video/mp4" }],
  Buffer: [() => Buffer.from("abc"), "abc"],
  "a part of a Buffer": [() => Buffer.from("xabdx").subarray(1, 4), "abd"],
  "a large typed array": [() => large64, Buffer.from(large64.buffer)],
  ArrayBuffer: [() => Uint8Array.from([1, 2]).buffer, Buffer.from([1, 2])],
  DataView: [() => new DataView(Uint8Array.from([1, 2, 3]).buffer, 1), Buffer.from([2, 3])],
  "a file: URL": [() => pathToFileURL(path), "hello", { file_name: "a b.txt", content_type: "text/plain" }],
  "a read stream": [() => createReadStream(another), "hello again", { file_name: "b.txt", content_type: "text/plain" }],
  "a part of a read stream": [() => createReadStream(path, { start: 1 }), "ello", { file_name: "a b.txt" }],
  "a stream": [() => Readable.from([Buffer.from("ab"), Buffer.from("e")]), "abe"],
  "a web stream": [() => new Blob(["abf"]).stream(), "abf"],
};
if (globalThis.File) {
  const make = () => new File([large, "."], "clip.mp4", { type: "video/mp4" });
  cases["a large File"] = [make, `${large}.`, { file_name: "clip.mp4", content_type: "video/mp4" }];
}

const staged = () => readdirSync(process.env.TMPDIR, { recursive: true }).filter((name) => name.includes("upload-"));

for (const [name, [make, data, about]] of Object.entries(cases)) {
  test(`${name} anywhere in an input is uploaded`, limit, async () => {
    const given = { deep: [{ video: make() }, ["x", 1, null]], plain: "text" };
    assert.deepEqual((await client.run("a/b", { input: given })).data, { seed: 8 });
    const [[fileURL, upload]] = Object.entries(sent());
    assert.deepEqual(JSON.parse(requests.at(-1).body), { deep: [{ video: fileURL }, ["x", 1, null]], plain: "text" });
    assert.deepEqual(upload.data, Buffer.from(data));
    for (const [key, value] of Object.entries(about ?? {})) assert.equal(upload[key], value);
    assert.notEqual(typeof given.deep[0].video, "string");
    assert.deepEqual(staged(), []);
  });
}

test("an open file, several at once, and what is uploaded by hand", limit, async () => {
  writeFileSync(path, "other");
  const handle = await open(path);
  const input = { files: [handle, Buffer.from("xyz"), new Blob([large, "!!"])] };
  await client.run("a/b", { input });
  await handle.close();
  const uploads = sent();
  const files = JSON.parse(requests.at(-1).body).files.map((url) => uploads[url].data.length);
  assert.deepEqual(files, [5, 3, large.length + 2]);
  assert.match(await client.storage.upload(path), /^https:/);
  assert.deepEqual(await client.storage.transformInput({ a: "b", url: new URL("https://a.b/c") }), {
    a: "b", url: new URL("https://a.b/c"),
  });
});

test("nothing is uploaded of an input that is wrong", limit, async () => {
  const input = { video_url: Buffer.from("abc"), prompt: 1 };
  await assert.rejects(client.subscribe(model, { input }), (error) => {
    assert.deepEqual(error.fieldErrors.map((each) => each.loc), [["body", "prompt"]]);
    return error instanceof ValidationError && error.status === 0;
  });
  await assert.rejects(client.run("a/b", { input: { x: pathToFileURL(join(folder, "no")) } }), { code: "ENOENT" });
  // A path that stands in an input as text may be anybody's word.
  const text = { video_url: path, prompt: "x" };
  await assert.rejects(client.run(model, { input: text }), { kind: "outside_roots" });
  assert.deepEqual(requests, []);
});

test("a callback that throws cancels at the queue", limit, async () => {
  const options = {
    input: { video_url: "https://a.b/c", prompt: "x" },
    onQueueUpdate() {
      throw new RangeError("enough");
    },
  };
  await assert.rejects(client.subscribe(model, options), { name: "RangeError" });
  assert.equal(requests.filter(({ method }) => method === "PUT").length, 1);
});

test("states as a stream", limit, async () => {
  const log = (message) => ({ message, timestamp: "2026-01-01T00:00:00" });
  const make = () => [
    { status: "IN_QUEUE", request_id: id, queue_position: 3 },
    { status: "IN_PROGRESS", request_id: id, logs: [log("a")] },
    { status: "COMPLETED", request_id: id, logs: [log("a"), log("b")] },
  ];
  states = make();
  const stream = await client.queue.streamStatus(model, { requestId: id, logs: true });
  const heard = [];
  stream.on("data", ({ status }) => heard.push(status));
  stream.on("done", ({ status }) => heard.push(`done: ${status}`));
  const seen = [];
  for await (const status of stream) seen.push([status.status, (status.logs ?? []).map(({ message }) => message)]);
  assert.deepEqual(seen, [["IN_QUEUE", []], ["IN_PROGRESS", ["a"]], ["COMPLETED", ["b"]]]);
  assert.ok(package_.isCompletedQueueStatus(await stream.done()));
  assert.deepEqual(heard, ["IN_QUEUE", "IN_PROGRESS", "COMPLETED", "done: COMPLETED"]);
  // An abort ends the stream, and not the request.
  states = make().slice(0, 1);
  const other = await client.queue.streamStatus(model, { requestId: id });
  for await (const status of other) other.abort(status);
  assert.equal((await other.done()).status, "IN_QUEUE");
  assert.equal(requests.filter(({ method }) => method === "PUT").length, 0);
  const lost = await client.queue.streamStatus("a/b", { requestId: "unknown" });
  await assert.rejects(lost.done(), (error) => error instanceof ApiError && error.status === 404);
});

test("what is not there says so", limit, async () => {
  await assert.rejects(client.stream(model, {}), UnsupportedError);
  await assert.rejects(client.streaming.stream(model, {}), UnsupportedError);
  await assert.rejects(client.run(model, { method: "get" }), UnsupportedError);
  assert.throws(() => client.realtime.connect(model, {}), UnsupportedError);
  assert.throws(() => createFalClient({ fetch }), UnsupportedError);
  assert.throws(() => package_.withProxy({}), UnsupportedError);
  await assert.rejects(createFalClient({ bin: "no-such-program" }).models(), (error) => {
    return error instanceof BridgeNotFoundError && error.message.includes("FAL_BRIDGE_BIN");
  });
});

test("ids and proxies as fal's client reads them", limit, async () => {
  const { parseEndpointId } = package_;
  assert.deepEqual(parseEndpointId(model), { owner: "fal-ai", alias: "fast-animatediff", path: "video-to-video" });
  assert.deepEqual(parseEndpointId("comfy/a/b"), { namespace: "comfy", owner: "a", alias: "b", path: undefined });
  assert.deepEqual(parseEndpointId("110602490-lora"), { owner: "110602490", alias: "lora", path: undefined });
  assert.throws(() => parseEndpointId("lora"));
  for (const proxyUrl of ["/api/fal/proxy", { url: "http://127.0.0.1:1", when: ({ isBrowser }) => isBrowser }]) {
    const other = createFalClient({ bin, env, proxyUrl });
    assert.equal((await other.request("initialize")).backend.kind, "fal");
    other.close();
  }
});

test("clients with the same settings share a process", limit, async () => {
  const [one, two] = [createFalClient({ bin, env }), createFalClient({ bin, env })];
  await Promise.all([one.models(), two.models()]);
  const children = () => readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && isChild(pid));
  assert.equal(children().length, 1);
  one.close();
  assert.ok((await two.models()).length);
  assert.equal(children().length, 1);
  two.close();
});

function isChild(pid) {
  try {
    const { stdout } = spawnSync("cat", [`/proc/${pid}/stat`, `/proc/${pid}/cmdline`], { encoding: "utf8" });
    return stdout.includes("fal-bridge\0") && stdout.split(") ")[1].split(" ")[1] === String(process.pid);
  } catch {
    return false;
  }
}

test("a worker's process ends with it", limit, async () => {
  const script = `import(${JSON.stringify(index)}).then(async ({ createFalClient }) => {
    const { workerData, parentPort } = await import("node:worker_threads");
    parentPort.postMessage((await createFalClient(workerData).models()).length);
  });`;
  const worker = new Worker(script, { eval: true, workerData: { bin, env: { ...env, FAL_BRIDGE_LOG: "error" } } });
  const messages = [];
  worker.on("message", (message) => messages.push(message));
  assert.equal(await new Promise((resolve) => worker.on("exit", resolve)), 0);
  assert.equal(messages.length, 1);
});

test("without a place to write all else works", limit, () => {
  const script = `import { createFalClient } from ${JSON.stringify(index)};
    const client = createFalClient({ bin: ${JSON.stringify(bin)} });
    console.log((await client.models()).length > 0);
    await client.storage.upload(Buffer.alloc(1e6)).catch(({ code }) => console.log(code));`;
  const options = { encoding: "utf8", env: { ...process.env, TMPDIR: join(folder, "nowhere") } };
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], options);
  assert.equal(stdout, "true\nENOENT\n", stderr);
});

test("the private folder goes with its process or after it", limit, () => {
  const script = `import { createFalClient } from ${JSON.stringify(index)};
    import { stagingFolder } from ${JSON.stringify(join(root, "clients/node/staging.js"))};
    await createFalClient({ bin: ${JSON.stringify(bin)} }).models();
    console.log(stagingFolder());
    if (process.argv[1] === "killed") process.kill(process.pid, "SIGKILL");`;
  const run = (end) => spawnSync(process.execPath, ["--input-type=module", "-e", script, end], { encoding: "utf8" });
  const [killed] = run("killed").stdout.split("\n");
  assert.ok(existsSync(killed));
  const [whole] = run("whole").stdout.split("\n");
  assert.notEqual(whole, killed);
  assert.deepEqual([existsSync(killed), existsSync(whole)], [false, false]);
});
