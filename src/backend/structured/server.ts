import { isRecord } from '../../base/json.ts';
import { parseStrictJson } from '../../formats/strict-json.ts';
import { redact } from '../redact.ts';

/** One exchange with a server of language models, the same for every vendor: no retries, no cache, no spend limit. */
export type ChatMessage = { role: 'system' | 'user' | 'assistant'; content: string };

export type Exchange = {
  messages: readonly ChatMessage[];
  /** JSON schema of the answer; the server is held to it where it can be. */
  schema: Readonly<Record<string, unknown>>;
  /** Letters, digits, `_` and `-`, at most 64. */
  schemaName: string;
  maxTokens: number;
  temperature?: number;
  seed?: number;
};

export type TokenCounts = { input: number; output: number };

export type ServerAnswer = {
  text: string;
  /** Why the text ends: whole, at `maxTokens`, because the model refused, or because the vendor's filter stepped in. */
  finish: 'stop' | 'length' | 'refused' | 'filtered';
  /** As the server counts them; undefined where it says nothing or nonsense. */
  tokens: TokenCounts | undefined;
};

export type TroubleCause =
  | 'rate limit'
  | 'server error'
  | 'timeout'
  | 'connection'
  | 'no usable response'
  | 'refused request';

/** Why an exchange gave no answer. What another try cannot mend (a wrong key, an unknown model) is thrown instead. */
export type Trouble = {
  cause: TroubleCause;
  /** Without the API key, whatever the server sent. */
  message: string;
  /** False for a request that the server will refuse every time. */
  retry: boolean;
  retryAfterMs?: number;
  /** The model may have worked on it, so it may be on the bill although there is no answer. */
  mayBeBilled: boolean;
};

export type ModelServer = {
  /** `model at url`, for messages. */
  readonly name: string;
  /** Throws AttuneError 'backend' for what no other try can mend. When `signal` is aborted the exchange ends in some trouble. */
  readonly exchange: (request: Exchange, signal: AbortSignal) => Promise<ServerAnswer | Trouble>;
};

export const isTrouble = (outcome: ServerAnswer | Trouble): outcome is Trouble => 'cause' in outcome;

/** Counts that a server reported, or undefined for what cannot be a count. */
export function readTokens(input: unknown, output: unknown): TokenCounts | undefined {
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  return isCount(input) && isCount(output) ? { input, output } : undefined;
}

/** The text of an answer that comes in parts: those that are text, not the thoughts. */
export const joinTextParts = (parts: readonly unknown[]): string =>
  parts.map((part) => (isRecord(part) && part['type'] === 'text' ? String(part['text'] ?? '') : '')).join('');

/** A response as an object: the clients hand over a text where the content type is not that of JSON. */
export function readResponseBody(response: unknown): Record<string, unknown> | undefined {
  if (typeof response !== 'string') return isRecord(response) ? response : undefined;
  const { value } = parseStrictJson(response);
  return isRecord(value) ? value : undefined;
}

/** The trouble with a response of status 200 that holds no answer. `missing` says what it lacks. */
export function noUsableResponse(response: unknown, missing: string, apiKey: string): Trouble {
  const body = readResponseBody(response);
  const error = body?.['error'];
  const said = isRecord(error) ? error['message'] : error;
  const noJson = typeof response === 'string' && body === undefined;
  return {
    cause: 'no usable response',
    message:
      typeof said === 'string'
        ? `the server says: ${redact(said, apiKey)}`
        : noJson
          ? 'the response is no JSON: is the URL that of the API?'
          : `the response holds no ${missing}`,
    retry: true,
    mayBeBilled: true,
  };
}

/** What is put into the prompt where a server cannot be held to a schema. */
export const schemaInstruction = ({ schema }: Exchange): string =>
  `Reply with one JSON object and nothing else. It keeps to this JSON schema:\n${JSON.stringify(schema)}`;
