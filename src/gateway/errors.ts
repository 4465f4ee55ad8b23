/** Errors in the shape every OpenAI client reads. */
import { AttuneError } from '../base/errors.ts';

export type ApiErrorBody = {
  error: { message: string; type: string; param: string | null; code: string | null };
};

export class ApiError extends Error {
  readonly status: number;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;

  constructor(
    status: number,
    message: string,
    details: { type?: string; param?: string; code?: string } = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.type = details.type ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
    this.param = details.param ?? null;
    this.code = details.code ?? null;
  }

  get body(): ApiErrorBody {
    const { message, type, param, code } = this;
    return { error: { message, type, param, code } };
  }
}

/** Any failure as an ApiError. What is not meant for users becomes a plain 500: its message may hold anything. */
export function toApiError(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  if (cause instanceof AttuneError) return fromAttuneError(cause);
  const { statusCode, message } = cause as { statusCode?: number; message?: string };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new ApiError(statusCode, message ?? 'The request cannot be read.');
  return new ApiError(500, 'The server failed while answering this request.');
}

function fromAttuneError({ code, message, fix }: AttuneError): ApiError {
  const text = fix ? `${message} ${fix}` : message;
  // The chat template refuses some orders of roles, and a conversation may be longer than the context.
  if (code === 'model') return new ApiError(400, text, { param: 'messages' });
  if (code === 'backend' && /tokens; the model holds/.test(message))
    return new ApiError(400, text, { param: 'messages', code: 'context_length_exceeded' });
  return new ApiError(code === 'backend' ? 502 : 500, text);
}
