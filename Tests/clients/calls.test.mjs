// What each call of the Node client sends, seen by a server in fal's place.
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ApiError, ValidationError, createFalClient } from "../../clients/node/index.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const bin = process.env.FAL_BRIDGE_BIN ?? join(root, ".build/debug/fal-bridge");
const folder = mkdtempSync(join(tmpdir(), "fal-node-"));
const model = "fal-ai/fast-animatediff/video-to-video";
const input = { video_url: "https://v3.fal.media/a.mp4", prompt: "ink" };
const id = "764cabcf-b745-4b3e-ae38-1200304cf45b";
const base = `/fal-ai/fast-animatediff/requests/${id}`;
const { publicKey, privateKey } = generateKeyPairSync("ed25519");

const requests = [];
const completed = { status: "COMPLETED", request_id: id, metrics: { inference_time: 1.5 }, logs: [{ message: "a" }] };
const routes = {
  [`POST /${model}`]: () => [200, { status: "IN_QUEUE", request_id: id, queue_position: 0 }],
  [`GET ${base}/status`]: () => [200, completed],
  [`GET ${base}`]: () => [200, { seed: 7 }],
  [`POST /run/${model}`]: () => [200, { seed: 8 }],
  "POST /storage/upload/initiate": () => [200, { upload_url: `${url}/put`, file_url: "https://v3.fal.media/x" }],
  "PUT /put": () => [200, {}],
  "GET /.well-known/jwks.json": () => [200, { keys: [publicKey.export({ format: "jwk" })] }],
};
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const target = request.headers["x-fal-target-url"];
  const path = target ? new URL(target).pathname : request.url.split("?")[0];
  requests.push({ path: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
  const [status, body] = routes[`${request.method} ${path}`]?.() ?? [404, { detail: "Not Found" }];
  response.writeHead(status, { "content-type": "application/json", "x-fal-request-id": id }).end(JSON.stringify(body));
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.on("listening", resolve));
const url = `http://127.0.0.1:${server.address().port}`;
for (const name of Object.keys(process.env)) if (name.startsWith("FAL_")) delete process.env[name];
const urls = { FAL_QUEUE_URL: url, FAL_REST_URL: url, FAL_RUN_URL: `${url}/run` };
const env = { FAL_BRIDGE_STATE: join(folder, "state"), ...urls };
const client = createFalClient({ bin, env, credentials: () => "kid-1234:secret-5678" });

after(() => {
  client.close();
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

const options = {
  input,
  hint: "h",
  startTimeout: 30,
  headers: { "X-Fal-Store-IO": "0" },
  storageSettings: { expiresIn: "1h", initialAcl: { default: "forbid" } },
};

function checkOptions({ headers, body }, priority) {
  assert.deepEqual(JSON.parse(body), input);
  assert.equal(headers.authorization, "Key kid-1234:secret-5678");
  assert.equal(headers["x-fal-runner-hint"], "h");
  assert.equal(headers["x-fal-request-timeout"], "30");
  assert.equal(headers["x-fal-store-io"], "0");
  assert.equal(headers["x-fal-queue-priority"], priority);
  assert.deepEqual(JSON.parse(headers["x-fal-object-lifecycle-preference"]), {
    expiration_duration_seconds: 3600,
    initial_acl: { default: "forbid" },
  });
}

test("submit, and the requests that were made", { timeout: 30_000 }, async () => {
  requests.length = 0;
  const more = { priority: "low", webhookUrl: "https://a.b/c?d", maxQueueLength: 5 };
  const submitted = await client.queue.submit(model, { ...options, ...more });
  assert.equal(submitted.request_id, id);
  checkOptions(requests[0], "low");
  assert.equal(requests[0].path, `/${model}?fal_webhook=https%3A%2F%2Fa.b%2Fc%3Fd&fal_max_queue_length=5`);
  const [entry] = await client.requests({ endpoint: model, limit: 1 });
  assert.equal(entry.request_id, id);
  assert.deepEqual(await client.requests({ before: entry.created_at }), []);
});

test("subscribe in both modes", { timeout: 30_000 }, async () => {
  for (const mode of [undefined, "polling"]) {
    requests.length = 0;
    const states = [];
    const result = await client.subscribe(model, {
      ...options, priority: "low", mode, logs: true, pollInterval: 1, timeout: 0,
      onQueueUpdate: ({ status }) => states.push(status),
    });
    assert.deepEqual(result, { data: { seed: 7 }, requestId: id, metrics: { inference_time: 1.5 } });
    assert.equal(states.at(-1), "COMPLETED");
    checkOptions(requests[0], "low");
  }
  const status = await client.queue.subscribeToStatus(model, { requestId: id, logs: true });
  assert.equal(status.status, "COMPLETED");
  assert.equal(status.logs[0].message, "a");
  assert.deepEqual(status.data, { seed: 7 });
});

test("run", { timeout: 30_000 }, async () => {
  requests.length = 0;
  assert.deepEqual(await client.run(model, { ...options, timeout: 60_000 }), { data: { seed: 8 }, requestId: id });
  checkOptions(requests[0], undefined);
  await assert.rejects(client.run(model, { input: { prompt: 1 } }), ValidationError);
  assert.equal(requests.length, 1);
});

test("an abort ends a run", { timeout: 30_000 }, async () => {
  const abort = new AbortController();
  routes["POST /run/a/b"] = () => {
    abort.abort();
    return [200, {}];
  };
  const slow = client.run("a/b", { abortSignal: abort.signal });
  // Done or aborted: whichever the bridge saw first.
  await slow.catch((error) => assert.equal(error.name, "AbortError"));
  await assert.rejects(client.run("a/b", { abortSignal: abort.signal }), { name: "AbortError" });
});

test("uploads have their lifecycle", { timeout: 30_000 }, async () => {
  const lifecycle = { expiresIn: 60, initialAcl: { default: "hide", rules: [{ user: "alice", decision: "allow" }] } };
  // Other bytes each time, as the same would not go out again.
  for (const [text, given] of [["hello", { lifecycle }], ["there", { expiresIn: 60, acl: lifecycle.initialAcl }]]) {
    requests.length = 0;
    const blob = new Blob([text], { type: "text/plain" });
    assert.equal(await client.storage.upload(blob, given), "https://v3.fal.media/x");
    assert.deepEqual(JSON.parse(requests[0].headers["x-fal-object-lifecycle"]), {
      expiration_duration_seconds: 60,
      initial_acl: lifecycle.initialAcl,
    });
    assert.equal(requests[1].body, text);
    assert.equal(requests[1].headers.authorization, undefined);
  }
});

test("webhooks", { timeout: 30_000 }, async () => {
  const body = '{"request_id":"1","status":"OK","payload":{"ü":1}}';
  const time = String(Math.floor(Date.now() / 1000));
  const hash = createHash("sha256").update(body).digest("hex");
  const headers = {
    "X-Fal-Webhook-Request-Id": "1",
    "X-Fal-Webhook-User-Id": "u",
    "X-Fal-Webhook-Timestamp": time,
    "X-Fal-Webhook-Signature": sign(null, Buffer.from(`1\nu\n${time}\n${hash}`), privateKey).toString("hex"),
    "set-cookie": ["a", "b"],
  };
  const good = { valid: true, requestId: "1", status: "OK", payload: { ü: 1 } };
  assert.deepEqual(await client.verifyWebhook(headers, body), good);
  assert.deepEqual(await client.verifyWebhook(new Headers(headers), Buffer.from(body), { maxAge: 60 }), good);
  assert.equal((await client.verifyWebhook(headers, `${body} `)).valid, false);
  assert.equal((await client.verifyWebhook({ ...headers, "x-fal-webhook-timestamp": time }, body)).valid, false);
  assert.equal((await client.verifyWebhook({}, body)).reason, "no header x-fal-webhook-request-id");
  assert.equal((await client.verifyWebhook(headers, Buffer.from([0xff]))).reason, "the body is not UTF-8");
});

test("a proxy holds the key", { timeout: 30_000 }, async () => {
  requests.length = 0;
  const proxied = createFalClient({ bin, env, proxyUrl: { url: `${url}/api/fal/proxy`, when: "always" } });
  assert.deepEqual((await proxied.run(model, { input })).data, { seed: 8 });
  assert.equal(requests[0].path, "/api/fal/proxy");
  assert.equal(requests[0].headers["x-fal-target-url"], `${url}/run/${model}`);
  assert.equal(requests[0].headers.authorization, undefined);
  const isNotFound = (error) => error instanceof ApiError && error.status === 404;
  await assert.rejects(proxied.queue.status(model, { requestId: "other" }), isNotFound);
  proxied.close();
});
