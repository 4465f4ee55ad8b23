/** The HTTP server in front of backends, in OpenAI's shapes: any OpenAI client is its client. */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AttuneError } from '../base/errors.ts';
import type { Backend, Reply } from '../backend/backend.ts';
import type { Message } from '../data/example.ts';
import { parseChatRequest, type ChatRequest } from './chat-request.ts';
import { chunkWriter, completionObject, type CompletionHead } from './chat-response.ts';
import { ApiError, toApiError } from './errors.ts';

export type GatewayOptions = {
  /** Backends by the model name clients ask for. The caller closes them. */
  models: ReadonlyMap<string, Backend>;
  /** Put in front of a conversation that brings none, so that the model sees what it was trained on. */
  systemPrompt?: string;
  host?: string;
  /** 0 takes any free port. */
  port?: number;
  /** When given, every request but /health must carry it as a bearer token. */
  apiKey?: string;
  /** Told of failures that clients see only as a 500. */
  onError?: (error: unknown, requestId: string) => void;
};

export type Gateway = {
  /** http://host:port, without /v1. */
  url: string;
  /** Takes no new requests, lets running ones end for `graceMs`, then stops them. */
  close: (graceMs?: number) => Promise<void>;
};

const bodyLimitBytes = 4 * 2 ** 20;
const defaultGraceMs = 10_000;

/** Starts listening. Throws AttuneError 'environment' when the address cannot be used. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { models, systemPrompt, host = '127.0.0.1', port = 8000, apiKey, onError = () => {} } = options;
  const { fastify } = await import('fastify');
  const app = fastify({
    bodyLimit: bodyLimitBytes,
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
  });
  const running = new Set<AbortController>();
  let closing = false;
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (apiKey !== undefined && request.url !== '/health') checkKey(request.headers.authorization, apiKey);
  });
  app.addHook('onResponse', async () => {
    // A connection that was busy when closing began would otherwise be kept alive, and closing would wait for it.
    if (closing) setImmediate(() => app.server.closeIdleConnections());
  });
  app.setErrorHandler((cause, request, reply) => {
    const error = toApiError(cause);
    if (error.status >= 500) onError(cause, request.id);
    return reply.status(error.status).send(error.body);
  });
  app.setNotFoundHandler((request, reply) => {
    const error = new ApiError(404, `There is no ${request.method} ${request.url.split('?')[0]} here.`, {
      code: 'unknown_url',
    });
    return reply.status(404).send(error.body);
  });
  const startedAt = Math.floor(Date.now() / 1000);
  addModelRoutes(app, models, startedAt);
  app.post('/v1/chat/completions', (request, reply) =>
    answerChat(request, reply, { models, systemPrompt, running, onError }),
  );
  const url = await listen(app, host, port);
  return {
    url,
    close: async (graceMs = defaultGraceMs) => {
      closing = true;
      const timer = setTimeout(() => running.forEach((controller) => controller.abort()), graceMs);
      await app.close();
      clearTimeout(timer);
    },
  };
}

/** Returns the URL. */
async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    throw new AttuneError(
      'environment',
      `The server cannot listen on ${host}:${port}: ${(cause as Error).message}`,
      {
        fix:
          (cause as NodeJS.ErrnoException).code === 'EADDRINUSE'
            ? 'Choose another port, or stop the program that uses this one.'
            : 'Choose another address or port.',
        cause,
      },
    );
  }
  const address = app.server.address() as AddressInfo;
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${shownHost}:${address.port}`;
}

function addModelRoutes(app: FastifyInstance, models: ReadonlyMap<string, Backend>, created: number): void {
  const modelObject = (id: string): object => ({ id, object: 'model', created, owned_by: 'attune' });
  app.get('/health', async () => ({ status: 'ok' }));
  app.get('/v1/models', async () => ({ object: 'list', data: [...models.keys()].map(modelObject) }));
  // A wildcard, because model names such as customer-support/7 hold a slash.
  app.get('/v1/models/*', async (request) => {
    const id = (request.params as { '*': string })['*'];
    findModel(models, id);
    return modelObject(id);
  });
}

function findModel(models: ReadonlyMap<string, Backend>, name: string): Backend {
  const backend = models.get(name);
  if (backend) return backend;
  throw new ApiError(
    404,
    `There is no model ${JSON.stringify(name)} here; there are: ${[...models.keys()].join(', ')}.`,
    {
      param: 'model',
      code: 'model_not_found',
    },
  );
}

/** Hashes first, because a comparison in constant time needs equal lengths. */
function checkKey(authorization: string | undefined, apiKey: string): void {
  const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  if (timingSafeEqual(digest(given), digest(apiKey))) return;
  throw new ApiError(401, 'The API key is missing or wrong. Send it as "Authorization: Bearer <key>".', {
    code: 'invalid_api_key',
  });
}

type ChatContext = {
  models: ReadonlyMap<string, Backend>;
  systemPrompt: string | undefined;
  running: Set<AbortController>;
  onError: (error: unknown, requestId: string) => void;
};

async function answerChat(
  request: FastifyRequest,
  reply: FastifyReply,
  context: ChatContext,
): Promise<unknown> {
  const chat = parseChatRequest(request.body);
  const backend = findModel(context.models, chat.model);
  const controller = new AbortController();
  // 'close' also comes after a complete answer, when there is nothing left to stop.
  reply.raw.once('close', () => controller.abort());
  context.running.add(controller);
  const head = {
    id: request.id.replaceAll('-', ''),
    created: Math.floor(Date.now() / 1000),
    model: chat.model,
  };
  try {
    const messages = withSystemPrompt(chat.generate.messages, context.systemPrompt);
    const pieces = backend.generate({ ...chat.generate, messages, signal: controller.signal });
    if (chat.stream) return await streamChat(reply, pieces, { chat, head, request, context });
    let next = await pieces.next();
    while (!next.done) next = await pieces.next();
    return completionObject(head, next.value);
  } finally {
    context.running.delete(controller);
  }
}

function withSystemPrompt(
  messages: readonly Message[],
  systemPrompt: string | undefined,
): readonly Message[] {
  if (!systemPrompt || messages.some(({ role }) => role === 'system')) return messages;
  return [{ role: 'system', content: systemPrompt }, ...messages];
}

type StreamContext = {
  chat: ChatRequest;
  head: CompletionHead;
  request: FastifyRequest;
  context: ChatContext;
};

async function streamChat(
  reply: FastifyReply,
  pieces: AsyncGenerator<string, Reply>,
  { chat, head, request, context }: StreamContext,
): Promise<FastifyReply> {
  // Until the first piece is there a failure can still be an error status.
  let next = await pieces.next();
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    connection: 'keep-alive',
    'x-accel-buffering': 'no',
    'x-request-id': request.id,
  });
  const send = async (event: object | string): Promise<void> => {
    const data = typeof event === 'string' ? event : JSON.stringify(event);
    if (raw.destroyed || raw.write(`data: ${data}\n\n`)) return;
    await Promise.race([once(raw, 'drain'), once(raw, 'close')]);
  };
  const chunks = chunkWriter(head, chat.includeUsage);
  try {
    await send(chunks.start());
    for (; !next.done; next = await pieces.next()) await send(chunks.text(next.value));
    for (const chunk of chunks.end(next.value)) await send(chunk);
  } catch (cause) {
    const error = toApiError(cause);
    if (error.status >= 500) context.onError(cause, request.id);
    await send(error.body);
  }
  await send('[DONE]');
  raw.end();
  return reply;
}
