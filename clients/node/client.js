/** fal's client API, each call one of the bridge's. */
import { BridgeProcess } from "./process.js";

const seconds = (milliseconds) => (milliseconds === undefined ? undefined : milliseconds / 1000);

/** Without the members that are undefined, which would be unknown parameters' nulls. */
const given = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

export function createFalClient(settings = {}) {
  let config = { ...settings };
  let bridge;

  async function running() {
    if (!bridge?.isAlive) {
      const env = { ...config.env };
      if (config.credentials) env.FAL_KEY = typeof config.credentials === "function" ? config.credentials() : config.credentials;
      if (config.backend) env.FAL_BRIDGE_BACKEND = config.backend;
      bridge = new BridgeProcess({ bin: config.bin, args: config.args, env });
    }
    await bridge.ready;
    return bridge;
  }

  async function request(method, params = {}, options = {}) {
    return (await running()).call(method, given(params), options);
  }

  async function upload(file, { fileName, contentType, expiresIn, acl } = {}) {
    const more = { file_name: fileName, content_type: contentType, expires_in: expiresIn, acl };
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
      const entries = await Promise.all(Object.entries(value).map(async ([key, item]) => [key, await transformInput(item)]));
      return Object.fromEntries(entries);
    }
    return value;
  }

  const submitParams = async (endpoint, options) => ({
    endpoint,
    input: await transformInput(options.input ?? {}),
    webhook_url: options.webhookUrl,
    priority: options.priority,
    hint: options.hint,
    start_timeout: options.startTimeout,
    headers: options.headers,
    auto_upload: options.autoUpload,
    validate: options.validate,
  });

  async function wait(params, options) {
    let isKnown = false;
    let logs = [];
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
          options.onQueueUpdate?.(status);
        },
      },
    );
    return given({ data: answer.data, requestId: answer.request_id, metrics: answer.metrics, files: answer.files });
  }

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
    subscribeToStatus: (endpoint, options) => wait({ endpoint, request_id: options.requestId }, options),
  };

  return {
    /** credentials, backend, bin, args, env. A running process is left; the next call starts one that knows. */
    config(changes) {
      config = { ...config, ...changes };
      bridge?.close();
      bridge = undefined;
    },
    queue,
    storage: { upload, transformInput },
    subscribe: async (endpoint, options = {}) => wait(await submitParams(endpoint, options), options),
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
