/** fal's client API, each call one of the bridge's. */
import { ApiError, UnsupportedError, alreadyCompleted } from "./errors.js";
import { upload, uploaded } from "./inputs.js";
import { lease, release } from "./shared.js";
import { StatusStream } from "./status.js";
import { verifyWebhook } from "./webhooks.js";

/** As fal's client, where no time is no limit. */
const seconds = (milliseconds) => (milliseconds ? milliseconds / 1000 : undefined);
/** Not below the bridge's least, where fal's client takes any. */
const interval = (milliseconds) => (milliseconds === undefined ? undefined : Math.max(milliseconds / 1000, 0.05));

/** Without the members that are undefined, which would be unknown parameters' nulls. */
const given = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** The bridge's `expires_in` and `acl` from fal's settings. */
const lifecycleParams = (settings = {}) => ({ expires_in: settings.expiresIn, acl: settings.initialAcl });

/** What the bridge does by itself, so that another's way of doing it cannot be put in. */
const UNSUPPORTED_CONFIG = ["requestMiddleware", "responseHandler", "fetch"];

/** A share in a process that nobody holds any more is given up. */
const forgotten = new FinalizationRegistry(release);

/** The proxy, unless it is meant for browsers: a path alone can mean nothing here. */
function proxyURL(proxy) {
  if (typeof proxy === "string") return /^https?:/.test(proxy) ? proxy : undefined;
  const when = typeof proxy?.when === "function" ? proxy.when({ isBrowser: false }) : proxy?.when !== "browser";
  return when ? proxy?.url : undefined;
}

function bridgeSettings(config) {
  const env = { ...config.env };
  const key = typeof config.credentials === "function" ? config.credentials() : config.credentials;
  const proxy = proxyURL(config.proxyUrl);
  if (key) env.FAL_KEY = key;
  if (proxy) env.FAL_PROXY_URL = proxy;
  if (config.backend) env.FAL_BRIDGE_BACKEND = config.backend;
  return { bin: config.bin, args: config.args, env };
}

export function createFalClient(settings = {}) {
  // What the functions below share; when none of them is held any more, neither is this.
  const share = { config: {}, bridge: undefined };

  /** Gives the share in the process up; the next call takes a new one. */
  function close() {
    if (!share.bridge) return;
    forgotten.unregister(share);
    release(share.bridge);
    share.bridge = undefined;
  }

  /** credentials, proxyUrl, backend, bin, args, env. What runs is left; the next call starts one that knows. */
  function config(changes) {
    const unsupported = UNSUPPORTED_CONFIG.find((name) => changes[name] !== undefined);
    if (unsupported) throw new UnsupportedError(`config.${unsupported}`);
    share.config = { ...share.config, ...changes };
    close();
  }
  config(settings);

  async function request(method, params = {}, options = {}) {
    if (!share.bridge) {
      share.bridge = lease(bridgeSettings(share.config));
      forgotten.register(share, share.bridge, share);
    }
    return (await share.bridge.running()).call(method, given(params), options);
  }

  async function uploadFile(file, { fileName, contentType, lifecycle, expiresIn, acl } = {}) {
    const own = { ...lifecycleParams(lifecycle ?? { expiresIn, initialAcl: acl }) };
    return upload(file, given({ file_name: fileName, content_type: contentType, ...own }), request);
  }

  /** Whether an input that holds files is right as far as can be told; without a schema it is. */
  async function isValid(endpoint, input, signal) {
    try {
      return (await request("validate", { endpoint, input }, { signal })).valid;
    } catch (error) {
      if (error.kind !== "not_found") throw error;
      return true;
    }
  }

  /** What run and submit share. */
  async function runParams(endpoint, options) {
    if ((options.method ?? "post").toLowerCase() !== "post") throw new UnsupportedError(`method: "${options.method}"`);
    const signal = options.abortSignal;
    const check = options.validate === false ? undefined : (input) => isValid(endpoint, input, signal);
    const call = (method, params) => request(method, params, { signal });
    return {
      endpoint,
      input: await uploaded(options.input ?? {}, call, check),
      hint: options.hint,
      start_timeout: options.startTimeout,
      headers: options.headers,
      ...lifecycleParams(options.storageSettings),
      auto_upload: options.autoUpload,
      validate: options.validate,
    };
  }

  const submitParams = async (endpoint, options) => ({
    ...(await runParams(endpoint, options)),
    webhook_url: options.webhookUrl,
    priority: options.priority,
    max_queue_length: options.maxQueueLength,
  });

  /** `subscribe`, by its params; each state goes to `onUpdate` with the log lines that are new. */
  const subscribed = (params, options, onUpdate) =>
    request(
      "subscribe",
      {
        ...params,
        logs: options.logs,
        mode: options.mode,
        poll_interval: interval(options.pollInterval),
        timeout: seconds(options.timeout),
        on_cancel: options.onCancel,
        download_to: options.downloadTo,
      },
      {
        signal: options.abortSignal,
        onNotification(method, { subscription, endpoint, ...status }) {
          if (method === "queue/update") onUpdate(status);
        },
      },
    );

  /** As fal's client, whose states hold the whole log. */
  function updates(options) {
    let isKnown = false;
    let logs = [];
    return (status) => {
      if (!isKnown) options.onEnqueue?.(status.request_id);
      isKnown = true;
      if (status.status !== "IN_QUEUE") status.logs = logs = [...logs, ...(status.logs ?? [])];
      options.onQueueUpdate?.(status);
    };
  }

  const result = (answer) =>
    given({ data: answer.data, requestId: answer.request_id, metrics: answer.metrics, files: answer.files });

  async function run(endpoint, options = {}) {
    const params = { ...(await runParams(endpoint, options)), timeout: seconds(options.timeout) };
    const answer = await request("run", params, { signal: options.abortSignal });
    return { data: answer.data, requestId: answer.request_id ?? "" };
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
      const answer = await request("cancel", { endpoint, request_id: requestId }, { signal: abortSignal });
      if (answer.outcome === "ALREADY_COMPLETED") throw alreadyCompleted(endpoint, requestId);
    },
    /** The last status, as fal's; and the output with it, where there is one. */
    async subscribeToStatus(endpoint, options) {
      let last;
      const tell = updates(options);
      try {
        const answer = await subscribed({ endpoint, request_id: options.requestId }, options, (status) => {
          last = status;
          tell(status);
        });
        return { ...last, ...result(answer) };
      } catch (error) {
        // That the run failed is for `result` to tell.
        if (error instanceof ApiError && last?.status === "COMPLETED") return last;
        throw error;
      }
    },
    async streamStatus(endpoint, { requestId, logs, abortSignal }) {
      return new StatusStream(requestId, abortSignal, async (signal, push) => {
        let isCompleted = false;
        const options = { logs, abortSignal: signal, onCancel: "detach" };
        try {
          await subscribed({ endpoint, request_id: requestId }, options, (status) => {
            isCompleted = status.status === "COMPLETED";
            push(status);
          });
        } catch (error) {
          if (!isCompleted) throw error;
        }
      });
    },
  };

  const stream = async () => {
    throw new UnsupportedError("stream");
  };

  return {
    config,
    queue,
    storage: { upload: uploadFile, transformInput: (input) => uploaded(input, request) },
    run,
    subscribe: async (endpoint, options = {}) =>
      result(await subscribed(await submitParams(endpoint, options), options, updates(options))),
    stream,
    streaming: { stream },
    realtime: {
      connect() {
        throw new UnsupportedError("realtime");
      },
    },
    requests: async ({ status, endpoint, limit, before } = {}) =>
      (await request("requests", { status, endpoint, limit, before })).requests,
    verifyWebhook: (headers, body, options) => verifyWebhook(request, headers, body, options),
    download: async (url, to, { overwrite = false } = {}) => (await request("download", { url, to, overwrite })).files,
    validate: (endpoint, input) => request("validate", { endpoint, input }),
    models: async (query) => (await request("models", { query })).models,
    schema: (endpoint) => request("schema", { endpoint }),
    /** Any call of the bridge's. */
    request,
    close,
  };
}
