/** What can go wrong. Names are fal's client's where it has one for the same thing. */

/** An error answer of the bridge. `kind` is a word for programs. */
export class ApiError extends Error {
  constructor(error) {
    super(error.message);
    const data = error.data ?? {};
    this.name = "ApiError";
    this.code = error.code;
    this.kind = data.kind ?? "internal_error";
    this.retryable = Boolean(data.retryable);
    this.status = data.http_status ?? 0;
    this.requestId = data.request_id ?? "";
    this.errorType = data.error_type;
    // The bridge says "timeout" of a 504 only where it was the caller's own time that ran out.
    this.timeoutType = this.status === 504 && this.kind === "timeout" ? "user" : undefined;
    this.body = { detail: data.detail ?? error.message, ...(data.error_type && { error_type: data.error_type }) };
    this.data = data;
  }

  /** Whether the time was `startTimeout`'s. */
  get isUserTimeout() {
    return this.timeoutType === "user";
  }
}

/** The input breaks the model's schema; found before anything was sent (then `status` is 0), or by the model. */
export class ValidationError extends ApiError {
  constructor(error) {
    super(error);
    this.name = "ValidationError";
  }

  /** Each wrong field: {loc, msg, type, ctx?}. */
  get fieldErrors() {
    return this.data.detail ?? [{ loc: ["body"], msg: this.message, type: "value_error" }];
  }

  getFieldErrors(field) {
    return this.fieldErrors.filter((error) => error.loc[error.loc.length - 1] === field);
  }
}

/** The program ended while it was needed. */
export class BridgeProcessError extends Error {
  constructor(code, signal, stderr) {
    const last = stderr.trim().split("\n").pop() || "it said nothing";
    super(`fal-bridge ended with ${signal ?? code}: ${last}`);
    this.name = "BridgeProcessError";
    this.exitCode = code;
    this.signal = signal;
    this.stderr = stderr;
  }
}

/** The program fal-bridge is nowhere, or speaks another protocol. */
export class BridgeNotFoundError extends Error {
  constructor(message) {
    super(message);
    this.name = "BridgeNotFoundError";
  }
}

/** fal's client has this, and the bridge does not. */
export class UnsupportedError extends Error {
  constructor(what) {
    super(`${what} is not in fal-bridge; fal's own client has it`);
    this.name = "UnsupportedError";
  }
}

export function fromAnswer(error) {
  const kind = error.data?.kind;
  return kind === "invalid_params" || kind === "rejected" ? new ValidationError(error) : new ApiError(error);
}

/** A cancel that came too late, which is an error of fal's client's. */
export function alreadyCompleted(endpoint, requestId) {
  const data = { kind: "already_completed", request_id: requestId, endpoint, http_status: 400 };
  return new ApiError({ code: 1409, message: "ALREADY_COMPLETED", data });
}

/** Whether the same call may be made again, as the bridge says, or by the HTTP status. */
export function isRetryableError(error, statuses = []) {
  if (!(error instanceof ApiError) || error.isUserTimeout) return false;
  return error.retryable || statuses.includes(error.status);
}
