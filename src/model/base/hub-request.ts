/** Requests to a hub: retried when the trouble may pass, refused with what to do about it when it will not. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AttuneError } from '../../base/errors.ts';
import { hubIdText } from './hub-id.ts';
import type { HubId } from './hub-id.ts';
import type { HubSettings } from './hub-settings.ts';

export type HubAccess = {
  id: HubId;
  settings: HubSettings;
  signal: AbortSignal;
  fetch: typeof fetch;
  /** Wait before the first retry; doubled for each further one. */
  retryDelayMs: number;
};

const maxAttempts = 5;
const maxWaitMs = 60_000;

/** Trouble that may pass: the connection, or a hub that is overloaded. */
export class PassingTroubleError extends Error {
  readonly waitMs: number;

  constructor(message: string, waitMs = 0) {
    super(message);
    this.waitMs = waitMs;
  }
}

/**
 * Runs `attempt` until it succeeds, at most five times in a row without a gain in `progress` (bytes).
 * Throws AttuneError 'environment' when the hub stays out of reach, 'interrupted' when the signal aborts.
 */
export async function retrying<T>(
  access: HubAccess,
  attempt: () => Promise<T>,
  progress: () => number = () => 0,
): Promise<T> {
  let failures = 0;
  let reached = progress();
  for (;;) {
    if (access.signal.aborted) throw stopped(access);
    try {
      return await attempt();
    } catch (cause) {
      if (access.signal.aborted) throw stopped(access);
      if (!mayPass(cause)) throw cause;
      failures = progress() > reached ? 1 : failures + 1;
      reached = progress();
      if (failures === maxAttempts) throw outOfReach(access, cause);
      const asked = cause instanceof PassingTroubleError ? cause.waitMs : 0;
      const waitMs = Math.min(Math.max(access.retryDelayMs * 2 ** (failures - 1), asked), maxWaitMs);
      await sleep(waitMs, undefined, { signal: access.signal }).catch(() => {});
    }
  }
}

/**
 * One request, without retries. Answers outside 200-299 become PassingTroubleError or AttuneError 'model'. A redirect to
 * another origin loses the Authorization header on the way: the fetch standard says so, and a test holds it.
 */
export async function send(
  access: HubAccess,
  url: string | URL | Request,
  init: RequestInit = {},
): Promise<Response> {
  const response = await access.fetch(url, { ...init, signal: access.signal });
  if (response.ok) return response;
  await response.body?.cancel();
  const { status } = response;
  if (status >= 500 || status === 429 || status === 408) {
    const seconds = Number(response.headers.get('retry-after') ?? 0);
    throw new PassingTroubleError(`status ${status}`, Number.isFinite(seconds) ? seconds * 1000 : 0);
  }
  throw refused(access, status, response.headers.get('x-error-code') ?? '');
}

/** Undici reports what happens to a connection as a TypeError with the system's error as its cause. */
const mayPass = (cause: unknown): boolean =>
  cause instanceof PassingTroubleError || (cause instanceof TypeError && cause.cause instanceof Error);

function refused({ id, settings }: HubAccess, status: number, errorCode: string): AttuneError {
  const name = hubIdText(id);
  const page = `${settings.endpoint}/${id.repository}`;
  const gated = status === 403 || errorCode === 'GatedRepo';
  if (gated && settings.token !== undefined)
    return new AttuneError(
      'model',
      `the hub does not let the account of HF_TOKEN read ${name} (status ${status})`,
      {
        fix: `Accept the model's licence at ${page} with that account, and give the token the right to read gated repositories.`,
      },
    );
  if (gated)
    return new AttuneError(
      'model',
      `${name} is given only to accounts that accepted its licence (status ${status})`,
      {
        fix: `Accept it at ${page}, then set HF_TOKEN to an access token of that account.`,
      },
    );
  if (status === 401)
    return settings.token === undefined
      ? new AttuneError('model', `${name} does not exist on the hub, or needs a login (status 401)`, {
          fix: `Check the name at ${page}. If it is private or gated, set HF_TOKEN to an access token that may read it.`,
        })
      : new AttuneError('model', `the hub does not accept HF_TOKEN for ${name} (status 401)`, {
          fix: `Check the name at ${page}, and that the token is still valid and may read the model.`,
        });
  if (status === 404 && errorCode === 'RevisionNotFound')
    return new AttuneError('model', `${id.repository} has no revision ${id.revision} (status 404)`, {
      fix: `Choose a branch, tag or commit that ${page} has.`,
    });
  if (status === 404)
    return new AttuneError('model', `there is no ${name} on the hub (status 404)`, {
      fix: `Check the name at ${page}. A folder is named by a path to it, such as ./${id.repository}.`,
    });
  return new AttuneError('model', `the hub refused ${name} (status ${status})`, { fix: `Look at ${page}.` });
}

function outOfReach({ id, settings }: HubAccess, cause: unknown): AttuneError {
  const inner = (cause as Error).cause;
  const { code, message } = (inner instanceof Error ? inner : cause) as NodeJS.ErrnoException;
  return new AttuneError(
    'environment',
    `${hubIdText(id)} cannot be fetched: ${settings.endpoint} gave ${maxAttempts} failures in a row, the last: ${message || code}`,
    {
      fix: 'Check the connection and run the same command again: what was fetched is kept. A folder on this machine needs none.',
      cause,
    },
  );
}

const stopped = ({ id }: HubAccess): AttuneError =>
  new AttuneError('interrupted', `stopped while fetching ${hubIdText(id)}`, {
    fix: 'Run the same command again: it goes on where it stopped.',
  });
