// What a program does with fal's JavaScript client, told as JSON. Its first argument is the module that it imports:
//     node same_script.mjs MODULE URL-OF-FAL-LOCAL
import { pathToFileURL } from "node:url";

const [module, url] = process.argv.slice(2);
const imported = await import(pathToFileURL(module));
const names = imported.fal ? imported : imported.default;
const { ApiError, ValidationError, createFalClient, isCompletedQueueStatus, parseEndpointId } = names;

const hosts = { "https://queue.fal.run": url, "https://fal.run": `${url}/run`, "https://rest.fal.ai": url };
const requestMiddleware = async (request) => {
  const { origin } = new URL(request.url);
  return { ...request, url: request.url.replace(origin, hosts[origin]) };
};
// fal's client has no other way to be pointed elsewhere; the bridge has its environment.
const config = { credentials: "kid:secret", ...(process.env.FAL_QUEUE_URL ? {} : { requestMiddleware }) };
const fal = createFalClient(config);

const model = "fal-ai/fast-animatediff/video-to-video";
const input = { video_url: "https://v3.fal.media/a.mp4" };
const text = async (file) => (await fetch(file)).text();
const runs = (list) => list.filter((item, index) => item !== list[index - 1]);
const messages = (status) => (status.logs ?? []).map(({ message }) => message);

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof ApiError)) return { name: error.name, isTimeout: /tim(ed out|e)/.test(error.message) };
    const { status, name, body, requestId } = error;
    const isOne = error instanceof ValidationError;
    const fields = isOne && error.fieldErrors.map(({ loc, type, msg }) => ({ loc, type, msg }));
    return { status, hasId: requestId.length === 36, name, fields, type: body.error_type };
  }
  return "nothing";
}

async function subscribed() {
  const states = [];
  const enqueued = [];
  const result = await fal.subscribe(model, {
    input: { ...input, prompt: "brief" },
    logs: true,
    pollInterval: 20,
    priority: "low",
    hint: "here",
    headers: { "X-Fal-Tags": "a=b" },
    startTimeout: 30,
    timeout: 30_000,
    onEnqueue: (id) => enqueued.push(id.length),
    onQueueUpdate: (status) => states.push(status),
  });
  const last = states.at(-1);
  return {
    data: result.data, hasId: result.requestId.length, states: runs(states.map(({ status }) => status)), enqueued,
    logs: messages(last), isCompleted: isCompletedQueueStatus(last), inferenceTime: last.metrics.inference_time,
    isKnown: states.every(({ request_id }) => request_id === result.requestId),
  };
}

async function queued() {
  const { request_id: requestId, status } = await fal.queue.submit(model, { input: { ...input, prompt: "brief" } });
  const early = await failure(fal.queue.result(model, { requestId }));
  const streamed = [];
  for await (const each of await fal.queue.streamStatus(model, { requestId, logs: true })) streamed.push(each.status);
  const last = await fal.queue.subscribeToStatus(model, { requestId, logs: true });
  const late = await failure(fal.queue.cancel(model, { requestId }));
  const { data } = await fal.queue.result(model, { requestId });
  const now = await fal.queue.status(model, { requestId, logs: true });
  return {
    status, early: early.status, streamed: runs(streamed).filter((each) => each !== "IN_QUEUE"), late, data,
    last: [last.status, messages(last)], now: [now.status, messages(now)],
  };
}

async function failed() {
  const outcomes = {};
  for (const prompt of ["bad field", "gone", "broken", "no policy"]) {
    outcomes[prompt] = await failure(fal.subscribe(model, { input: { ...input, prompt } }));
    const { request_id: requestId } = await fal.queue.submit(model, { input: { ...input, prompt } });
    const last = await fal.queue.subscribeToStatus(model, { requestId, pollInterval: 20 });
    outcomes[`${prompt}, status`] = [last.status, last.error, last.error_type];
    outcomes[`${prompt}, result`] = await failure(fal.queue.result(model, { requestId }));
  }
  const { request_id: requestId } = await fal.queue.submit(model, { input: { ...input, prompt: "long" } });
  await fal.queue.cancel(model, { requestId });
  const last = await fal.queue.subscribeToStatus(model, { requestId, pollInterval: 20 });
  const other = createFalClient({ ...config, credentials: "kid:wrong" });
  const timeout = await failure(fal.subscribe(model, { input: { ...input, prompt: "long" }, timeout: 500 }));
  return {
    ...outcomes, cancelled: [last.status, last.error_type],
    "cancelled, result": await failure(fal.queue.result(model, { requestId })),
    run: await failure(fal.run(model, { input: { ...input, prompt: "bad field" } })),
    key: await failure(other.queue.submit(model, { input: { ...input, prompt: "brief" } })),
    id: await failure(fal.queue.status(model, { requestId: "00000000-0000-4000-8000-000000000000" })),
    model: await failure(fal.queue.submit("fal-ai/unknown/thing", { input: {} })),
    timeout: timeout.isTimeout || timeout.status === 0,
  };
}

async function uploaded() {
  const file = new File(["Hello, World!"], "hello.txt", { type: "text/plain" });
  const stored = await fal.storage.upload(file, { lifecycle: { expiresIn: "1h" } });
  const given = { list: [new Blob(["a"], { type: "text/plain" }), { deep: file, kept: null }], n: 1 };
  const { list } = await fal.storage.transformInput(given);
  const clip = new Blob([new Uint8Array(400_000)], { type: "video/mp4" });
  const { data } = await fal.run(model, { input: { video_url: clip, prompt: "quick" } });
  return {
    stored: await text(stored), name: stored.endsWith("hello.txt"),
    list: [await text(list[0]), await text(list[1].deep), list[1].kept],
    run: Object.keys(data).sort(), video: Object.keys(data.video).sort(),
  };
}

const told = { ids: ["a/b", model, "comfy/a/b/c", "1-lora"].map(parseEndpointId) };
told.bad = await failure((async () => parseEndpointId("x"))());
for (const part of [subscribed, queued, failed, uploaded]) told[part.name] = await part();
console.log(JSON.stringify(told, undefined, 1));
