export { createFalClient } from "./client.js";
export { ApiError, BridgeProcessError, ValidationError } from "./errors.js";
import { createFalClient } from "./client.js";

/** The client that most programs use. Its process starts at the first call and ends with node. */
export const fal = createFalClient();
