/** Where a request is: what tells its states apart, and a stream of them. */

export const isQueueStatus = (object) => Boolean(object?.status && (object.response_url || object.request_id));

export const isCompletedQueueStatus = (object) => isQueueStatus(object) && object.status === "COMPLETED";

/** The parts of an endpoint's id: {owner, alias, path?, namespace?}. */
export function parseEndpointId(id) {
  const old = /^([0-9]+)-([a-zA-Z0-9-]+)$/.exec(id);
  const parts = old ? [old[1], old[2]] : id.split("/");
  if (parts.length < 2) throw new Error(`Invalid app id: ${id}. Must be in the format <appOwner>/<appId>`);
  const namespace = ["workflows", "comfy"].includes(parts[0]) ? parts.shift() : undefined;
  const [owner, alias, ...path] = parts;
  return { owner, alias, path: path.join("/") || undefined, ...(namespace && { namespace }) };
}

/** The states of a request as they come: to `for await`, to listeners, and the last one to `done()`. */
export class StatusStream {
  #abort = new AbortController();
  #listeners = { data: [], done: [], error: [] };
  #waiting = [];
  #wake = () => {};
  #isOver = false;
  #done;

  /** `start(signal, push)` calls `push` with each state, and resolves when there are no more. */
  constructor(requestId, signal, start) {
    this.requestId = requestId;
    let last;
    if (signal?.aborted) this.abort(signal.reason);
    signal?.addEventListener("abort", () => this.abort(signal.reason), { once: true });
    const push = (status) => {
      last = status;
      this.#waiting.push(status);
      this.#wake();
      this.#emit("data", status);
    };
    // An abort ends the stream, and is no error.
    const ended = (error) => {
      if (!this.signal.aborted) throw error;
    };
    this.#done = start(this.signal, push)
      .catch(ended)
      .then(() => last ?? {});
    this.#done
      .then((status) => this.#emit("done", status))
      .catch((error) => this.#emit("error", error))
      .finally(() => {
        this.#isOver = true;
        this.#wake();
      });
  }

  get signal() {
    return this.#abort.signal;
  }

  on(type, listener) {
    this.#listeners[type]?.push(listener);
  }

  /** Ends the stream; the request goes on. */
  abort(reason) {
    this.#abort.abort(reason);
  }

  done() {
    return this.#done;
  }

  async *[Symbol.asyncIterator]() {
    for (;;) {
      if (this.#waiting.length > 0) yield this.#waiting.shift();
      else if (this.#isOver) break;
      else await new Promise((resolve) => (this.#wake = resolve));
    }
    await this.#done;
  }

  #emit(type, event) {
    for (const listener of this.#listeners[type]) listener(event);
  }
}
