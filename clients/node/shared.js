/** The processes of this program: one for all clients that have the same settings. */
import { delimiter } from "node:path";
import { BridgeProcess } from "./process.js";
import { stagingFolder } from "./staging.js";

/** A process that is started at the first call, again when it has died, and ended with its last client. */
class Bridge {
  clients = 0;
  #settings;
  #process;

  constructor(settings) {
    this.#settings = settings;
  }

  /** The running process. */
  async running() {
    if (!this.#process?.isAlive) {
      const { args = [], ...settings } = this.#settings;
      this.#process = new BridgeProcess({ ...settings, args: [...args, ...this.#roots()] });
    }
    const process = this.#process;
    await process.ready;
    return process;
  }

  close() {
    this.#process?.close();
    this.#process = undefined;
  }

  /** Flags for the private folder beside the roots that would be used without it. */
  #roots() {
    const { args = [], env = {} } = this.#settings;
    let folder;
    try {
      folder = stagingFolder();
    } catch {
      return []; // Nowhere to write: whoever uploads many bytes will be told.
    }
    const isNamed = args.some((arg) => arg === "--root" || arg.startsWith("--root="));
    const roots = (env.FAL_BRIDGE_ROOTS || process.env.FAL_BRIDGE_ROOTS || process.cwd()).split(delimiter);
    return [...(isNamed ? [] : roots.filter(Boolean)), folder].flatMap((folder) => ["--root", folder]);
  }
}

const bridges = new Map();

/** The bridge of these settings, for one client more: {bin, args, env}. */
export function lease(settings) {
  const { bin, args = [], env = {} } = settings;
  const key = JSON.stringify([bin, args, Object.entries(env).sort()]);
  if (!bridges.has(key)) bridges.set(key, new Bridge(settings));
  const bridge = bridges.get(key);
  bridge.clients += 1;
  return bridge;
}

/** For one client less. After the last one the process ends. */
export function release(bridge) {
  bridge.clients -= 1;
  if (bridge.clients > 0) return;
  for (const [key, known] of bridges) if (known === bridge) bridges.delete(key);
  bridge.close();
}
