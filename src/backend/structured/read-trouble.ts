/** What went wrong with a request, from the error that a vendor's client threw. Both clients share one design of errors. */
import { AttuneError } from '../../base/errors.ts';
import { redact } from '../redact.ts';
import { readRetryAfter } from './retry-after.ts';
import type { Trouble, TroubleCause } from './server.ts';

type ErrorClass = abstract new (...parameters: never[]) => Error;

/** The classes of the client that was used. */
export type ClientErrors = {
  APIError: ErrorClass;
  APIConnectionError: ErrorClass;
  APIConnectionTimeoutError: ErrorClass;
};

export type TroubleContext = {
  errors: ClientErrors;
  url: string;
  apiKey: string;
  timedOut: boolean;
  now: number;
};

/** What an API error of either client holds, as far as it is of use here. */
type HttpError = {
  status?: number;
  code?: unknown;
  type?: unknown;
  headers?: { get: (name: string) => string | null };
};

/** Codes of a limit that no waiting lifts. */
const quotaCodes = ['insufficient_quota', 'billing_hard_limit_reached', 'billing_error'];
/** Hosts that were never reached cannot have billed anything. */
const neverReached = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];
/** Found out before anything of the request is sent, and the same at every try. */
const noTrust =
  /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_|ERR_SSL_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/;

/**
 * Throws AttuneError 'backend' for what no other try can mend: a wrong key, an unknown model, a used-up quota, a
 * certificate that is not trusted.
 */
export function readTrouble(cause: unknown, context: TroubleContext): Trouble {
  const { errors, timedOut, now } = context;
  if (timedOut || cause instanceof errors.APIConnectionTimeoutError)
    return trouble('timeout', 'no answer in time', { mayBeBilled: true });
  const said = redact(cause instanceof Error ? cause.message : String(cause), context.apiKey);
  if (cause instanceof errors.APIConnectionError) {
    const code = systemCode(cause);
    if (noTrust.test(code ?? '')) throw untrusted(context.url, code!);
    return trouble('connection', code ?? said, { mayBeBilled: !neverReached.includes(code ?? '') });
  }
  const { status, code, type, headers } = cause as HttpError;
  // The body broke off (undici's "terminated"), or is no JSON.
  if (!(cause instanceof errors.APIError) || status === undefined)
    return trouble('connection', `the response broke off: ${said}`, { mayBeBilled: true });
  const retryAfterMs = readRetryAfter(headers, now);
  const after = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (status === 429 && !quotaCodes.includes(String(code)) && !quotaCodes.includes(String(type)))
    return trouble('rate limit', said, { ...after, mayBeBilled: false });
  // A gateway that gave up says nothing of the model behind it.
  if (status === 408 || status === 502 || status === 504)
    return trouble('server error', said, { ...after, mayBeBilled: true });
  if (status === 409 || status === 425 || status >= 500)
    return trouble('server error', said, { ...after, mayBeBilled: false });
  if (status === 400 || status === 413 || status === 422)
    return { ...trouble('refused request', said, { mayBeBilled: false }), retry: false };
  if (status >= 300 && status < 400)
    throw elsewhere(status, redact(headers?.get('location') ?? '', context.apiKey), context.url);
  throw hopeless(status, said, context.url);
}

function trouble(
  cause: TroubleCause,
  message: string,
  details: Pick<Trouble, 'mayBeBilled' | 'retryAfterMs'>,
): Trouble {
  return { cause, message, retry: true, ...details };
}

/** ECONNRESET and the like, from wherever in the chain of causes it stands. */
function systemCode(error: unknown): string | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code === 'string') return code;
  }
  return undefined;
}

const untrusted = (url: string, code: string): AttuneError =>
  new AttuneError('backend', `${url} cannot be reached safely: TLS failed with ${code}`, {
    fix: 'Check the URL (a server without TLS starts with http://). For a certificate authority of your own, put the path of its certificate into NODE_EXTRA_CA_CERTS.',
  });

const elsewhere = (status: number, location: string, url: string): AttuneError =>
  new AttuneError(
    'backend',
    `${url} points to another address (${status}): ${location || 'which one it does not say'}`,
    { fix: 'Put the address that answers into url; nothing is sent on to another one.' },
  );

// Without `cause`: an error of the client holds the whole request.
function hopeless(status: number, said: string, url: string): AttuneError {
  const fixes: Record<number, string> = {
    401: 'Check the API key.',
    402: 'Check the account: the server wants to be paid first.',
    403: 'Check the API key and its rights.',
    404: 'Check the model name and the URL.',
    429: "The account's quota is used up: raise it. What was answered is kept; the same command goes on.",
  };
  return new AttuneError('backend', `${url} refused the request: ${said}`, {
    fix: fixes[status] ?? 'Check the settings of this server.',
  });
}
