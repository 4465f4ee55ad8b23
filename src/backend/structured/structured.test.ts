/** One contract for both vendors' servers, against a server that misbehaves in every way that real ones do. */
import assert from 'node:assert/strict';
import { after, describe, test, type TestContext } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import {
  type Behaviour,
  type ModelRequest,
  type ModelServer,
  startModelServer,
  tokensOf,
} from '../../../test/support/model-server.ts';
import {
  type AskerFixture,
  colourQuestion,
  colourSchema,
  openTestAsker,
} from '../../../test/support/test-asker.ts';
import { AttuneError } from '../../base/errors.ts';
import type { Asked, AskerOptions } from './asker.ts';
import { openBudget } from './budget.ts';
import { readJsonAnswer } from './json-answer.ts';
import { serverSchema } from './json-schema.ts';
import { readRetryAfter } from './retry-after.ts';
import { mostOf } from './token-counts.ts';

const secret = 'sk-very-secret-key-0123456789';
process.env['ATTUNE_TEST_KEY'] = secret;
after(() => delete process.env['ATTUNE_TEST_KEY']);

const good = { answer: { colour: 'red', size: 3 } };

/** An asker of a server that does what the script says, request by request, and then goes on with its last line. */
async function open(
  provider: AskerOptions['provider'],
  script: readonly Behaviour[] | ((request: ModelRequest) => Behaviour | Promise<Behaviour>),
  options: Partial<AskerOptions> & { server?: ModelServer } = {},
): Promise<AskerFixture> {
  const respond =
    typeof script === 'function'
      ? script
      : ({ index }: ModelRequest) => script[Math.min(index, script.length - 1)]!;
  const server = options.server ?? (await startModelServer(respond));
  if (!options.server) servers.push(server);
  return openTestAsker(provider, server, { apiKeyVariable: 'ATTUNE_TEST_KEY', ...options });
}

/** Time limits of requests that run out when told; which ones were set, in milliseconds. */
function limitsByHand(t: TestContext): { runOut: () => void; set: number[] } {
  const set: number[] = [];
  let last = new AbortController();
  t.mock.method(AbortSignal, 'timeout', (milliseconds: number): AbortSignal => {
    set.push(milliseconds);
    last = new AbortController();
    return last.signal;
  });
  return { runOut: () => last.abort(new DOMException('time is up', 'TimeoutError')), set };
}

const servers: ModelServer[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

const reasonOf = <T>(asked: Asked<T>): string =>
  `${asked.cause}: ${asked.cause === undefined ? '' : asked.reason}`;

for (const provider of ['openai', 'anthropic'] as const)
  describe(provider, () => {
    test('an object comes back checked, is counted, and is not paid for again', async () => {
      const first = await open(provider, [good], { prices: { input: 1, output: 10 } });
      assert.deepEqual(await first.asker.ask(colourQuestion()), { value: { colour: 'red', size: 3 } });
      const [request] = first.server.requests;
      assert.equal(request!.key, secret);
      assert.match(request!.text, /You know colours/);
      const usage = first.server.billed[0]!.usage;
      const { total } = first.asker.spending();
      assert.equal(total.input_tokens, usage.input);
      assert.equal(total.output_tokens, usage.output);
      assert.equal(total.money, Number(((usage.input + 10 * usage.output) / 1e6).toFixed(6)));
      const again = await open(provider, [], {
        cacheFolder: first.folder,
        server: first.server,
        prices: { input: 1, output: 10 },
      });
      assert.deepEqual(await again.asker.ask(colourQuestion()), { value: { colour: 'red', size: 3 } });
      assert.equal(first.server.requests.length, 1);
      const spent = again.asker.spending().total;
      assert.deepEqual([spent.cached, spent.money, spent.new_money], [1, total.money, 0]);
    });

    test("no header, key or organisation of the vendor's own variables goes to the server", async () => {
      const names = ['CUSTOM_HEADERS', 'API_KEY', 'AUTH_TOKEN', 'ORG_ID', 'PROJECT_ID', 'BASE_URL'];
      const variables = names.map((name) => `${provider.toUpperCase()}_${name}`);
      const before = variables.map((name) => process.env[name]);
      for (const name of variables)
        process.env[name] = name.endsWith('HEADERS') ? 'X-Inner: mine\nAuthorization: mine' : 'mine';
      try {
        const { asker, server } = await open(provider, [good]);
        await asker.ask(colourQuestion());
        assert.ok(!JSON.stringify(server.requests[0]!.headers).includes('mine'));
        assert.equal(server.requests[0]!.key, secret);
        assert.equal(process.env[variables[1]!], 'mine');
      } finally {
        variables.forEach((name, i) => {
          if (before[i] === undefined) delete process.env[name];
          else process.env[name] = before[i];
        });
      }
    });

    test('the schema is the one the vendor takes', async () => {
      const { asker, server } = await open(provider, [good]);
      await asker.ask(colourQuestion());
      const { body } = server.requests[0]!;
      const expected = {
        type: 'object',
        properties: { colour: { type: 'string', enum: ['red', 'green'] }, size: { type: 'integer' } },
        required: ['colour', 'size'],
        additionalProperties: false,
      };
      if (provider === 'openai') {
        const format = { name: 'colour', strict: true, schema: expected };
        assert.deepEqual(body['response_format'], { type: 'json_schema', json_schema: format });
        assert.equal(body['seed'], 1);
      } else {
        assert.deepEqual(body['output_config'], { format: { type: 'json_schema', schema: expected } });
        assert.ok(!('seed' in body) && !('temperature' in body));
      }
    });

    test('troubles are waited out, as long as the server asks for and longer each time', async () => {
      // So far off that no machine is too slow, and less than the longest pause that is waited for.
      const minuteMs = 60_000;
      const inNineMinutes = new Date(Date.now() + 9 * minuteMs).toUTCString();
      const { asker, server, waits } = await open(
        provider,
        [
          { status: 429, headers: { 'retry-after': '7' } },
          { status: 503, headers: { 'retry-after': inNineMinutes } },
          { status: 500 },
          { status: provider === 'anthropic' ? 529 : 502 },
          { cut: 'at once' },
          { cut: 'within the body' },
          { body: '<html>Bad gateway</html>' },
          good,
        ],
        { retries: 10 },
      );
      assert.deepEqual(await asker.ask(colourQuestion()), { value: good.answer });
      assert.equal(server.requests.length, 8);
      assert.ok(waits[0]! >= 7000 && waits[0]! <= 8000, `after 7 s and up to 1 s: ${waits[0]}`);
      const ofDate = Math.max(...waits);
      assert.ok(
        ofDate > 4 * minuteMs && ofDate <= 9 * minuteMs + 2000,
        `9 min less what has passed, and up to 2 s: ${ofDate}`,
      );
      const { retries, answers } = asker.spending().total;
      assert.equal(answers, 1);
      assert.equal(
        Object.values(retries).reduce((a, b) => a + b, 0),
        7,
      );
      assert.deepEqual([retries['rate limit'], retries['server error']], [1, 3]);
    });

    test('what takes too long is given up, in the headers and in the body', async (t) => {
      const script: Behaviour[] = [{ hang: 'at once' }, { hang: 'within the body' }, good];
      const limits = limitsByHand(t);
      const { fetch } = globalThis;
      t.mock.method(globalThis, 'fetch', async (...request: Parameters<typeof fetch>) => {
        const response = await fetch(...request);
        // The headers are there; by then the body is waited for.
        if (limits.set.length === 2) setImmediate(limits.runOut);
        return response;
      });
      const respond = ({ index }: ModelRequest): Behaviour => {
        if (index === 0) limits.runOut();
        return script[index]!;
      };
      const { asker, server } = await open(provider, respond, { timeoutMs: 60_000 });
      assert.deepEqual(await asker.ask(colourQuestion()), { value: good.answer });
      assert.equal(server.requests.length, 3);
      assert.deepEqual(limits.set, [60_000, 60_000, 60_000]);
      const { retries, unconfirmed_tokens: unconfirmed } = asker.spending().total;
      assert.equal(retries.timeout, 2);
      assert.ok(unconfirmed > 400, 'both may be on the bill, and are counted at the most they can cost');
    });

    test('fences, thoughts and words around the object do no harm', async () => {
      const { asker } = await open(provider, [
        {
          text: '<think>{"colour": 1}</think>\nHere it is:\n```json\n{"colour": "green", "size": 4}\n```\nBye {now}.',
        },
      ]);
      assert.deepEqual(await asker.ask(colourQuestion()), { value: { colour: 'green', size: 4 } });
    });

    test('an answer of the wrong shape is mended once, told what is wrong', async () => {
      const { asker, server } = await open(provider, [{ answer: { colour: 'blue', size: 'x' } }, good]);
      assert.deepEqual(await asker.ask(colourQuestion()), { value: good.answer });
      assert.match(server.requests[1]!.user, /colour: .*red.*size: /);
      assert.equal(asker.spending().total.repairs, 1);
      const hopeless = await open(provider, [{ text: 'no' }, { text: '{"colour": "red", "size"' }]);
      assert.match(reasonOf(await hopeless.asker.ask(colourQuestion())), /^invalid: not valid JSON/);
      assert.equal(hopeless.server.requests.length, 2);
    });

    test('a refusal and a cut answer are told, kept and not asked for again', async () => {
      const { asker, server, folder } = await open(provider, [
        { refusal: 'I will not.' },
        { text: '{"colour": "re', finish: 'length' },
        ...(provider === 'openai' ? [{ text: '', finish: 'filtered' as const }] : []),
      ]);
      assert.match(reasonOf(await asker.ask(colourQuestion(1))), /^refused: the model refused/);
      assert.match(reasonOf(await asker.ask(colourQuestion(2))), /^cut: .* 200 tokens/);
      if (provider === 'openai') assert.match(reasonOf(await asker.ask(colourQuestion(3))), /^filtered/);
      const count = server.requests.length;
      const again = await open(provider, [], { cacheFolder: folder, server });
      assert.match(reasonOf(await again.asker.ask(colourQuestion(1))), /^refused/);
      assert.match(reasonOf(await again.asker.ask(colourQuestion(2))), /^cut/);
      assert.equal(server.requests.length, count);
    });

    test('a server that does not count, or counts nonsense, is counted at the bounds', async () => {
      const nonsense = [null, { input: -1, output: 5 }, { input: 1.5, output: 2 }, { input: 0, output: 0 }];
      for (const usage of nonsense) {
        const { asker } = await open(provider, [{ ...good, usage }]);
        await asker.ask(colourQuestion());
        const {
          input_tokens: input,
          output_tokens: output,
          unconfirmed_tokens: unconfirmed,
        } = asker.spending().total;
        assert.ok(
          input > 100 && output >= 20 && unconfirmed === input + output,
          `${JSON.stringify(usage)}: ${input} ${output}`,
        );
      }
      const { asker, events } = await open(provider, [{ ...good, usage: { input: 1_000_000, output: 9 } }]);
      await asker.ask(colourQuestion());
      assert.equal(asker.spending().total.input_tokens, 1_000_000);
      assert.ok(events.some((event) => event.type === 'warning' && /more tokens/.test(event.message)));
    });

    test('what no other try can mend stops at once, and says no secret', async () => {
      const cases: [Behaviour, RegExp][] = [
        [{ status: 401, error: { message: `Incorrect API key provided: ${secret}.` } }, /Check the API key/],
        [{ status: 404, error: { message: 'no such model' } }, /model name/],
        [
          { status: 429, error: { message: 'pay', code: 'insufficient_quota', type: 'billing_error' } },
          /quota/,
        ],
        [{ status: 402, error: { message: 'pay' } }, /paid/],
      ];
      for (const [behaviour, fix] of cases) {
        const { asker, server } = await open(provider, [behaviour]);
        await assert.rejects(asker.ask(colourQuestion()), (error) => {
          assert.ok(error instanceof AttuneError && error.code === 'backend', String(error));
          assert.match(error.fix!, fix);
          assert.ok(!JSON.stringify([error.message, error.fix, error.stack, error.cause]).includes(secret));
          return true;
        });
        assert.equal(server.requests.length, 1);
      }
    });

    test('a request that fails is given up; a server that fails five in a row is too', async () => {
      const { asker, server } = await open(provider, [{ status: 500, error: { message: `oops ${secret}` } }]);
      const failed = await asker.ask(colourQuestion(0));
      assert.match(reasonOf(failed), /^failed: server error: .*\[API key\]/);
      assert.equal(server.requests.length, 4);
      for (let n = 1; n < 4; n++) assert.equal((await asker.ask(colourQuestion(n))).cause, 'failed');
      await assert.rejects(asker.ask(colourQuestion(9)), /failed 5 requests one after the other/);
      assert.equal(asker.spending().total.failed, 5);
      const patient = await open(provider, [{ status: 429, headers: { 'retry-after': '86400' } }]);
      await assert.rejects(patient.asker.ask(colourQuestion()), /left alone for 1440 minutes/);
    });

    test('never more requests at once than allowed; equal ones are asked for once', async () => {
      const three = Promise.withResolvers<void>();
      const answerOnceThreeAreOpen = async ({ index }: ModelRequest): Promise<Behaviour> => {
        if (index === 2) three.resolve();
        await three.promise;
        return good;
      };
      const { asker, server } = await open(provider, answerOnceThreeAreOpen, { concurrency: 3 });
      await Promise.all(Array.from({ length: 20 }, (_, n) => asker.ask(colourQuestion(n % 10))));
      assert.equal(server.requests.length, 10);
      assert.equal(server.mostAtOnce, 3);
    });
  });

describe('OpenAI-compatible servers differ', () => {
  const refuse = (message: string): Behaviour => ({ status: 400, error: { message } });

  test('without json_schema, seed or max_tokens they are asked in a plainer way, and only the first time', async () => {
    const { asker, server } = await open('openai', ({ body, user }) => {
      if ('max_tokens' in body)
        return refuse("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.");
      if ('seed' in body) return refuse('Extra inputs are not permitted: seed');
      if ('response_format' in body) return refuse("This model does not support 'response_format'");
      assert.match(user, /JSON schema:\n\{"type":"object"/);
      return good;
    });
    assert.deepEqual(await asker.ask(colourQuestion(1)), { value: good.answer });
    assert.equal(server.requests.length, 5);
    assert.deepEqual(await asker.ask(colourQuestion(2)), { value: good.answer });
    assert.equal(server.requests.length, 6);
  });

  test('a refusal of the request itself is no reason to ask in another way', async () => {
    const { asker, server } = await open('openai', ({ index }) =>
      index === 0 ? refuse('maximum context length is 10 tokens') : good,
    );
    assert.match(reasonOf(await asker.ask(colourQuestion(1))), /^failed: refused request: .*context length/);
    await asker.ask(colourQuestion(2));
    assert.ok('response_format' in server.requests[1]!.body);
    const azure = await open('openai', [
      { status: 400, error: { message: 'filtered', code: 'content_filter' } },
    ]);
    assert.match(reasonOf(await azure.asker.ask(colourQuestion())), /^filtered/);
  });

  test('an Anthropic model without structured output gets the schema in words', async () => {
    const { asker, server } = await open('anthropic', ({ body, text }) => {
      if ('output_config' in body)
        return refuse('output_config: this model does not support structured outputs');
      assert.match(text, /JSON schema/);
      return good;
    });
    await asker.ask(colourQuestion(1));
    await asker.ask(colourQuestion(2));
    assert.equal(server.requests.length, 3);
  });
});

describe('the spend limit', () => {
  test('is never passed, whatever the order and the size of the answers, and the beginning of the plan is made', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ size: fc.integer({ min: 1, max: 200 }), delayMs: fc.integer({ min: 0, max: 4 }) }),
          {
            minLength: 12,
            maxLength: 12,
          },
        ),
        fc.integer({ min: 0, max: 9000 }),
        fc.integer({ min: 1, max: 5 }),
        async (plan, tokens, concurrency) => {
          const server = await startModelServer(({ user }) => {
            const { size, delayMs } = plan[Number(/item (\d+)/.exec(user)![1])]!;
            return { ...good, delayMs, usage: { input: 300, output: size } };
          });
          const { asker } = await open('openai', [], { server, limit: { tokens }, concurrency });
          const asked = await Promise.all(plan.map((_, n) => asker.ask(colourQuestion(n))));
          await server.close();
          const billed = server.billed.reduce((sum, { usage }) => sum + usage.input + usage.output, 0);
          assert.ok(billed <= tokens, `${billed} of ${tokens}`);
          const unsent = asked.findIndex(({ cause }) => cause === 'limit');
          if (unsent >= 0) assert.ok(asked.slice(unsent).every(({ cause }) => cause === 'limit'));
          const { input, output } = mostOf({
            messages: [
              { role: 'system', content: colourQuestion().system },
              { role: 'user', content: colourQuestion(unsent).user },
            ],
            schema: serverSchema(colourSchema),
            schemaName: 'colour',
            maxTokens: 200,
          });
          if (unsent >= 0) assert.ok(billed + input + output > tokens, 'stopped no earlier than it had to');
          assert.equal(asker.exhausted() === undefined, unsent < 0);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('holds in money as well, and a higher one goes on from there', async () => {
    const prices = { input: 2, output: 8 };
    const usage = { input: 400, output: 100 };
    const respond = (): Behaviour => ({ ...good, usage });
    const first = await open('openai', respond, { prices, limit: { money: 0.012 }, concurrency: 1 });
    const asked = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => first.asker.ask(colourQuestion(n))),
    );
    const made = asked.filter(({ cause }) => cause === undefined).length;
    assert.ok(made > 2 && made < 8, `${made} answers at 0.0016 each`);
    assert.match(reasonOf(asked.at(-1)!), /^limit: not asked: the spend limit of 0.012 is reached/);
    assert.equal(first.asker.spending().total.money, Number((made * 0.0016).toFixed(6)));
    const second = await open('openai', [], {
      server: first.server,
      cacheFolder: first.folder,
      prices,
      limit: { money: 1 },
    });
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => second.asker.ask(colourQuestion(n))));
    assert.equal(first.server.requests.length, 10);
    assert.equal(second.asker.spending().total.cached, made);
  });

  test('knows of what a killed run had under way', async () => {
    const limit = { tokens: 1500 };
    const sent = Promise.withResolvers<void>();
    const hang = (): Behaviour => {
      sent.resolve();
      return { hang: 'at once' };
    };
    const { asker, server, folder } = await open('openai', hang, { limit, timeoutMs: 600_000 });
    const lost = asker.ask(colourQuestion());
    lost.catch(() => {});
    await sent.promise;
    const next = await open('openai', [], { server, cacheFolder: folder, limit });
    assert.equal((await next.asker.ask(colourQuestion())).cause, 'limit', 'twice the most is over the limit');
    assert.ok(next.asker.spending().total.unconfirmed_tokens > 500);
    assert.equal(server.requests.length, 1);
  });

  test('counts what broken-off tries may have cost, those of a run that was killed too', async (t) => {
    const most = 1500;
    const limits = limitsByHand(t);
    const hang = (): Behaviour => {
      limits.runOut();
      return { hang: 'at once' };
    };
    const { asker, server, folder } = await open('openai', hang, {
      limit: { tokens: most },
      timeoutMs: 600_000,
      retries: 9,
    });
    assert.match(reasonOf(await asker.ask(colourQuestion())), /^limit: not tried again after timeout/);
    const tries = server.requests.length;
    assert.ok(tries >= 1 && tries <= 3, `${tries} tries fit`);
    const next = await open('openai', [], { server, cacheFolder: folder, limit: { tokens: most } });
    assert.equal((await next.asker.ask(colourQuestion())).cause, 'limit');
    assert.equal(server.requests.length, tries);
  });
});

test('stopped on request: what is under way is waited for and kept, nothing else is sent', async () => {
  const controller = new AbortController();
  const two = Promise.withResolvers<void>();
  const { asker, server, folder } = await open(
    'openai',
    async ({ index }) => {
      if (index === 1) {
        controller.abort();
        two.resolve();
      }
      await two.promise;
      return good;
    },
    { signal: controller.signal },
  );
  const asked = await Promise.allSettled([1, 2, 3, 4].map((n) => asker.ask(colourQuestion(n))));
  assert.deepEqual(
    asked.map((one) => (one.status === 'rejected' ? (one.reason as AttuneError).code : 'kept')),
    ['kept', 'kept', 'interrupted', 'interrupted'],
  );
  const next = await open('openai', [good], { server, cacheFolder: folder });
  await Promise.all([1, 2, 3, 4].map((n) => next.asker.ask(colourQuestion(n))));
  assert.equal(server.requests.length, 4);
});

test('a missing key stops before anything is sent', async () => {
  await assert.rejects(
    open('openai', [good], { apiKeyVariable: 'ATTUNE_NO_SUCH_KEY' }),
    /ATTUNE_NO_SUCH_KEY is not set/,
  );
});

test('retry-after in all its forms', () => {
  const read = (values: Record<string, string>): number | undefined =>
    readRetryAfter(new Headers(values), Date.parse('2026-01-01T00:00:00Z'));
  assert.equal(read({ 'retry-after': '3' }), 3000);
  assert.equal(read({ 'retry-after': '0.5' }), 500);
  assert.equal(read({ 'retry-after-ms': '120', 'retry-after': '3' }), 120);
  assert.equal(read({ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }), 30_000);
  assert.equal(read({ 'retry-after': 'Thursday, 01-Jan-26 00:00:30 GMT' }), 30_000);
  assert.equal(read({ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }), 0);
  for (const text of ['', 'soon', '-5', '1e9', 'NaN', '12345678901'])
    assert.equal(read({ 'retry-after': text }), undefined, text);
});

test('an answer is read whatever it is made of', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.json({ maxDepth: 3 }), (noise, json) => {
      for (const text of [noise, json, `${noise}{${json}`, `{"colour": ${json}}`]) {
        const { value, problem } = readJsonAnswer(text, colourSchema);
        assert.ok((value === undefined) !== (problem === undefined));
      }
    }),
  );
  const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  assert.match(readJsonAnswer(deep, colourSchema).problem!, /deep/);
  assert.match(readJsonAnswer('{'.repeat(1_000_000), colourSchema).problem!, /JSON/);
  assert.match(readJsonAnswer(`{"${'\\'.repeat(1_000_000)}`, colourSchema).problem!, /JSON/);
  const quoting = readJsonAnswer('{"colour": "my secret", "size": 1}', colourSchema).problem!;
  assert.ok(!quoting.includes('my secret'), quoting);
});

test('the bound on a request holds for any text: no tokenizer makes more tokens than bytes', () => {
  const request = {
    messages: [{ role: 'user' as const, content: '請問🙂 é' }],
    schema: {},
    schemaName: 'x',
    maxTokens: 5,
  };
  assert.ok(mostOf(request).input > Buffer.byteLength(request.messages[0]!.content) + tokensOf('x'));
  assert.equal(mostOf(request).output, 5);
});

test('a budget waits for what is under way before it says no', async () => {
  const budget = openBudget({ tokens: 100 }, undefined);
  const first = (await budget.reserve({ input: 0, output: 80 }))!;
  const second = budget.reserve({ input: 0, output: 80 });
  first.settle({ input: 0, output: 10 });
  const granted = await second;
  assert.ok(granted);
  granted.settle({ input: 0, output: 80 });
  assert.equal(await budget.reserve({ input: 0, output: 11 }), undefined);
  assert.equal(await budget.reserve({ input: 0, output: 1 }), undefined, 'closed once and for all');
  assert.match(budget.exhausted!, /limit of 100 tokens/);
});
