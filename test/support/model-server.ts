/**
 * A server of language models on this machine, in OpenAI's and in Anthropic's shape, and the ways real ones misbehave.
 * What it answers is said request by request; it counts everything.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Shape = 'openai' | 'anthropic';

export type ModelRequest = {
  shape: Shape;
  /** System prompt and messages, joined: all that the model sees. */
  text: string;
  /** The last user message. */
  user: string;
  /** Name of the schema, for OpenAI's shape. */
  schemaName: string | undefined;
  body: Record<string, unknown>;
  /** The bytes as they came. */
  raw: string;
  key: string | undefined;
  headers: IncomingMessage['headers'];
  /** How many requests came before. */
  index: number;
};

type Usage = { input: number; output: number };

export type Behaviour =
  | { answer: unknown; usage?: Usage | null; delayMs?: number }
  | { text: string; finish?: 'stop' | 'length' | 'filtered'; usage?: Usage | null; delayMs?: number }
  | { refusal: string }
  | { status: number; headers?: Record<string, string>; error?: Record<string, unknown> | string }
  /** 200 with a body that is not what the API says. */
  | { body: string; contentType?: string }
  /** Whatever a test writes itself. */
  | { write: (response: ServerResponse) => void }
  /** Never answers; or sends half a body and then nothing. */
  | { hang: 'at once' | 'within the body' }
  /** Closes the connection before the headers, or in the middle of the body. */
  | { cut: 'at once' | 'within the body' };

export type ModelServer = {
  /** For OpenAI's clients. */
  openaiUrl: string;
  /** For Anthropic's client. */
  anthropicUrl: string;
  /** Every request so far. */
  requests: ModelRequest[];
  /** Requests that were answered with a whole 200: what a vendor puts on the bill. */
  billed: { request: ModelRequest; usage: Usage }[];
  /** Most requests that were under way at once. */
  mostAtOnce: number;
  close: () => Promise<void>;
};

/** About four bytes a token, as English text has. */
export const tokensOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4);

/** Starts a server that does with each request what `respond` says. Close it when done. */
export async function startModelServer(
  respond: (request: ModelRequest) => Behaviour | Promise<Behaviour>,
): Promise<ModelServer> {
  let underWay = 0;
  const server = createServer((request, response) => {
    void handle(request, response).catch(() => response.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const model: ModelServer = {
    openaiUrl: `${origin}/v1`,
    anthropicUrl: origin,
    requests: [],
    billed: [],
    mostAtOnce: 0,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming, model.requests.length);
    model.requests.push(request);
    model.mostAtOnce = Math.max(model.mostAtOnce, ++underWay);
    // "finish" comes before the client can have read the answer and asked again, "close" also when it was cut off.
    const ended = (): void => {
      response.off('finish', ended).off('close', ended);
      underWay -= 1;
    };
    response.on('finish', ended).on('close', ended);
    await behave(await respond(request), request, response, model);
  };
  return model;
}

async function readRequest(incoming: IncomingMessage, index: number): Promise<ModelRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks).toString('utf8');
  const body = JSON.parse(raw) as Record<string, unknown>;
  const shape: Shape = incoming.url!.startsWith('/v1/messages') ? 'anthropic' : 'openai';
  const messages = body['messages'] as { role: string; content: string }[];
  const format = body['response_format'] as { json_schema?: { name: string } } | undefined;
  const authorization = incoming.headers['authorization']?.replace(/^Bearer /, '');
  return {
    shape,
    text: [body['system'] ?? '', ...messages.map(({ content }) => content)].join('\n'),
    user: messages.findLast(({ role }) => role === 'user')?.content ?? '',
    schemaName: format?.json_schema?.name,
    body,
    raw,
    key: authorization ?? (incoming.headers['x-api-key'] as string | undefined),
    headers: incoming.headers,
    index,
  };
}

async function behave(
  behaviour: Behaviour,
  request: ModelRequest,
  response: ServerResponse,
  model: ModelServer,
): Promise<void> {
  if ('delayMs' in behaviour && behaviour.delayMs)
    await new Promise((done) => setTimeout(done, behaviour.delayMs));
  if ('status' in behaviour) {
    const { status, headers = {}, error = { message: `status ${status}` } } = behaviour;
    const body = typeof error === 'string' ? error : JSON.stringify(errorBody(request.shape, error));
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    return;
  }
  if ('hang' in behaviour && behaviour.hang === 'at once') return;
  if ('cut' in behaviour && behaviour.cut === 'at once') return void response.destroy();
  if ('write' in behaviour) return behaviour.write(response);
  if ('body' in behaviour) {
    const { body, contentType = 'application/json' } = behaviour;
    return void response.writeHead(200, { 'content-type': contentType }).end(body);
  }
  const { body, usage } = answerBody(behaviour, request);
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
  if ('hang' in behaviour || 'cut' in behaviour) {
    const half = bytes.subarray(0, bytes.length >> 1);
    // The pause lets the client see the first bytes before it sees the connection go.
    response.write(half, () => void ('cut' in behaviour && setTimeout(() => response.destroy(), 10)));
    return;
  }
  model.billed.push({ request, usage });
  response.end(bytes);
}

function errorBody(shape: Shape, error: Record<string, unknown>): unknown {
  return shape === 'openai' ? { error } : { type: 'error', error: { type: 'api_error', ...error } };
}

type Completion = { text: string; finish: 'stop' | 'length' | 'filtered' | 'refused'; usage: Usage | null };

function completionOf(behaviour: Behaviour, request: ModelRequest): Completion {
  const text =
    'answer' in behaviour
      ? JSON.stringify(behaviour.answer)
      : 'text' in behaviour
        ? behaviour.text
        : 'refusal' in behaviour
          ? behaviour.refusal
          : '{"some": "answer", "that": "is not seen to its end"}';
  const usage =
    'usage' in behaviour && behaviour.usage !== undefined
      ? behaviour.usage
      : { input: tokensOf(request.text), output: tokensOf(text) };
  if ('refusal' in behaviour) return { text, finish: 'refused', usage };
  return { text, finish: ('finish' in behaviour && behaviour.finish) || 'stop', usage };
}

function answerBody(behaviour: Behaviour, request: ModelRequest): { body: unknown; usage: Usage } {
  const { text, finish, usage } = completionOf(behaviour, request);
  const counted = usage ?? { input: 0, output: 0 };
  if (request.shape === 'anthropic') {
    const reasons = { stop: 'end_turn', length: 'max_tokens', filtered: 'end_turn', refused: 'refusal' };
    const body = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: request.body['model'],
      content: [{ type: 'text', text }],
      stop_reason: reasons[finish],
      stop_sequence: null,
      ...(usage && { usage: { input_tokens: usage.input, output_tokens: usage.output } }),
    };
    return { body, usage: counted };
  }
  const reasons = { stop: 'stop', length: 'length', filtered: 'content_filter', refused: 'stop' };
  const message =
    finish === 'refused'
      ? { role: 'assistant', content: null, refusal: text }
      : { role: 'assistant', content: text, refusal: null };
  const body = {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: request.body['model'],
    choices: [{ index: 0, message, finish_reason: reasons[finish], logprobs: null }],
    ...(usage && {
      usage: {
        prompt_tokens: usage.input,
        completion_tokens: usage.output,
        total_tokens: usage.input + usage.output,
      },
    }),
  };
  return { body, usage: counted };
}
