import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { request } from 'node:http';
import { PassThrough } from 'node:stream';
import { after, before, beforeEach, describe, it } from 'node:test';
import { OpenAI } from 'openai';
import { AttuneError } from '../base/errors.ts';
import type { Backend, GenerateRequest, Reply } from '../backend/backend.ts';
import { chat } from './terminal-chat.ts';
import { startGateway, type Gateway } from './server.ts';

let lastRequest: GenerateRequest | undefined;
let ended: Reply['finishReason'][] = [];
/** Told of each answer that has begun without end, and of each that has ended. */
const told = new EventEmitter();

/** Answers with the words of the last message; special first words make it call a tool, fail or never end. */
const echo: Backend = {
  name: 'echo',
  async *generate(request) {
    lastRequest = request;
    const words = request.messages.at(-1)!.content.split(/(?<= )/);
    const reply: Reply = {
      content: '',
      toolCalls: [],
      finishReason: 'stop',
      promptTokens: 5,
      completionTokens: 0,
    };
    if (words[0] === 'fail ') throw new Error('secret detail');
    if (words[0] === 'refuse ')
      throw new AttuneError('backend', 'The conversation has 9 tokens; the model holds 8.');
    if (words[0] === 'call ')
      return { ...reply, toolCalls: [{ name: 'find', arguments: { id: 7 } }], finishReason: 'tool_calls' };
    try {
      for (const word of words) {
        if (request.signal?.aborted) return { ...reply, finishReason: (reply.finishReason = 'abort') };
        reply.content += word;
        reply.completionTokens++;
        yield word;
        if (words.at(-1) === 'late') throw new AttuneError('backend', 'The model stopped answering.');
      }
      if (words[0] === 'forever ') told.emit('forever');
      while (words[0] === 'forever ' && !request.signal?.aborted) {
        await new Promise(setImmediate);
        yield '.';
      }
      return request.signal?.aborted ? { ...reply, finishReason: (reply.finishReason = 'abort') } : reply;
    } finally {
      ended.push(reply.finishReason);
      told.emit('ended');
    }
  },
  close: async () => {},
};

let gateway: Gateway;
let client: OpenAI;
const errors: unknown[] = [];
before(async () => {
  const models = new Map([['support/1', echo]]);
  gateway = await startGateway({ models, port: 0, apiKey: 'secret', onError: (error) => errors.push(error) });
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'secret', maxRetries: 0 });
});
beforeEach(() => {
  ended = [];
});
after(() => gateway.close());

const ask = (content: string): { model: string; messages: OpenAI.ChatCompletionMessageParam[] } => ({
  model: 'support/1',
  messages: [{ role: 'user', content }],
});
const post = async (
  body: unknown,
  path = '/v1/chat/completions',
): Promise<{ status: number; headers: Headers; json: { error: Record<string, string | null> } }> => {
  const headers = { 'content-type': 'application/json', authorization: 'Bearer secret' };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(gateway.url + path, { method: 'POST', headers, body: text });
  return {
    status: response.status,
    headers: response.headers,
    json: (await response.json()) as { error: Record<string, string | null> },
  };
};

describe('chat completions with the official client', () => {
  it('answers whole', async () => {
    const { data, response } = await client.chat.completions.create(ask('hello there')).withResponse();
    const [choice] = data.choices;
    deepEqual(choice, {
      index: 0,
      message: { role: 'assistant', content: 'hello there', refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    });
    deepEqual(data.usage, { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 });
    equal(data.object, 'chat.completion');
    ok(response.headers.get('x-request-id'));
  });

  it('streams, with usage when asked', async () => {
    const stream = await client.chat.completions.create({
      ...ask('a b c'),
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    equal(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join(''), 'a b c');
    equal(chunks[0]!.choices[0]!.delta.role, 'assistant');
    equal(chunks.at(-2)!.choices[0]!.finish_reason, 'stop');
    deepEqual(chunks.at(-1)!.choices, []);
    equal(chunks.at(-1)!.usage?.total_tokens, 8);
    ok(chunks.slice(0, -1).every(({ usage }) => usage === null));
    equal(new Set(chunks.map(({ id }) => id)).size, 1);
  });

  it('gives tool calls, whole and streamed', async () => {
    const { choices } = await client.chat.completions.create(ask('call it'));
    equal(choices[0]!.finish_reason, 'tool_calls');
    equal(choices[0]!.message.content, null);
    const [call] = choices[0]!.message.tool_calls!;
    deepEqual(call!.type === 'function' && call!.function, { name: 'find', arguments: '{"id":7}' });
    const final = await client.chat.completions.stream(ask('call it')).finalChatCompletion();
    equal(final.choices[0]!.message.tool_calls?.length, 1);
  });

  it('passes the conversation and the settings on', async () => {
    await client.chat.completions.create({
      model: 'support/1',
      messages: [
        { role: 'developer', content: 'be kind' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'where ' },
            { type: 'text', text: 'is it?' },
          ],
        },
        {
          role: 'assistant',
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'find', arguments: '{"id":7}' } }],
        },
        { role: 'tool', content: 'here', tool_call_id: 'c1' },
      ],
      max_completion_tokens: 9,
      temperature: 0,
      top_p: 0.5,
      seed: 3,
      stop: 'END',
      user: 'someone',
    });
    const { signal, ...given } = lastRequest!;
    ok(signal);
    deepEqual(given, {
      messages: [
        { role: 'system', content: 'be kind' },
        { role: 'user', content: 'where is it?' },
        { role: 'assistant', content: '', toolCalls: [{ name: 'find', arguments: { id: 7 } }] },
        { role: 'tool', content: 'here', name: 'find' },
      ],
      maxTokens: 9,
      temperature: 0,
      topP: 0.5,
      seed: 3,
      stop: ['END'],
    });
  });

  it('stops generating when the client goes away', async () => {
    const controller = new AbortController();
    const stream = await client.chat.completions.create(
      { ...ask('forever and'), stream: true },
      { signal: controller.signal },
    );
    const streamEnded = once(told, 'ended');
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    controller.abort();
    await streamEnded;
    const begun = once(told, 'forever');
    const leaving = new AbortController();
    const whole = client.chat.completions.create(ask('forever and'), { signal: leaving.signal });
    const wholeEnded = once(told, 'ended');
    await begun;
    leaving.abort();
    await rejects(whole, /aborted/);
    await wholeEnded;
    deepEqual(ended, ['abort', 'abort']);
  });

  it('lists models', async () => {
    const { data } = await client.models.list();
    deepEqual(
      data.map(({ id, object }) => [id, object]),
      [['support/1', 'model']],
    );
    equal((await client.models.retrieve('support/1')).id, 'support/1');
    await rejects(client.models.retrieve('other'), { status: 404, code: 'model_not_found' });
  });
});

describe("errors have OpenAI's shape", () => {
  const cases: [string, unknown, number, string | null, RegExp][] = [
    ['no JSON', '{"model"', 400, null, /./],
    ['no object', '3', 400, null, /JSON object/],
    ['no messages', { model: 'support/1' }, 400, 'messages', /messages/],
    ['an unknown model', { ...ask('x'), model: 'gpt' }, 404, 'model', /no model "gpt".*support\/1/],
    ['an unknown parameter', { ...ask('x'), top_k: 3 }, 400, 'top_k', /not known/],
    ['several choices', { ...ask('x'), n: 2 }, 400, 'n', /one choice/],
    ['log-probabilities', { ...ask('x'), logprobs: true }, 400, 'logprobs', /not supported/],
    ['tools', { ...ask('x'), tools: [{}] }, 400, 'tools', /trained with/],
    [
      'a response format',
      { ...ask('x'), response_format: { type: 'json_object' } },
      400,
      'response_format.type',
      /only text/,
    ],
    ['a temperature out of range', { ...ask('x'), temperature: 3 }, 400, 'temperature', /2/],
    [
      'an image',
      { model: 'support/1', messages: [{ role: 'user', content: [{ type: 'image_url' }] }] },
      400,
      'messages[0].content',
      /images/,
    ],
    [
      'an unknown role',
      { model: 'support/1', messages: [{ role: 'king', content: '' }] },
      400,
      'messages[0].role',
      /./,
    ],
    [
      'a tool answer to no call',
      { model: 'support/1', messages: [{ role: 'tool', content: '', tool_call_id: 'x' }] },
      400,
      'messages[0].tool_call_id',
      /id "x"/,
    ],
    [
      'stream options without a stream',
      { ...ask('x'), stream_options: { include_usage: true } },
      400,
      'stream_options',
      /stream/,
    ],
    ['too long a conversation', ask('refuse it'), 400, 'messages', /model holds 8/],
  ];
  for (const [what, body, status, param, message] of cases)
    it(what, async () => {
      const { status: got, json, headers } = await post(body);
      equal(got, status, JSON.stringify(json));
      deepEqual(Object.keys(json.error), ['message', 'type', 'param', 'code']);
      equal(json.error.param, param);
      match(String(json.error['message']), message);
      ok(headers.get('x-request-id'));
    });

  it('a failure inside tells the operator, not the client', async () => {
    const { status, json } = await post(ask('fail now'));
    equal(status, 500);
    equal(JSON.stringify(json).includes('secret'), false);
    equal((errors.at(-1) as Error).message, 'secret detail');
    await rejects(client.chat.completions.create({ ...ask('fail now'), stream: true }), { status: 500 });
  });

  it('a failure in the middle of a stream ends it with an error', async () => {
    const stream = await client.chat.completions.create({ ...ask('too late'), stream: true });
    await rejects(async () => {
      for await (const chunk of stream) ok(chunk);
    }, /stopped answering/);
  });

  it('a wrong path, a big body and a missing key', async () => {
    equal((await post({}, '/v1/nothing')).json.error.code, 'unknown_url');
    equal((await post(ask('x'.repeat(5 * 2 ** 20)))).status, 413);
    const stranger = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'wrong', maxRetries: 0 });
    await rejects(stranger.models.list(), { status: 401, code: 'invalid_api_key' });
    equal((await fetch(`${gateway.url}/health`)).status, 200);
  });
});

describe('the wire', () => {
  it('is server-sent events that end with [DONE]', async () => {
    const http = request(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer secret' },
    });
    http.end(JSON.stringify({ ...ask('a b'), stream: true }));
    const [response] = await once(http, 'response');
    match(response.headers['content-type'], /^text\/event-stream/);
    let text = '';
    for await (const part of response) text += part;
    const events = text.split('\n\n');
    equal(events.pop(), '');
    equal(events.pop(), 'data: [DONE]');
    for (const event of events) equal(JSON.parse(event.replace(/^data: /, '')).usage, undefined);
  });

  it('closing lets running answers end, and stops those that do not', async () => {
    const other = await startGateway({ models: new Map([['m', echo]]), port: 0 });
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'forever and' }] });
    const begun = once(told, 'forever');
    const answer = fetch(`${other.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    await begun;
    await other.close(30);
    equal((await answer).status, 200);
    await rejects(fetch(`${other.url}/health`));
  });

  it("a conversation without a system prompt gets the project's, one with its own keeps it", async () => {
    const other = await startGateway({ models: new Map([['m', echo]]), port: 0, systemPrompt: 'Be kind.' });
    const openai = new OpenAI({ baseURL: `${other.url}/v1`, apiKey: 'none', maxRetries: 0 });
    const user = { role: 'user', content: 'hi' } as const;
    await openai.chat.completions.create({ model: 'm', messages: [user] });
    const completed = lastRequest!.messages;
    await openai.chat.completions.create({
      model: 'm',
      messages: [{ role: 'system', content: 'Own.' }, user],
    });
    await other.close();
    deepEqual([completed[0], completed.length], [{ role: 'system', content: 'Be kind.' }, 2]);
    deepEqual(
      lastRequest!.messages.map(({ content }) => content),
      ['Own.', 'hi'],
    );
  });

  it('a port in use is said clearly', async () => {
    const port = Number(new URL(gateway.url).port);
    await rejects(startGateway({ models: new Map(), port }), {
      code: 'environment',
      message: /cannot listen on 127.0.0.1/,
    });
  });
});

describe('chat', () => {
  it('keeps the conversation, prints tool calls and errors, and obeys its commands', async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    input.end('hello you\ncall it\nrefuse it\n\n/clear\nagain\n/exit\nnever\n');
    await chat({ backend: echo, input, output, systemPrompt: 'be kind' });
    const text = (output.read() as Buffer).toString();
    match(text, /hello you\n\[calls find \{"id":7\}\]\nThe conversation has 9 tokens.*\nagain\n$/s);
    deepEqual(
      lastRequest!.messages.map(({ content }) => content),
      ['be kind', 'again'],
    );
  });
});
