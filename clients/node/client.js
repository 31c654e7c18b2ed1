/** fal's client API, each call one of the bridge's. */
import { BridgeProcess } from "./process.js";

const seconds = (milliseconds) => (milliseconds === undefined ? undefined : milliseconds / 1000);

/** Without the members that are undefined, which would be unknown parameters' nulls. */
const given = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** The bridge's `expires_in` and `acl` from fal's settings. */
const lifecycleParams = (settings = {}) => ({ expires_in: settings.expiresIn, acl: settings.initialAcl });

/** The headers of a webhook by name, a list of values each: from fetch's Headers, node's own, or any object. */
function webhookHeaders(headers) {
  const found = {};
  for (const [name, value] of typeof headers.entries === "function" ? headers.entries() : Object.entries(headers)) {
    if (name.toLowerCase().startsWith("x-fal-webhook-")) (found[name.toLowerCase()] ??= []).push(...[value].flat());
  }
  return found;
}

export function createFalClient(settings = {}) {
  let config = { ...settings };
  let bridge;

  async function running() {
    if (!bridge?.isAlive) {
      const env = { ...config.env };
      const key = typeof config.credentials === "function" ? config.credentials() : config.credentials;
      if (key) env.FAL_KEY = key;
      const proxy = typeof config.proxyUrl === "object" ? config.proxyUrl?.url : config.proxyUrl;
      if (proxy) env.FAL_PROXY_URL = proxy;
      if (config.backend) env.FAL_BRIDGE_BACKEND = config.backend;
      bridge = new BridgeProcess({ bin: config.bin, args: config.args, env });
    }
    await bridge.ready;
    return bridge;
  }

  async function request(method, params = {}, options = {}) {
    return (await running()).call(method, given(params), options);
  }

  async function upload(file, { fileName, contentType, lifecycle, expiresIn, acl } = {}) {
    const more = given({
      file_name: fileName,
      content_type: contentType,
      ...lifecycleParams(lifecycle ?? { expiresIn, initialAcl: acl }),
    });
    if (typeof file === "string") return (await request("upload", { path: file, ...more })).url;
    const data = Buffer.from(await file.arrayBuffer()).toString("base64");
    const answer = await request("upload", {
      ...more,
      data,
      file_name: fileName ?? file.name ?? undefined,
      content_type: contentType ?? (file.type || undefined),
    });
    return answer.url;
  }

  /** Blobs anywhere in an input are uploaded; all else stays as it is. */
  async function transformInput(value) {
    if (value instanceof Blob) return upload(value);
    if (Array.isArray(value)) return Promise.all(value.map(transformInput));
    if (value && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
      const entries = Object.entries(value).map(async ([key, item]) => [key, await transformInput(item)]);
      return Object.fromEntries(await Promise.all(entries));
    }
    return value;
  }

  /** What run and submit share. */
  const runParams = async (endpoint, options) => ({
    endpoint,
    input: await transformInput(options.input ?? {}),
    hint: options.hint,
    start_timeout: options.startTimeout,
    headers: options.headers,
    ...lifecycleParams(options.storageSettings),
    auto_upload: options.autoUpload,
    validate: options.validate,
  });

  const submitParams = async (endpoint, options) => ({
    ...(await runParams(endpoint, options)),
    webhook_url: options.webhookUrl,
    priority: options.priority,
    max_queue_length: options.maxQueueLength,
  });

  async function wait(params, options) {
    let isKnown = false;
    let logs = [];
    let last = {};
    const answer = await request(
      "subscribe",
      {
        ...params,
        logs: options.logs,
        mode: options.mode,
        poll_interval: seconds(options.pollInterval),
        timeout: seconds(options.timeout),
        on_cancel: options.onCancel,
        download_to: options.downloadTo,
      },
      {
        signal: options.abortSignal,
        onNotification(method, update) {
          if (method !== "queue/update") return;
          if (!isKnown) options.onEnqueue?.(update.request_id);
          isKnown = true;
          const { subscription, endpoint, ...status } = update;
          if (status.status !== "IN_QUEUE") status.logs = logs = [...logs, ...(update.logs ?? [])];
          last = status;
          options.onQueueUpdate?.(status);
        },
      },
    );
    const result = { data: answer.data, requestId: answer.request_id, metrics: answer.metrics, files: answer.files };
    return { result: given(result), last };
  }

  async function run(endpoint, options = {}) {
    const params = { ...(await runParams(endpoint, options)), timeout: seconds(options.timeout) };
    const answer = await request("run", params, { signal: options.abortSignal });
    return { data: answer.data, requestId: answer.request_id ?? "" };
  }

  /** Whether a call to a webhook is fal's; `body` is the raw body, as text or bytes. */
  async function verifyWebhook(headers, body, { maxAge } = {}) {
    let text = body;
    if (typeof body !== "string") {
      try {
        text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
      } catch {
        return { valid: false, reason: "the body is not UTF-8" };
      }
    }
    const answer = await request("verify_webhook", { headers: webhookHeaders(headers), body: text, max_age: maxAge });
    const { request_id: requestId, ...rest } = answer;
    return given({ ...rest, requestId });
  }

  const requests = async ({ status, endpoint, limit, before } = {}) =>
    (await request("requests", { status, endpoint, limit, before })).requests;

  const queue = {
    submit: async (endpoint, options = {}) =>
      request("submit", await submitParams(endpoint, options), { signal: options.abortSignal }),
    status: (endpoint, { requestId, logs = false, abortSignal }) =>
      request("status", { endpoint, request_id: requestId, logs }, { signal: abortSignal }),
    async result(endpoint, { requestId, abortSignal }) {
      const answer = await request("result", { endpoint, request_id: requestId }, { signal: abortSignal });
      return { data: answer.data, requestId: answer.request_id };
    },
    async cancel(endpoint, { requestId, abortSignal }) {
      await request("cancel", { endpoint, request_id: requestId }, { signal: abortSignal });
    },
    /** The last status, as fal's; and the output with it, since it is there. */
    async subscribeToStatus(endpoint, options) {
      const { result, last } = await wait({ endpoint, request_id: options.requestId }, options);
      return { ...last, ...result };
    },
  };

  return {
    /** credentials, proxyUrl, backend, bin, args, env. What runs is left; the next call starts one that knows. */
    config(changes) {
      config = { ...config, ...changes };
      bridge?.close();
      bridge = undefined;
    },
    queue,
    storage: { upload, transformInput },
    run,
    subscribe: async (endpoint, options = {}) => (await wait(await submitParams(endpoint, options), options)).result,
    requests,
    verifyWebhook,
    download: async (url, to, { overwrite = false } = {}) => (await request("download", { url, to, overwrite })).files,
    validate: (endpoint, input) => request("validate", { endpoint, input }),
    models: async (query) => (await request("models", { query })).models,
    schema: (endpoint) => request("schema", { endpoint }),
    /** Any call of the bridge's. */
    request,
    close() {
      bridge?.close();
      bridge = undefined;
    },
  };
}
