import type { EndpointTypeMap as BundledTypeMap } from "./models.js";
export * from "./models.js";

/**
 * The models that are known by their types: {"endpoint": {input, output}}. Further generated types add to it with
 * `declare module "fal-bridge" { interface EndpointTypeMap extends … {} }`.
 */
export interface EndpointTypeMap extends BundledTypeMap {}
export type EndpointType = keyof EndpointTypeMap | (string & {});
export type InputType<Id extends string> = Id extends keyof EndpointTypeMap
  ? EndpointTypeMap[Id] extends { input: infer Input }
    ? Input
    : Record<string, any>
  : Record<string, any>;
export type OutputType<Id extends string> = Id extends keyof EndpointTypeMap
  ? EndpointTypeMap[Id] extends { output: infer Output }
    ? Output
    : any
  : any;

export interface FalConfig {
  credentials?: string | (() => string | undefined);
  /** A proxy that holds the key; every call goes there, unless `when` says that it is for browsers. */
  proxyUrl?: string | { url: string; when?: "browser" | "always" | ((env: { isBrowser: boolean }) => boolean) };
  suppressLocalCredentialsWarning?: boolean;
  /** fal's client's; the bridge has its own. */
  retry?: unknown;
  backend?: "auto" | "fal" | "local";
  /** The program fal-bridge; else FAL_BRIDGE_BIN, beside the package, PATH. */
  bin?: string;
  args?: string[];
  env?: Record<string, string>;
}

export interface RequestLog {
  timestamp: string;
  level: string;
  message: string;
  source?: string;
}

export type Metrics = { inference_time?: number | null } & Record<string, unknown>;

interface BaseQueueStatus {
  request_id: string;
  /** The URLs are there after a submit. */
  response_url?: string;
  status_url?: string;
  cancel_url?: string;
}

export interface InQueueQueueStatus extends BaseQueueStatus {
  status: "IN_QUEUE";
  queue_position?: number;
}

export interface InProgressQueueStatus extends BaseQueueStatus {
  status: "IN_PROGRESS";
  logs: RequestLog[];
}

export interface CompletedQueueStatus extends BaseQueueStatus {
  status: "COMPLETED";
  logs: RequestLog[];
  metrics?: Metrics;
  /** Why, where the run failed. */
  error?: string;
  error_type?: string;
}

export type QueueStatus = InQueueQueueStatus | InProgressQueueStatus | CompletedQueueStatus;
export type QueuePriority = "normal" | "low";

export interface ValidationErrorInfo {
  loc: (string | number)[];
  msg: string;
  type: string;
  ctx?: Record<string, unknown>;
}

export type ObjectExpiration = number | "never" | "immediate" | "1h" | "1d" | "7d" | "30d" | "1y";
export type StorageACLDecision = "allow" | "forbid" | "hide";

export interface StorageACLRule {
  user: string;
  decision: StorageACLDecision;
}

export interface StorageACL {
  default?: StorageACLDecision;
  rules?: StorageACLRule[];
}

/** How long a file is kept, and who may read it. */
export interface StorageSettings {
  /** Seconds, or one of the words. */
  expiresIn?: ObjectExpiration;
  initialAcl?: StorageACL;
}

export interface CommonOptions<Input = Record<string, any>> {
  /** Files and bytes anywhere in it are uploaded; so are the paths of local files, as text, where a file belongs. */
  input?: Input;
  /** POST alone. */
  method?: string;
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

export interface RunOptions<Input = Record<string, any>> extends CommonOptions<Input> {
  /** Milliseconds. */
  timeout?: number;
}

export interface SubmitOptions<Input = Record<string, any>> extends CommonOptions<Input> {
  webhookUrl?: string;
  priority?: QueuePriority;
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
  expiresIn?: ObjectExpiration;
  acl?: StorageACL;
}

/** What is uploaded where it stands in an input. */
export type Binary =
  | Blob
  | ArrayBuffer
  | ArrayBufferView
  | URL
  | ReadableStream
  | { pipe(...destination: any[]): any }
  | { createReadStream(...options: any[]): any };

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

/** fal's form of what it sends to a webhook. */
export type WebHookResponse<Payload = any> =
  | { status: "OK"; payload: Payload; error: never; request_id: string }
  | { status: "ERROR"; payload: Payload; error: string; request_id: string };

/** The states of a request as they come. */
export interface StatusStream extends AsyncIterable<QueueStatus> {
  readonly requestId: string;
  readonly signal: AbortSignal;
  on(type: "data" | "done", listener: (status: QueueStatus) => void): void;
  on(type: "error", listener: (error: Error) => void): void;
  /** Ends the stream; the request goes on. */
  abort(reason?: unknown): void;
  done(): Promise<QueueStatus>;
}

export interface QueueClient {
  submit<Id extends EndpointType>(
    endpoint: Id,
    options: SubmitOptions<InputType<Id>>,
  ): Promise<InQueueQueueStatus & { endpoint: string }>;
  status(endpoint: string, options: RequestOptions & { logs?: boolean }): Promise<QueueStatus>;
  result<Id extends EndpointType>(endpoint: Id, options: RequestOptions): Promise<Result<OutputType<Id>>>;
  cancel(endpoint: string, options: RequestOptions): Promise<void>;
  /** The last state, be the run a success or not; with the output, where there is one. */
  subscribeToStatus<Id extends EndpointType>(
    endpoint: Id,
    options: WaitOptions & { requestId: string },
  ): Promise<CompletedQueueStatus & Partial<Result<OutputType<Id>>>>;
  streamStatus(endpoint: string, options: RequestOptions & { logs?: boolean }): Promise<StatusStream>;
}

export interface StorageClient {
  /** A text is the path of a file. */
  upload(file: Binary | string, options?: UploadOptions): Promise<string>;
  transformInput(input: any): Promise<any>;
}

export interface FalClient {
  config(config: FalConfig): void;
  /** Without the queue, for quick models. */
  run<Id extends EndpointType>(endpoint: Id, options?: RunOptions<InputType<Id>>): Promise<Result<OutputType<Id>>>;
  subscribe<Id extends EndpointType>(
    endpoint: Id,
    options?: SubmitOptions<InputType<Id>> & WaitOptions,
  ): Promise<Result<OutputType<Id>>>;
  queue: QueueClient;
  storage: StorageClient;
  /** Not in fal-bridge: rejects with UnsupportedError. */
  stream(endpoint: string, options?: object): Promise<never>;
  /** Not in fal-bridge. */
  streaming: { stream(endpoint: string, options?: object): Promise<never> };
  /** Not in fal-bridge: throws UnsupportedError. */
  realtime: { connect(app: string, handler?: object): never };
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
  validate(endpoint: string, input: object): Promise<{ valid: boolean; errors: ValidationErrorInfo[]; input: object }>;
  models(query?: string): Promise<{ endpoint: string; title: string; description: string; related?: string[] }[]>;
  schema(endpoint: string): Promise<{ endpoint: string; input: object; output: object }>;
  request(
    method: string,
    params?: object,
    options?: { onNotification?: (method: string, params: any) => void; signal?: AbortSignal },
  ): Promise<any>;
  close(): void;
}

export class ApiError<Body = any> extends Error {
  code: number;
  /** A word for programs. */
  kind: string;
  retryable: boolean;
  /** Of HTTP; 0 where no answer of a server is behind it. */
  status: number;
  requestId: string;
  errorType?: string;
  timeoutType?: string;
  body: Body;
  data: any;
  get isUserTimeout(): boolean;
}

export class ValidationError extends ApiError<{ detail: ValidationErrorInfo[] }> {
  get fieldErrors(): ValidationErrorInfo[];
  getFieldErrors(field: string): ValidationErrorInfo[];
}

/** The program ended while it was needed. */
export class BridgeProcessError extends Error {
  exitCode: number | null;
  signal: string | null;
  stderr: string;
}

/** The program is nowhere, or speaks another protocol. */
export class BridgeNotFoundError extends Error {}

/** fal's client has this, and the bridge does not. */
export class UnsupportedError extends Error {}

export function isRetryableError(error: unknown, statuses?: number[]): boolean;
export function isQueueStatus(object: any): object is QueueStatus;
export function isCompletedQueueStatus(object: any): object is CompletedQueueStatus;
export function parseEndpointId(id: string): {
  owner: string;
  alias: string;
  path?: string;
  namespace?: "workflows" | "comfy";
};
/** Not in fal-bridge. */
export function withMiddleware(...middlewares: unknown[]): never;
/** Not in fal-bridge. */
export function withProxy(config: unknown): never;
export function createFalClient(config?: FalConfig): FalClient;
export const fal: FalClient;
