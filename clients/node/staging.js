/**
 * A private folder that this process and its bridges share, for bytes that are too many for a message.
 *
 * The folder's name says whose it is. It is removed at the exit; what a killed process left, the next one removes.
 */
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync } from "node:fs";
import { readlinkSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PREFIX = "fal-bridge-files-";
let folder;

/** The folder, made at the first call. */
export function stagingFolder() {
  if (!folder) {
    sweep();
    folder = realpathSync(mkdtempSync(join(tmpdir(), `${mark()}${process.pid}-`)));
    process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  } else if (!existsSync(folder)) {
    // Somebody tidied up. Fails if somebody else took the name.
    mkdirSync(folder, 0o700);
  }
  return folder;
}

/** Containers that share a /tmp number their processes alike, so their namespace is in the name. */
function mark() {
  let namespace = "0";
  try {
    namespace = readlinkSync("/proc/self/ns/pid").replace(/\D/g, "");
  } catch {}
  return `${PREFIX}${namespace}-`;
}

function sweep() {
  for (const name of readdirSync(tmpdir()).filter((name) => name.startsWith(mark()))) {
    const left = join(tmpdir(), name);
    const pid = Number(name.slice(mark().length).split("-")[0]);
    try {
      const isOurs = lstatSync(left).uid === process.getuid?.();
      if (isOurs && pid > 0 && !isRunning(pid)) rmSync(left, { recursive: true, force: true });
    } catch {}
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== "ESRCH";
  }
}
