export interface FalConfig {
  credentials?: string | (() => string | undefined);
  /** A proxy that holds the key; every call goes there. */
  proxyUrl?: string | { url: string; when?: unknown };
  backend?: "auto" | "fal" | "local";
  /** The program fal-bridge; else FAL_BRIDGE_BIN, beside the package, PATH. */
  bin?: string;
  args?: string[];
  env?: Record<string, string>;
}

export interface LogLine {
  timestamp: string;
  level: string;
  message: string;
  source?: string;
}

export interface QueueStatus {
  request_id: string;
  status: "IN_QUEUE" | "IN_PROGRESS" | "COMPLETED";
  queue_position?: number;
  logs?: LogLine[];
  metrics?: Record<string, unknown>;
  error?: string;
  error_type?: string;
}

export interface FieldError {
  loc: (string | number)[];
  msg: string;
  type: string;
  ctx?: Record<string, unknown>;
}

/** How long a file is kept, and who may read it. */
export interface StorageSettings {
  /** Seconds, or one of the words. */
  expiresIn?: number | "never" | "immediate" | "1h" | "1d" | "7d" | "30d" | "1y";
  initialAcl?: {
    default?: "allow" | "forbid" | "hide";
    rules?: { user: string; decision: "allow" | "forbid" | "hide" }[];
  };
}

export interface CommonOptions {
  input?: Record<string, unknown>;
  hint?: string;
  /** Seconds. */
  startTimeout?: number;
  headers?: Record<string, string>;
  /** For the files that the model makes. */
  storageSettings?: StorageSettings;
  autoUpload?: boolean;
  validate?: boolean;
  abortSignal?: AbortSignal;
}

export interface RunOptions extends CommonOptions {
  /** Milliseconds. */
  timeout?: number;
}

export interface SubmitOptions extends CommonOptions {
  webhookUrl?: string;
  priority?: "normal" | "low";
  maxQueueLength?: number;
}

export interface RequestOptions {
  requestId: string;
  abortSignal?: AbortSignal;
}

export interface WaitOptions {
  logs?: boolean;
  mode?: "auto" | "polling" | "streaming";
  /** Milliseconds. */
  pollInterval?: number;
  /** Milliseconds. */
  timeout?: number;
  onCancel?: "cancel" | "detach";
  downloadTo?: string;
  onEnqueue?: (requestId: string) => void;
  onQueueUpdate?: (status: QueueStatus) => void;
  abortSignal?: AbortSignal;
}

export interface UploadOptions {
  fileName?: string;
  contentType?: string;
  lifecycle?: StorageSettings;
  expiresIn?: StorageSettings["expiresIn"];
  acl?: StorageSettings["initialAcl"];
}

export interface SavedFile {
  path: string;
  url?: string;
  content_type?: string;
  file_size?: number;
}

export interface Result<Output = any> {
  data: Output;
  requestId: string;
  metrics?: Record<string, unknown>;
  files?: SavedFile[];
}

/** A request that was submitted from this machine. */
export interface RequestEntry {
  /** Null where the answer to the submit was lost. */
  request_id: string | null;
  endpoint: string;
  backend: "fal" | "local" | "proxy";
  status: "IN_QUEUE" | "IN_PROGRESS" | "COMPLETED" | "UNKNOWN";
  created_at: string;
  updated_at: string;
  error?: string;
}

export interface WebhookVerdict<Payload = any> {
  valid: boolean;
  reason?: string;
  requestId?: string;
  status?: string;
  payload?: Payload;
}

export interface FalClient {
  config(config: FalConfig): void;
  /** Without the queue, for quick models. */
  run<Output = any>(endpoint: string, options?: RunOptions): Promise<Result<Output>>;
  subscribe<Output = any>(endpoint: string, options?: SubmitOptions & WaitOptions): Promise<Result<Output>>;
  queue: {
    submit(endpoint: string, options?: SubmitOptions): Promise<QueueStatus & { endpoint: string }>;
    status(endpoint: string, options: RequestOptions & { logs?: boolean }): Promise<QueueStatus>;
    result<Output = any>(endpoint: string, options: RequestOptions): Promise<Result<Output>>;
    cancel(endpoint: string, options: RequestOptions): Promise<void>;
    subscribeToStatus<Output = any>(
      endpoint: string,
      options: WaitOptions & { requestId: string },
    ): Promise<QueueStatus & Result<Output>>;
  };
  storage: {
    upload(file: Blob | string, options?: UploadOptions): Promise<string>;
    transformInput(input: unknown): Promise<unknown>;
  };
  /** Newest first; `before` is the `created_at` of the last one seen. */
  requests(options?: {
    status?: RequestEntry["status"];
    endpoint?: string;
    limit?: number;
    before?: string;
  }): Promise<RequestEntry[]>;
  /** Whether a call to a webhook is fal's. `body` is the raw body; `maxAge` is in seconds. */
  verifyWebhook<Payload = any>(
    headers: Headers | Record<string, string | string[] | undefined>,
    body: string | Uint8Array,
    options?: { maxAge?: number },
  ): Promise<WebhookVerdict<Payload>>;
  download(url: string, to: string, options?: { overwrite?: boolean }): Promise<SavedFile[]>;
  validate(endpoint: string, input: object): Promise<{ valid: boolean; errors: FieldError[]; input: object }>;
  models(query?: string): Promise<{ endpoint: string; title: string; description: string; related?: string[] }[]>;
  schema(endpoint: string): Promise<{ endpoint: string; input: object; output: object }>;
  request(
    method: string,
    params?: object,
    options?: { onNotification?: (method: string, params: any) => void; signal?: AbortSignal },
  ): Promise<any>;
  close(): void;
}

export class ApiError extends Error {
  code: number;
  kind: string;
  retryable: boolean;
  status: number;
  requestId: string;
  errorType?: string;
  body: any;
  data: any;
}

export class ValidationError extends ApiError {
  get fieldErrors(): FieldError[];
  getFieldErrors(field: string): FieldError[];
}

export class BridgeProcessError extends Error {
  exitCode: number | null;
  signal: string | null;
  stderr: string;
}

export function createFalClient(config?: FalConfig): FalClient;
export const fal: FalClient;
