/** One fal-bridge process and the conversation with it. */
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { BridgeNotFoundError, BridgeProcessError, fromAnswer } from "./errors.js";

const PROTOCOL_VERSION = 1;
const KEPT_STDERR = 64 * 1024;
const CANCELLED = -32800;

/** The path of the program: the setting, FAL_BRIDGE_BIN, beside this package, PATH. */
export function find(bin) {
  const beside = fileURLToPath(new URL("./bin/fal-bridge", import.meta.url));
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  for (const name of bin ? [bin] : [process.env.FAL_BRIDGE_BIN, beside, "fal-bridge"]) {
    if (!name) continue;
    for (const path of name.includes(sep) ? [name] : folders.map((folder) => join(folder, name))) {
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {}
    }
  }
  throw new BridgeNotFoundError(
    `fal-bridge was not found: looked at the setting bin (${bin}), FAL_BRIDGE_BIN, ${beside} and PATH`,
  );
}

export class BridgeProcess {
  #child;
  #pending = new Map();
  #nextId = 1;
  #stderr = "";
  #chunks = [];
  #size = 0;
  #expected = -1;

  constructor({ bin, args = [], env = {} } = {}) {
    this.isAlive = true;
    // In a session of its own, so that Ctrl-C reaches node alone, which may then abort what it waits for.
    this.#child = spawn(find(bin), args, { stdio: "pipe", env: { ...process.env, ...env }, detached: true });
    this.#child.stdout.on("data", (chunk) => this.#read(chunk));
    const showsLog = Boolean(env.FAL_BRIDGE_LOG ?? process.env.FAL_BRIDGE_LOG);
    this.#child.stderr.on("data", (chunk) => {
      this.#stderr = (this.#stderr + chunk).slice(-KEPT_STDERR);
      if (showsLog) process.stderr.write(chunk);
    });
    this.#child.stdin.on("error", () => {}); // The end of the process, which "close" tells with its reason.
    this.#child.on("error", (error) => this.#end(new BridgeProcessError(null, null, String(error))));
    this.#child.on("close", (code, signal) => this.#end(new BridgeProcessError(code, signal, this.#stderr)));
    this.#hold(false);
    const client = { name: "fal-bridge-node", version: "0.1.0" };
    this.ready = this.call("initialize", { process_id: process.pid, client }).then((server) => {
      if (server.protocol_version === PROTOCOL_VERSION) return server;
      this.close();
      throw new BridgeNotFoundError(`fal-bridge speaks protocol ${server.protocol_version}, not ${PROTOCOL_VERSION}`);
    });
    this.ready.catch(() => {});
  }

  get pid() {
    return this.#child.pid;
  }

  /**
   * Makes a call. `onNotification(method, params)` gets what belongs to it, and what it throws ends the call; `signal`
   * cancels it.
   */
  call(method, params = {}, { onNotification, signal } = {}) {
    if (!this.isAlive) return Promise.reject(new BridgeProcessError(null, null, this.#stderr));
    if (signal?.aborted) return Promise.reject(signal.reason);
    const id = this.#nextId++;
    const body = frame({ jsonrpc: "2.0", id, method, params });
    return new Promise((resolve, reject) => {
      let thrown;
      const cancelling = frame({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id } });
      const cancel = () => this.#child.stdin.write(cancelling);
      signal?.addEventListener("abort", cancel, { once: true });
      const done = (settle) => (value) => {
        signal?.removeEventListener("abort", cancel);
        if (thrown) reject(thrown.error);
        else settle(value);
      };
      this.#pending.set(id, {
        resolve: done(resolve),
        reject: done((error) => reject(signal?.aborted && error.code === CANCELLED ? signal.reason : error)),
        notify(...about) {
          if (thrown) return;
          try {
            onNotification?.(...about);
          } catch (error) {
            thrown = { error };
            cancel();
          }
        },
      });
      this.#hold(true);
      this.#child.stdin.write(body);
    });
  }

  /** Ends the process by ending its input. */
  close() {
    this.isAlive = false;
    this.#child.stdin.end();
  }

  /** The child keeps node alive while something is awaited of it, and not longer. */
  #hold(on) {
    const verb = on ? "ref" : "unref";
    for (const handle of [this.#child, this.#child.stdin, this.#child.stdout, this.#child.stderr]) handle[verb]?.();
  }

  #read(chunk) {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    for (;;) {
      if (this.#expected < 0) {
        this.#join();
        const end = this.#size ? this.#chunks[0].indexOf("\r\n\r\n") : -1;
        if (end < 0) return;
        const header = this.#chunks[0].subarray(0, end).toString("latin1");
        this.#expected = Number(/content-length: *(\d+)/i.exec(header)?.[1] ?? 0);
        this.#drop(end + 4);
      }
      // Joined once when it is whole, so that a large message costs one copy and not one a chunk.
      if (this.#size < this.#expected) return;
      this.#join();
      const text = this.#expected ? this.#chunks[0].toString("utf8", 0, this.#expected) : "{}";
      this.#drop(this.#expected);
      this.#expected = -1;
      try {
        this.#take(JSON.parse(text));
      } catch {
        // No JSON: whatever this is, it is not to be talked to.
        this.#child.kill("SIGKILL");
        return;
      }
    }
  }

  #join() {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
  }

  #drop(count) {
    this.#size -= count;
    this.#chunks = this.#size ? [this.#chunks[0].subarray(count)] : [];
  }

  #take(message) {
    if (message.method) {
      this.#pending.get(message.params?.subscription ?? message.params?.call)?.notify(message.method, message.params);
      return;
    }
    const call = this.#pending.get(message.id);
    if (!call) return;
    this.#pending.delete(message.id);
    if (this.#pending.size === 0) this.#hold(false);
    if (message.error) call.reject(fromAnswer(message.error));
    else call.resolve(message.result);
  }

  #end(error) {
    this.isAlive = false;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of pending) call.reject(error);
  }
}

function frame(message) {
  const body = Buffer.from(JSON.stringify(message));
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
}
