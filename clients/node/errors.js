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
    this.body = data.detail ? { detail: data.detail } : data;
    this.data = data;
  }
}

/** The input breaks the model's schema; found before anything was sent, or by the model. */
export class ValidationError extends ApiError {
  constructor(error) {
    super(error);
    this.name = "ValidationError";
  }

  /** Each wrong field: {loc, msg, type, ctx?}. */
  get fieldErrors() {
    return this.data.detail ?? [];
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

export function fromAnswer(error) {
  const kind = error.data?.kind;
  return kind === "invalid_params" || kind === "rejected" ? new ValidationError(error) : new ApiError(error);
}
