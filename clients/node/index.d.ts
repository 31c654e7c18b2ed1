export interface FalConfig {
  credentials?: string | (() => string);
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

export interface SubmitOptions {
  input?: Record<string, unknown>;
  webhookUrl?: string;
  priority?: "normal" | "low";
  hint?: string;
  /** Seconds. */
  startTimeout?: number;
  headers?: Record<string, string>;
  autoUpload?: boolean;
  validate?: boolean;
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

export interface FalClient {
  config(config: FalConfig): void;
  subscribe<Output = any>(endpoint: string, options?: SubmitOptions & WaitOptions): Promise<Result<Output>>;
  queue: {
    submit(endpoint: string, options?: SubmitOptions): Promise<QueueStatus & { endpoint: string }>;
    status(endpoint: string, options: { requestId: string; logs?: boolean; abortSignal?: AbortSignal }): Promise<QueueStatus>;
    result<Output = any>(endpoint: string, options: { requestId: string; abortSignal?: AbortSignal }): Promise<Result<Output>>;
    cancel(endpoint: string, options: { requestId: string; abortSignal?: AbortSignal }): Promise<void>;
    subscribeToStatus<Output = any>(endpoint: string, options: WaitOptions & { requestId: string }): Promise<Result<Output>>;
  };
  storage: {
    upload(file: Blob | string, options?: { fileName?: string; contentType?: string; expiresIn?: number | string; acl?: object }): Promise<string>;
    transformInput(input: unknown): Promise<unknown>;
  };
  download(url: string, to: string, options?: { overwrite?: boolean }): Promise<SavedFile[]>;
  validate(endpoint: string, input: object): Promise<{ valid: boolean; errors: FieldError[]; input: object }>;
  models(query?: string): Promise<{ endpoint: string; title: string; description: string; related?: string[] }[]>;
  schema(endpoint: string): Promise<{ endpoint: string; input: object; output: object }>;
  request(method: string, params?: object, options?: { onNotification?: (method: string, params: any) => void; signal?: AbortSignal }): Promise<any>;
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
