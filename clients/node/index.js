export { createFalClient } from "./client.js";
export {
  ApiError,
  BridgeNotFoundError,
  BridgeProcessError,
  UnsupportedError,
  ValidationError,
  isRetryableError,
} from "./errors.js";
export { isCompletedQueueStatus, isQueueStatus, parseEndpointId } from "./status.js";
import { createFalClient } from "./client.js";
import { UnsupportedError } from "./errors.js";

/** Names of fal's client's, for those who import them. */
export function withMiddleware() {
  throw new UnsupportedError("withMiddleware");
}

export function withProxy() {
  throw new UnsupportedError("withProxy; use config({ proxyUrl }) instead: it");
}

/** The client that most programs use. Its process starts at the first call and ends with node. */
export const fal = createFalClient();
