/** What strangers' servers and the network do to a request that costs money, beyond what their vendors document. */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test, type TestContext } from 'node:test';
import {
  type Behaviour,
  type ModelRequest,
  type ModelServer,
  startModelServer,
} from '../../../test/support/model-server.ts';
import { type AskerFixture, colourQuestion, openTestAsker } from '../../../test/support/test-asker.ts';
import { AttuneError } from '../../base/errors.ts';
import type { AskerOptions } from './asker.ts';

const keyVariable = 'ATTUNE_MISBEHAVIOUR_KEY';
after(() => delete process.env[keyVariable]);

const value = { colour: 'red', size: 3 } as const;

const servers: ModelServer[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

async function open(
  provider: AskerOptions['provider'],
  respond: (request: ModelRequest) => Behaviour,
  { key = 'sk-misbehaviour-0123456789', ...options }: Partial<AskerOptions> & { key?: string } = {},
): Promise<AskerFixture> {
  const server = await startModelServer(respond);
  servers.push(server);
  process.env[keyVariable] = key;
  return openTestAsker(provider, server, { apiKeyVariable: keyVariable, retries: 2, ...options });
}

/** The body of a whole answer in the vendor's shape, with some fields otherwise. */
function wholeBody(provider: string, text: string, fields: object = {}): string {
  return JSON.stringify(
    provider === 'openai'
      ? {
          choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 20, completion_tokens: 9, total_tokens: 29 },
          ...fields,
        }
      : {
          type: 'message',
          content: [{ type: 'text', text }],
          stop_reason: 'end_turn',
          usage: { input_tokens: 20, output_tokens: 9 },
          ...fields,
        },
  );
}

/** Has every connection fail as Node says it. */
function failToConnect(t: TestContext, code: string): { restore: () => void } {
  const { mock } = t.mock.method(globalThis, 'fetch', async () => {
    throw new TypeError('fetch failed', { cause: Object.assign(new Error(`it is ${code}`), { code }) });
  });
  return mock;
}

/** Paths of the answers that are kept. */
async function answersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}

async function filesIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = entries.map((one) => (one.isFile() ? readFile(join(one.parentPath, one.name), 'utf8') : ''));
  return (await Promise.all(texts)).join('\n');
}

for (const provider of ['openai', 'anthropic'] as const)
  describe(provider, () => {
    test('an answer with the wrong content type is used: it is paid for', async () => {
      for (const contentType of ['text/plain; charset=utf-8', 'text/html', 'application/octet-stream']) {
        const body = wholeBody(provider, JSON.stringify(value));
        const { asker, server } = await open(provider, () => ({ body, contentType }));
        assert.deepEqual(await asker.ask(colourQuestion()), { value }, contentType);
        assert.equal(server.requests.length, 1);
      }
    });

    test('a page of HTML with status 200 is no answer, whatever it calls itself', async () => {
      for (const contentType of ['text/html', 'application/json']) {
        const body = '<html><h1>Sign in to the proxy</h1></html>';
        const { asker } = await open(provider, () => ({ body, contentType }));
        const asked = await asker.ask(colourQuestion());
        assert.equal(asked.cause, 'failed', contentType);
      }
    });

    test('an error with status 200 is told in its own words, without the key', async () => {
      const body = JSON.stringify({
        error: { code: 502, message: 'upstream sk-misbehaviour-0123456789 down' },
      });
      const { asker } = await open(provider, () => ({ body }));
      const asked = await asker.ask(colourQuestion());
      assert.ok(asked.cause === 'failed' && /upstream \[API key\] down/.test(asked.reason), asked.cause);
    });

    test('a character cut in two by a broken connection is no answer; the next try is', async () => {
      const bytes = Buffer.from(wholeBody(provider, 'ü'));
      const half = bytes.subarray(0, bytes.indexOf('ü') + 1);
      const { asker, server } = await open(provider, ({ index }) =>
        index === 0
          ? {
              write: (response) => {
                response.writeHead(200, {
                  'content-type': 'application/json',
                  'content-length': bytes.length,
                });
                response.write(half, () => setTimeout(() => response.destroy(), 10));
              },
            }
          : { answer: value },
      );
      assert.deepEqual(await asker.ask(colourQuestion()), { value });
      assert.equal(server.requests.length, 2);
    });

    test('a body without an end is given up before it fills the memory', async () => {
      let sent = 0;
      const megabyte = Buffer.alloc(1 << 20, ' ');
      const { asker } = await open(
        provider,
        () => ({
          write: (response) => {
            response.writeHead(200, { 'content-type': 'application/json' });
            const more = (): void => {
              while (!response.destroyed && response.write(megabyte)) sent += 1;
              sent += 1;
              if (!response.destroyed) response.once('drain', more);
            };
            more();
          },
        }),
        { retries: 0 },
      );
      const asked = await asker.ask(colourQuestion());
      assert.ok(asked.cause === 'failed' && /larger than 32 MB/.test(asked.reason), JSON.stringify(asked));
      assert.ok(sent < 200, `${sent} MB were sent`);
    });

    test('a huge answer is used where it holds the object, and is not sent back to be mended', async () => {
      const whole = `${JSON.stringify(value)}${' '.repeat(10_000_000)}`;
      const good = await open(provider, () => ({ text: whole }));
      assert.deepEqual(await good.asker.ask(colourQuestion()), { value });
      const { asker, server } = await open(provider, () => ({ text: 'x'.repeat(10_000_000) }), {
        limit: { tokens: 1_000_000_000 },
      });
      const asked = await asker.ask(colourQuestion());
      assert.ok(asked.cause === 'invalid' && /far more than/.test(asked.reason), asked.cause);
      assert.equal(server.requests.length, 1);
    });

    test('nothing is sent on to where a server points: the key and the text are for it alone', async () => {
      const other = await startModelServer(() => ({ answer: value }));
      servers.push(other);
      for (const status of [301, 302, 307, 308]) {
        const { asker } = await open(provider, () => ({
          status,
          headers: { location: `${other.openaiUrl}/chat/completions` },
        }));
        await assert.rejects(asker.ask(colourQuestion()), (error) => {
          assert.ok(error instanceof AttuneError && error.code === 'backend', String(error));
          assert.match(`${error.message} ${error.fix}`, new RegExp(`${status}.*url`, 's'));
          return true;
        });
      }
      assert.equal(other.requests.length, 0);
    });

    test('a damaged answer on disk is asked for again, once, and mended', async () => {
      const { asker, server, folder } = await open(provider, () => ({ answer: value }));
      await asker.ask(colourQuestion());
      const [path] = await answersIn(folder);
      const whole = await readFile(path!, 'utf8');
      const damages = [
        '',
        whole.slice(0, -20),
        '[]',
        'null',
        whole.replace('"stop"', '"shop"'),
        '\0'.repeat(99),
      ];
      for (const [n, damage] of damages.entries()) {
        await writeFile(path!, damage);
        for (let run = 0; run < 2; run++) {
          const next = await open(provider, () => ({ answer: value }), {
            cacheFolder: folder,
            url: provider === 'openai' ? server.openaiUrl : server.anthropicUrl,
          });
          assert.deepEqual(await next.asker.ask(colourQuestion()), { value });
        }
        assert.equal(server.requests.length, n + 2, damage);
      }
      assert.equal(await readFile(path!, 'utf8'), whole);
    });

    test('a key with characters of its own is sent as it is and shown nowhere', async () => {
      const key = 'sk-a"b\\c/d+e=f g&h%20$1[x](y)*z?';
      const echoes = [key, JSON.stringify(key), encodeURIComponent(key)];
      for (const echo of echoes) {
        const body = { status: 500, error: `{"detail": ${JSON.stringify(`bad ${echo}`)}}` };
        const failing = await open(provider, () => body, { key });
        const asked = await failing.asker.ask(colourQuestion());
        assert.equal(failing.server.requests[0]!.key, key);
        const seen = JSON.stringify([asked, failing.events]) + (await filesIn(failing.folder));
        for (const form of echoes)
          assert.ok(!seen.includes(form) && !seen.includes(JSON.stringify(form).slice(1, -1)), seen);
      }
    });

    test('an answer that repeats the key is kept without it', async () => {
      const key = 'sk-misbehaviour-0123456789';
      const { asker, folder } = await open(provider, () => ({ text: `${JSON.stringify(value)} ${key}` }));
      assert.deepEqual(await asker.ask(colourQuestion()), { value });
      const refusing = await open(provider, () => ({ refusal: `I will not, ${key}.` }), {
        cacheFolder: folder,
      });
      assert.equal((await refusing.asker.ask(colourQuestion(2))).cause, 'refused');
      assert.ok(!(await filesIn(folder)).includes(key));
    });

    test('white space around a key is no part of it; what no header can carry is said at once', async () => {
      const { asker, server } = await open(provider, () => ({ answer: value }), {
        key: ' sk-0123456789\r\n',
      });
      await asker.ask(colourQuestion());
      assert.equal(server.requests[0]!.key, 'sk-0123456789');
      for (const key of ['sk-01234\n56789', 'sk-“0123456789”', '  '])
        await assert.rejects(
          open(provider, () => ({ answer: value }), { key }),
          (error) => {
            assert.ok(error instanceof AttuneError && error.code === 'config', String(error));
            assert.match(error.message, new RegExp(keyVariable));
            assert.ok(!error.message.includes('0123'), error.message);
            return true;
          },
        );
    });

    test('a host that does not exist is asked again, and costs nothing', async (t) => {
      const { asker, waits } = await open(provider, () => ({ answer: value }));
      failToConnect(t, 'ENOTFOUND');
      const asked = await asker.ask(colourQuestion());
      assert.ok(asked.cause === 'failed' && /ENOTFOUND/.test(asked.reason), JSON.stringify(asked));
      assert.equal(waits.length, 2);
      assert.equal(asker.spending().total.unconfirmed_tokens, 0);
    });

    test('a certificate that is not trusted, and a server without TLS, stop at once and cost nothing', async (t) => {
      const plain = await startModelServer(() => ({ answer: value }));
      servers.push(plain);
      const url = plain.openaiUrl.replace('http:', 'https:');
      for (const code of [undefined, 'SELF_SIGNED_CERT_IN_CHAIN', 'ERR_TLS_CERT_ALTNAME_INVALID']) {
        const failing = code === undefined ? undefined : failToConnect(t, code);
        const { asker, waits } = await open(provider, () => ({ answer: value }), { url });
        await assert.rejects(asker.ask(colourQuestion()), (error) => {
          assert.ok(error instanceof AttuneError && /TLS failed/.test(error.message), String(error));
          assert.match(error.fix!, /NODE_EXTRA_CA_CERTS/);
          return true;
        });
        assert.equal(asker.spending().total.unconfirmed_tokens, 0);
        assert.equal(waits.length, 0);
        failing?.restore();
      }
    });

    test('the object is found among other braces, in thoughts, fences and templates', async () => {
      const object = JSON.stringify(value);
      const texts = [
        `For {customer} I write:\n${object}`,
        `{{thinking}} {"note": 1}\n\`\`\`json\n${object}\n\`\`\` {done}`,
        `${object}\nThat is all, says </think> nobody.`,
        `<think>{"colour": "green", "size": 1}</think>${object}`,
      ];
      for (const text of texts) {
        const { asker, server } = await open(provider, () => ({ text }));
        assert.deepEqual(await asker.ask(colourQuestion()), { value }, text);
        assert.equal(server.requests.length, 1);
      }
    });

    test('a long pause that a server asks for is told', async () => {
      const { asker, events } = await open(provider, ({ index }) =>
        index === 0 ? { status: 429, headers: { 'retry-after': '45' } } : { answer: value },
      );
      await asker.ask(colourQuestion());
      assert.ok(
        events.some((event) => event.type === 'note' && /rate limit.* 4[56] s/.test(event.message)),
        JSON.stringify(events),
      );
    });
  });

describe('what only servers in the shape of OpenAI do', () => {
  test('thoughts that are billed but counted apart are counted', async () => {
    const usage = { prompt_tokens: 20, completion_tokens: 9, total_tokens: 129 };
    const { asker } = await open('openai', () => ({
      body: wholeBody('openai', JSON.stringify(value), { usage }),
    }));
    await asker.ask(colourQuestion());
    const { input_tokens: input, output_tokens: output } = asker.spending().total;
    assert.deepEqual([input, output], [20, 109]);
  });

  test('an answer that an error ended is asked for again, and not kept', async () => {
    const choices = [{ index: 0, message: { content: '{"colour": "re' }, finish_reason: 'error' }];
    const { asker, server } = await open('openai', ({ index }) =>
      index === 0 ? { body: wholeBody('openai', '', { choices }) } : { answer: value },
    );
    assert.deepEqual(await asker.ask(colourQuestion()), { value });
    assert.equal(server.requests.length, 2);
    assert.equal(asker.spending().total.repairs, 0);
  });

  test('an answer in parts is put together, without its thoughts', async () => {
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: '{"colour": 1}' }] },
      { type: 'text', text: '{"colour": "red",' },
      { type: 'text', text: ' "size": 3}' },
    ];
    const choices = [{ index: 0, message: { content }, finish_reason: 'stop' }];
    const { asker, server } = await open('openai', () => ({ body: wholeBody('openai', '', { choices }) }));
    assert.deepEqual(await asker.ask(colourQuestion()), { value });
    assert.equal(server.requests.length, 1);
  });
});
