import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { testEmbedder } from '../../test/support/embedder-contract.ts';
import { hashWords } from '../text/hashed-words.ts';
import { openEmbeddingServer } from './embeddings.ts';
import { openOpenAiBackend } from './openai.ts';

type Handler = (
  body: { model: string; input: string[] },
  response: ServerResponse,
  request: IncomingMessage,
) => void;

const servers: { close: () => void }[] = [];
after(() => servers.forEach((server) => server.close()));

async function serve(handle: Handler): Promise<string> {
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    handle(JSON.parse(text) as { model: string; input: string[] }, response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

const send = (response: ServerResponse, status: number, body: unknown, headers: object = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

/** Counts of hashed words, not scaled, and in reverse order: the index says which is which. */
const vectorsOf = (input: readonly string[]): unknown => ({
  data: input
    .map((text, index) => {
      const embedding: number[] = Array(64).fill(0);
      const { stems, lengths } = hashWords(text);
      stems.forEach((stem, i) => lengths[i]! > 3 && (embedding[(stem >>> 0) % 64]! += 3));
      return { index, embedding };
    })
    .reverse(),
});

const { signal } = new AbortController();

testEmbedder('a server', async () => {
  const baseUrl = await serve(({ input }, response) => send(response, 200, vectorsOf(input)));
  return openEmbeddingServer({ baseUrl, model: 'm' }, signal);
});

test('texts go in requests of 32, none empty, and a busy server is asked again', async () => {
  const sizes: number[] = [];
  let refusals = 0;
  const baseUrl = await serve(({ input, model }, response, request) => {
    assert.equal(model, 'm');
    assert.equal(request.headers.authorization, 'Bearer none');
    assert.ok(input.every((text) => text !== ''));
    if (refusals++ === 1)
      return send(response, 429, { error: { message: 'slow down' } }, { 'retry-after-ms': '5' });
    sizes.push(input.length);
    send(response, 200, vectorsOf(input));
  });
  const embedder = await openEmbeddingServer({ baseUrl, model: 'm' }, signal);
  const rows = await embedder.embed(
    Array.from({ length: 70 }, (_, i) => (i % 7 === 0 ? '' : 'parcel')),
    signal,
  );
  assert.equal(rows.length, 70 * 64);
  assert.deepEqual(sizes, [1, 32, 32, 6]);
});

test('what is no list of vectors is refused with the reason', async () => {
  const answers: [unknown, RegExp][] = [
    [{ data: [] }, /0 vectors for 1 texts/],
    [{ data: [{ index: 0, embedding: ['a'] }] }, /something else than lists of numbers/],
    [{ data: [{ index: 0, embedding: [] }] }, /something else than lists of numbers/],
  ];
  for (const [answer, message] of answers) {
    const baseUrl = await serve((_, response) => send(response, 200, answer));
    await assert.rejects(openEmbeddingServer({ baseUrl, model: 'm' }, signal), { code: 'backend', message });
  }
  const baseUrl = await serve((_, response) => send(response, 401, { error: { message: 'no' } }));
  await assert.rejects(openEmbeddingServer({ baseUrl, model: 'm' }, signal), {
    code: 'backend',
    fix: 'Check the API key.',
  });
});

test('the key may stand in the variable that most keys stand in', async () => {
  process.env['OPENAI_API_KEY'] = 'sk-of-this-test';
  try {
    const keys: (string | undefined)[] = [];
    const baseUrl = await serve(({ input }, response, request) => {
      keys.push(request.headers.authorization);
      send(response, 200, vectorsOf(input));
    });
    await openEmbeddingServer({ baseUrl, model: 'm', apiKeyVariable: 'OPENAI_API_KEY' }, signal);
    await openOpenAiBackend({ baseUrl, model: 'm', apiKeyVariable: 'OPENAI_API_KEY' });
    assert.deepEqual(keys, ['Bearer sk-of-this-test']);
  } finally {
    delete process.env['OPENAI_API_KEY'];
  }
});
