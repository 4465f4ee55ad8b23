import assert from 'node:assert/strict';
import { globSync, statSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, sep } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { inspect } from 'node:util';
import { fc } from '../../test/support/properties.ts';
import { AttuneError } from '../base/errors.ts';
import type { ErrorCode } from '../base/errors.ts';
import type { ProgressEvent } from '../base/progress.ts';
import { seededRandom } from '../base/random.ts';
import { startFakeHub } from '../../test/support/fake-hub.ts';
import type { FakeHub } from '../../test/support/fake-hub.ts';
import { baseFiles, checkBase, resolveBase } from './base.ts';
import type { BaseOptions } from './base.ts';
import { parseHubId } from './base/hub-id.ts';

const token = 'hf_secretSECRETsecret';
const weightBytes = 300_000;
const tinyLlama = new URL('../../test/golden/engine/tiny-llama/', import.meta.url);
const configUrl = new URL('config.json', tinyLlama);
const config = await readFile(configUrl, 'utf8');
const random = seededRandom(7, 'weights');
const weights = Buffer.from(Uint8Array.from({ length: weightBytes }, () => random.integer(256)));

const wholeModel = {
  'config.json': config,
  'tokenizer.json': '{"a": 1}',
  'tokenizer_config.json': '{"b": 2}',
  'model.safetensors': weights,
};

const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'attune-base-'));

type Given = { hub: FakeHub; options: BaseOptions; events: ProgressEvent[]; home: string };

/** A hub with one model, and options to fetch from it into an empty cache. */
async function given(
  t: TestContext,
  content: Record<string, string | Buffer> = wholeModel,
  environment: Record<string, string> = {},
): Promise<Given> {
  const hub = await startFakeHub('owner/name', content);
  const home = await newFolder();
  hub.keptBytes = () => {
    const [partial] = globSync('**/model.safetensors.*.partial', { cwd: home });
    return partial === undefined ? 0 : statSync(join(home, partial)).size;
  };
  t.after(async () => {
    await hub.close();
    await rm(home, { recursive: true, force: true });
  });
  const events: ProgressEvent[] = [];
  const options: BaseOptions = {
    projectFolder: home,
    report: (event) => events.push(event),
    signal: new AbortController().signal,
    environment: { HF_ENDPOINT: hub.endpoint, HF_HOME: home, HF_TOKEN: token, ...environment },
    retryDelayMs: 1,
  };
  return { hub, options, events, home };
}

const storagePaths = (hub: FakeHub): string[] =>
  hub.requests.filter(({ server }) => server === 'storage').map(({ path }) => path);

const weightRanges = (hub: FakeHub): (string | undefined)[] =>
  hub.requests
    .filter(({ server, path }) => server === 'storage' && path === '/model.safetensors')
    .map(({ range }) => range);

/** Rejects with this code and text, and with the token nowhere in the error, its fix, cause or stack. */
const refuses = (action: Promise<unknown>, code: ErrorCode, text: RegExp): Promise<void> =>
  assert.rejects(action, (error) => {
    assert.ok(error instanceof AttuneError, inspect(error));
    assert.match(`${error.message}\n${error.fix}`, text);
    assert.equal(error.code, code);
    assert.doesNotMatch(inspect(error, { depth: 10, showHidden: true }), /secret/i);
    return true;
  });

test('a hub model is fetched without what is not needed, and needs no network the second time', async (t) => {
  const { hub, options, events, home } = await given(t, {
    ...wholeModel,
    'README.md': 'x',
    'pytorch_model.bin': 'x',
    'consolidated.safetensors': 'the same weights in another layout',
    'chat_template.jinja': '{{ messages }}',
  });
  const folder = await resolveBase('owner/name', options);
  const names = [
    'chat_template.jinja',
    'config.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
  ];
  assert.deepEqual((await readdir(folder)).sort(), ['attune-source.json', ...names]);
  assert.deepEqual(await readFile(join(folder, 'model.safetensors')), weights);
  assert.equal(JSON.parse(await readFile(join(folder, 'attune-source.json'), 'utf8')).commit, hub.commit);
  const done = events.filter((event) => event.type === 'progress').map((event) => event.done);
  const total = Object.values(wholeModel).reduce((sum, { length }) => sum + length, '{{ messages }}'.length);
  assert.equal(done.at(-1), total);
  assert.deepEqual(
    (await baseFiles(folder)).map((path) => basename(path)),
    names,
  );

  await hub.close();
  assert.equal(await resolveBase('owner/name', options), folder);
  const offline = { ...options, environment: { HF_HOME: home, HF_HUB_OFFLINE: '1' } };
  assert.equal(await resolveBase('owner/name', offline), folder);
  assert.equal(await resolveBase(`owner/name@${hub.commit}`, offline), folder);
  await refuses(
    resolveBase('owner/other', offline),
    'environment',
    /owner\/other is not in .*HF_HUB_OFFLINE/,
  );
});

test('the token goes to the hub and to no other origin', async (t) => {
  const { hub, options } = await given(t);
  await resolveBase('owner/name', options);
  const sent = (server: string): Set<string | undefined> =>
    new Set(
      hub.requests.filter((request) => request.server === server).map(({ authorization }) => authorization),
    );
  assert.deepEqual(sent('hub'), new Set([`Bearer ${token}`]));
  assert.deepEqual(sent('storage'), new Set([undefined]));
});

test('a cut connection goes on where it stopped, in the same run and in the next', async (t) => {
  const { hub, options } = await given(t);
  hub.cutAfterBytes = [100_000, 50_000];
  const folder = await resolveBase('owner/name', options);
  assert.deepEqual(weightRanges(hub), [undefined, 'bytes=100000-', 'bytes=150000-']);
  assert.deepEqual(await readFile(join(folder, 'model.safetensors')), weights);

  const flaky = await given(t); // more cuts than attempts, but each brings something
  flaky.hub.cutAfterBytes = Array.from({ length: 8 }, () => 20_000);
  await resolveBase('owner/name', flaky.options);
  assert.equal(weightRanges(flaky.hub).at(-1), 'bytes=160000-');

  const next = await given(t);
  next.hub.cutAfterBytes = [120_000, 0, 0, 0, 0];
  await refuses(
    resolveBase('owner/name', next.options),
    'environment',
    /5 failures in a row.*\n.*what was fetched is kept/,
  );
  next.hub.requests.length = 0;
  const resumed = await resolveBase('owner/name', next.options);
  assert.deepEqual(weightRanges(next.hub), ['bytes=120000-']);
  assert.deepEqual(await readFile(join(resumed, 'model.safetensors')), weights);
  assert.deepEqual(
    (await readdir(resumed)).filter((name) => name.endsWith('.partial')),
    [],
  );
});

test('a server that ignores the range is read from the start', async (t) => {
  const { hub, options } = await given(t);
  hub.cutAfterBytes = [100_000];
  hub.ignoreRange = true;
  const folder = await resolveBase('owner/name', options);
  assert.deepEqual(weightRanges(hub), [undefined, 'bytes=100000-']);
  assert.deepEqual(await readFile(join(folder, 'model.safetensors')), weights);
});

test('stopping keeps what was fetched', async (t) => {
  const { hub, options } = await given(t);
  const stop = new AbortController();
  hub.cutAfterBytes = [100_000];
  const report = (event: ProgressEvent): void => {
    if (event.type === 'progress' && event.done >= 100_000) stop.abort();
  };
  await refuses(
    resolveBase('owner/name', { ...options, report, signal: stop.signal }),
    'interrupted',
    /goes on where/,
  );
  await resolveBase('owner/name', options);
  assert.match(weightRanges(hub).at(-1)!, /^bytes=[1-9]\d*-$/);
});

test('content that does not have the stated checksum is fetched once more and then refused', async (t) => {
  for (const name of ['model.safetensors', 'tokenizer_config.json']) {
    const { hub, options, home } = await given(t);
    const data = Buffer.from(hub.files.get(name)!);
    data[data.length - 1]! ^= 1;
    hub.replaced.set(name, data);
    await refuses(resolveBase('owner/name', options), 'model', new RegExp(`${name}.*checksum`));
    assert.equal(hub.requests.filter(({ path }) => path.endsWith(`resolve/${hub.commit}/${name}`)).length, 2);
    const left = await readdir(home, { recursive: true });
    assert.deepEqual(
      left.filter((path) => basename(path).startsWith(name) || path.includes('refs')),
      [],
    );

    hub.replaced.clear();
    await resolveBase('owner/name', options);
  }
});

test('a kept part that is wrong does not stay in the way', async (t) => {
  const { hub, options } = await given(t);
  hub.replaced.set('model.safetensors', Buffer.alloc(weightBytes));
  hub.cutAfterBytes = [120_000, 0, 0, 0, 0];
  await assert.rejects(resolveBase('owner/name', options));
  hub.replaced.clear();
  hub.requests.length = 0;
  const folder = await resolveBase('owner/name', options);
  assert.deepEqual(weightRanges(hub), ['bytes=120000-', undefined]);
  assert.deepEqual(await readFile(join(folder, 'model.safetensors')), weights);
});

test('an unsupported architecture is refused before the weights are asked for', async (t) => {
  const other = config.replace('LlamaForCausalLM', 'MambaForCausalLM');
  const { hub, options } = await given(t, { ...wholeModel, 'config.json': other });
  await refuses(resolveBase('owner/name', options), 'model', /MambaForCausalLM is not supported yet/);
  assert.deepEqual(storagePaths(hub), []);
});

test('a model without safetensors is refused with the reason, before anything large is asked for', async (t) => {
  const { 'model.safetensors': _, ...rest } = wholeModel;
  const { hub, options } = await given(t, { ...rest, 'pytorch_model.bin': 'x' });
  await refuses(
    resolveBase('owner/name', options),
    'model',
    /owner\/name has no model\.safetensors.*a pickle can run code/,
  );
  assert.deepEqual(storagePaths(hub), []);
});

test('of a sharded model the shards that the index names are fetched', async (t) => {
  const { 'model.safetensors': _, ...rest } = wholeModel;
  const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  const weightMap = { a: shards[0], b: shards[1], c: shards[0] };
  const index = { 'model.safetensors.index.json': JSON.stringify({ weight_map: weightMap }) };
  const stored = { [shards[0]!]: 'one', [shards[1]!]: 'two' };
  const { hub, options } = await given(t, { ...rest, ...index, ...stored, 'consolidated.safetensors': 'x' });
  await resolveBase('owner/name', options);
  assert.deepEqual(storagePaths(hub), ['/tokenizer.json', ...shards.map((shard) => `/${shard}`)]);

  const outside = { ...index, 'model.safetensors.index.json': '{"weight_map": {"a": "../a.safetensors"}}' };
  const { options: bad } = await given(t, { ...rest, ...outside });
  await refuses(resolveBase('owner/name', bad), 'model', /names "\.\.\/a\.safetensors", which is not there/);
});

test('what the hub refuses says what to do', async (t) => {
  const { hub, options } = await given(t);
  const { HF_TOKEN: __, ...noToken } = options.environment!;
  const anonymous = { ...options, environment: noToken };
  await refuses(
    resolveBase('owner/nothing', options),
    'model',
    /no owner\/nothing.*404.*\n.*Check the name.*\.\/owner\/nothing/,
  );
  await refuses(resolveBase('owner/name@v9', options), 'model', /404/);
  hub.troubles = [{ status: 404, headers: { 'x-error-code': 'RevisionNotFound' } }];
  await refuses(resolveBase('owner/name@v9', options), 'model', /owner\/name has no revision v9/);
  hub.troubles = [{ status: 401 }];
  await refuses(resolveBase('owner/name', anonymous), 'model', /needs a login.*\n.*HF_TOKEN/);
  hub.troubles = [{ status: 401 }];
  await refuses(resolveBase('owner/name', options), 'model', /does not accept HF_TOKEN/);
  hub.gated = true;
  await refuses(
    resolveBase('owner/name', anonymous),
    'model',
    /licence.*\n.*Accept it at .*owner\/name.*HF_TOKEN/,
  );
  await refuses(
    resolveBase('owner/name', options),
    'model',
    /account of HF_TOKEN.*\n.*Accept the model's licence/,
  );
});

test('passing trouble is retried, lasting trouble reported', async (t) => {
  const { hub, options } = await given(t);
  hub.troubles = [{ status: 503 }, { status: 429, headers: { 'retry-after': '0' } }];
  await resolveBase('owner/name', options);

  const down = await given(t);
  down.hub.troubles = Array.from({ length: 5 }, () => ({ status: 500 }));
  await refuses(
    resolveBase('owner/name', down.options),
    'environment',
    /5 failures in a row, the last: status 500/,
  );
  down.hub.troubles = [{ status: 200, body: '<html>Please log in</html>' }];
  await refuses(
    resolveBase('owner/name', down.options),
    'environment',
    /does not answer as a Hugging Face hub/,
  );
  await down.hub.close();
  await refuses(resolveBase('owner/name', down.options), 'environment', /ECONNREFUSED/);
});

test('variables that cannot be used are refused without showing them', async (t) => {
  for (const bad of ['secret', 'hf_secret\nx: y', 'hf_sécret']) {
    const { hub, options } = await given(t, wholeModel, { HF_TOKEN: bad });
    await refuses(resolveBase('owner/name', options), 'environment', /HF_TOKEN is not/);
    assert.deepEqual(hub.requests, []);
  }
  const { options } = await given(t, wholeModel, { HF_ENDPOINT: 'https://me:secret@hub.example' });
  await refuses(resolveBase('owner/name', options), 'environment', /HF_ENDPOINT/);
});

test('two at once fetch a model once', async (t) => {
  const { hub, options } = await given(t);
  const [one, two] = await Promise.all([
    resolveBase('owner/name', options),
    resolveBase('owner/name', options),
  ]);
  assert.equal(one, two);
  assert.equal(weightRanges(hub).length, 1);
});

test('a folder is found from the project, and wins over a hub id', async (t) => {
  const { hub, options, home } = await given(t);
  const folder = join(home, 'owner', 'name');
  assert.deepEqual(await checkBase('owner/name', options), []);
  await mkdir(folder, { recursive: true });
  await refuses(resolveBase('owner/name', options), 'model', /name has no config\.json/);
  await cp(configUrl, join(folder, 'config.json'));
  await refuses(resolveBase('owner/name', options), 'model', /has no tokenizer\.json/);
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) await writeFile(join(folder, name), '{}');
  await writeFile(join(folder, 'pytorch_model.bin'), '');
  await refuses(resolveBase(folder, options), 'model', /has no model\.safetensors.*pickle/);
  await writeFile(join(folder, 'model.safetensors'), '');
  await refuses(resolveBase(folder, options), 'model', /not a usable safetensors file: it has 0 bytes/);
  await cp(new URL('model.safetensors', tinyLlama), join(folder, 'model.safetensors'));
  for (const spec of ['owner/name', './owner/name', folder]) {
    assert.equal(await resolveBase(spec, options), folder);
    assert.equal((await checkBase(spec, options)).length, 4);
  }
  await writeFile(
    join(folder, 'config.json'),
    config.replace('LlamaForCausalLM', 'T5ForConditionalGeneration'),
  );
  await refuses(resolveBase(folder, options), 'model', /T5ForConditionalGeneration is not supported yet/);
  await refuses(resolveBase('./nothing', options), 'model', /there is no folder .*nothing/);
  await refuses(
    resolveBase('https://huggingface.co/owner/name', options),
    'model',
    /neither a folder .* nor a hub id/,
  );
  assert.deepEqual(hub.requests, []);
});

test('a hub id never leads out of the cache', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[\w./@~\\-]{1,30}$/), (spec) => {
      const id = parseHubId(spec);
      if (id === undefined) return;
      assert.equal(id.repository.split('/').length, 2);
      for (const part of [id.repository.replace('/', '--'), encodeURIComponent(id.revision)]) {
        assert.equal(join('cache', part), `cache${sep}${part}`);
      }
    }),
  );
  assert.deepEqual(parseHubId('a/b@refs/pr/1'), { repository: 'a/b', revision: 'refs/pr/1' });
  for (const spec of ['a', 'a/b/c', '../b', 'a/..', 'a/b@..', 'a/b@../c', 'a/b@', 'a--b/c'])
    assert.equal(parseHubId(spec), undefined, spec);
});
