/** Any server with OpenAI's /v1/embeddings as an embedder: vLLM, TEI, llama-server, a vendor. */
import { AttuneError } from '../base/errors.ts';
import { type Embedder, normaliseRow } from '../data/embeddings/embedder.ts';
import { throwIfInterrupted } from '../base/interrupt.ts';
import { openAiClient } from './openai-client.ts';
import { serverError } from './openai.ts';

export type EmbeddingServer = {
  /** Up to and including /v1. */
  baseUrl: string;
  model: string;
  /** Name of the environment variable that holds the key; servers without keys need none. */
  apiKeyVariable?: string | undefined;
};

/** Texts in one request: below the limits of the servers known (TEI has 32 unless told otherwise). */
const textsPerRequest = 32;
const timeoutMs = 120_000;
/** Tries after the first one, for connection failures and answers 408, 409, 429 and 5xx. */
const retries = 5;

/**
 * Asks for one vector, to learn their length. Throws AttuneError 'config' when the key's variable is not set and
 * 'backend' when the server cannot be asked or answers something else.
 */
export async function openEmbeddingServer(
  { baseUrl, model, apiKeyVariable }: EmbeddingServer,
  signal: AbortSignal,
): Promise<Embedder> {
  const client = await openAiClient({ baseUrl, apiKeyVariable, timeoutMs, retries });
  const ask = async (texts: readonly string[], stop: AbortSignal): Promise<number[][]> => {
    try {
      const { data } = await client.embeddings.create(
        // Servers refuse an empty text; a space has no words either.
        { model, input: texts.map((text) => text || ' '), encoding_format: 'float' },
        { signal: stop },
      );
      const vectors = [...data].sort((a, b) => a.index - b.index).map(({ embedding }) => embedding);
      return checkVectors(vectors, texts.length, baseUrl);
    } catch (cause) {
      throwIfInterrupted(stop);
      throw await serverError(cause, client);
    }
  };
  const [first] = await ask(['a'], signal);
  const dimensions = first!.length;
  return {
    name: `${model} at ${baseUrl}`,
    dimensions,
    embed: async (texts, stop) => {
      const rows = new Float32Array(texts.length * dimensions);
      for (let at = 0; at < texts.length; at += textsPerRequest) {
        const vectors = await ask(texts.slice(at, at + textsPerRequest), stop);
        vectors.forEach((vector, i) => {
          if (vector.length !== dimensions)
            throw wrongAnswer(baseUrl, `vectors of ${dimensions} and ${vector.length} values`);
          const start = (at + i) * dimensions;
          rows.set(vector, start);
          normaliseRow(rows, start, dimensions);
        });
      }
      return rows;
    },
    close: async () => {},
  };
}

function checkVectors(vectors: number[][], count: number, url: string): number[][] {
  if (vectors.length !== count) throw wrongAnswer(url, `${vectors.length} vectors for ${count} texts`);
  const isVector = (vector: unknown): boolean =>
    Array.isArray(vector) && vector.length > 0 && vector.every((value) => Number.isFinite(value));
  if (!vectors.every(isVector)) throw wrongAnswer(url, 'something else than lists of numbers');
  return vectors;
}

function wrongAnswer(url: string, what: string): AttuneError {
  return new AttuneError('backend', `${url} answered /embeddings with ${what}`, {
    fix: 'Check that the model is one for embeddings.',
  });
}
