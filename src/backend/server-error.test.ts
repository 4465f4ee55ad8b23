import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { AttuneError } from '../base/errors.ts';
import { openEmbeddingServer } from './embeddings.ts';
import { openOpenAiBackend } from './openai.ts';

const secret = 'sk-"server-error"-0123456789';
const apiKeyVariable = 'ATTUNE_SERVER_ERROR_KEY';
process.env[apiKeyVariable] = secret;
const servers: Server[] = [];
after(() => {
  delete process.env[apiKeyVariable];
  for (const server of servers) server.close().closeAllConnections();
});

type Behaviour = { status: number; body?: object; location?: string };

/** A server that says the same to everything; counts what it is asked. */
async function startServer({
  status,
  body = {},
  location,
}: Behaviour): Promise<{ url: string; asked: number }> {
  const result = { url: '', asked: 0 };
  const server = createServer((_, response) => {
    result.asked += 1;
    response.writeHead(status, { 'content-type': 'application/json', ...(location && { location }) });
    response.end(JSON.stringify(body));
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  result.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return result;
}

/** What a backend and an embedder say of a server that does this. */
async function errorsOf(behaviour: Behaviour): Promise<AttuneError[]> {
  const server = await startServer(behaviour);
  const options = { baseUrl: server.url, model: 'm', apiKeyVariable, retries: 0 };
  const backend = await openOpenAiBackend(options);
  const generate = async (): Promise<unknown> =>
    backend.generate({ messages: [{ role: 'user', content: 'Hello' }], maxTokens: 9 }).next();
  const embed = (): Promise<unknown> => openEmbeddingServer(options, new AbortController().signal);
  const errors: AttuneError[] = [];
  for (const ask of [generate, embed])
    await assert.rejects(ask(), (error) => error instanceof AttuneError && errors.push(error) > 0);
  return errors;
}

test('an error that repeats the key is told without it, with all that hangs on it', async () => {
  for (const body of [{ error: { message: `Bad key ${secret}` } }, { sent: { authorization: secret } }])
    for (const found of await errorsOf({ status: 401, body })) {
      assert.match(found.message, 'error' in body ? /\[API key\]/ : /refused/);
      const all = inspect(found, { depth: 9, showHidden: true });
      assert.ok(!all.includes('server-error') || !all.includes('0123456789'), all);
    }
});

test('nothing is sent on to another address', async () => {
  const other = await startServer({ status: 200 });
  for (const found of await errorsOf({ status: 307, location: other.url }))
    assert.match(`${found.message} ${found.fix}`, /points to another address \(307\).*into url/);
  assert.equal(other.asked, 0);
});
