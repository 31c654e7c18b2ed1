/** Files and bytes in an input: found, uploaded, and replaced by their URLs. */
import { randomUUID } from "node:crypto";
import { ReadStream, createReadStream, createWriteStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { stagingFolder } from "./staging.js";

/** Bytes beyond this go by way of a file and not through the pipe. */
const MAX_INLINE = 256 * 1024;
/** Stands for a file while an input is checked. */
const NOT_YET = "https://fal.run/not-uploaded-yet";

const tag = (value) => Object.prototype.toString.call(value).slice(8, -1);
/** Other packages' Blobs, too. */
const isBlob = (value) => value instanceof Blob || (["Blob", "File"].includes(tag(value)) && "stream" in value);
const isBytes = (value) => ArrayBuffer.isView(value) || ["ArrayBuffer", "SharedArrayBuffer"].includes(tag(value));
const isFileURL = (value) => value instanceof URL && value.protocol === "file:";
const isFileHandle = (value) => typeof value?.createReadStream === "function";
const isStream = (value) => value instanceof Readable || tag(value) === "ReadableStream";

/** Whether a stream is of a whole file, of which nothing was read: then the file itself can be uploaded. */
const isUntouched = (value) =>
  value instanceof ReadStream && typeof value.path === "string" && value.bytesRead === 0 && !value.start &&
  value.end === Infinity && value.flags === "r" && !value.readableFlowing;

/** Whether a member of an input is to be uploaded. */
export function isBinary(value) {
  if (value === null || typeof value !== "object") return false;
  return isBlob(value) || isBytes(value) || isFileURL(value) || isFileHandle(value) || isStream(value);
}

/** A copy in which each binary value's place is noted in `found`, as [container, key, value], and filled. */
function replacing(value, found) {
  const isList = Array.isArray(value);
  const isPlain = value && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype;
  if (!isList && !isPlain) return value;
  const copy = isList ? [...value] : { ...value };
  for (const [key, item] of Object.entries(copy)) {
    if (isBinary(item)) found.push([copy, key, item]);
    copy[key] = isBinary(item) ? NOT_YET : replacing(item, found);
  }
  return copy;
}

/**
 * The input with a URL in place of each binary value. `check(input)` is asked first whether the rest is right, so that
 * a wrong one costs nothing; without it nothing is checked.
 */
export async function uploaded(input, request, check) {
  if (isBinary(input)) return upload(input, {}, request);
  const found = [];
  const given = replacing(input, found);
  if (found.length === 0) return input;
  // The call itself says what is wrong.
  if (check && !(await check(given))) return given;
  const outcomes = await Promise.allSettled(found.map(([, , value]) => upload(value, {}, request)));
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === "rejected") throw outcome.reason;
    const [container, key] = found[index];
    container[key] = outcome.value;
  }
  return given;
}

/** The URL of one value, or of the file at a path. `options` are params of the call `upload`. */
export async function upload(value, options, request) {
  if (typeof value === "string" || isFileURL(value)) return uploadPath(value, options, request);
  if (isBlob(value)) {
    const about = { file_name: value.name || undefined, content_type: value.type || undefined };
    options = { ...about, ...options };
    if (value.size > MAX_INLINE) return uploadStream(value.stream(), options, request);
    return uploadBytes(Buffer.from(await value.arrayBuffer()), options, request);
  }
  if (isBytes(value)) {
    const isView = ArrayBuffer.isView(value);
    const bytes = isView ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : Buffer.from(value);
    return bytes.length > MAX_INLINE ? uploadStream([bytes], options, request) : uploadBytes(bytes, options, request);
  }
  if (isFileHandle(value)) {
    return uploadStream(value.createReadStream({ autoClose: false, start: 0 }), options, request);
  }
  if (isUntouched(value)) {
    value.destroy();
    return uploadPath(value.path, options, request);
  }
  if (!isStream(value)) throw new TypeError("an upload is a Blob, bytes, a stream, a file: URL or a path");
  const name = typeof value.path === "string" ? basename(value.path) : undefined;
  return uploadStream(value, { file_name: name, ...options }, request);
}

const uploadBytes = async (bytes, options, request) =>
  (await request("upload", { ...options, data: bytes.toString("base64") })).url;

async function uploadPath(path, options, request) {
  const absolute = path instanceof URL || path.startsWith("file:") ? fileURLToPath(path) : resolve(path);
  // As fs has it, an error with its code where it cannot be read.
  await (await open(absolute)).close();
  try {
    return (await request("upload", { ...options, path: absolute })).url;
  } catch (error) {
    // The roots bound the paths that stand in an input as text. This is the program's own word: what it may read it
    // may upload.
    if (error.kind !== "outside_roots") throw error;
    return uploadStream(createReadStream(absolute), { file_name: basename(absolute), ...options }, request);
  }
}

/** By way of a file in the private folder. Its ending is that of its name, else of its type: the bridge goes by it. */
async function uploadStream(stream, options, request) {
  const subtype = /^[^/]+\/([a-z0-9]+)/i.exec(options.content_type ?? "")?.[1];
  const ending = extname(options.file_name ?? "") || (subtype ? `.${subtype}` : "");
  const path = join(stagingFolder(), `upload-${randomUUID()}${ending}`);
  try {
    const source = tag(stream) === "ReadableStream" ? Readable.fromWeb(stream) : stream;
    await pipeline(source, createWriteStream(path, { flags: "wx", mode: 0o600 }));
    return (await request("upload", { ...options, path })).url;
  } finally {
    await rm(path, { force: true });
  }
}
