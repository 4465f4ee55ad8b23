import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { runLine } from '../../test/support/run-line.ts';
import { stages } from '../pipeline/stages/all-stages.ts';

const root = mkdtempSync(join(tmpdir(), 'attune-personal-data-'));
after(() => rmSync(root, { recursive: true, force: true }));
afterEach(() => delete process.env['ATTUNE_PII_KEY']);

const user = (content: string): object => ({ role: 'user', content });
const assistant = (content: string): object => ({ role: 'assistant', content });

/** A project folder with these conversations and this part of the project file. */
function project(conversations: readonly (readonly object[])[], pii: object): string {
  const folder = mkdtempSync(join(root, 'p'));
  const lines = conversations.map((messages, i) => JSON.stringify({ id: `c${i}`, messages }));
  writeFileSync(join(folder, 'chats.jsonl'), `${lines.join('\n')}\n`);
  const settings = {
    name: 'shop',
    collect: { sources: [{ jsonl: 'chats.jsonl' }] },
    curate: { pii, deduplicate: { near: { enabled: false } } },
  };
  writeFileSync(join(folder, 'attune.yaml'), JSON.stringify(settings));
  return folder;
}

const cli = (folder: string, line: string): ReturnType<typeof runLine> => runLine(folder, line, stages);

/** Every byte that a run left beside its input. */
function everythingIn(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.startsWith('.attune') && statSync(join(folder, path)).isFile())
    .map((path) => readFileSync(join(folder, path), 'utf8'))
    .join('\n');
}

const enquiries = Array.from({ length: 20 }, (_, i) => [
  user(`Question ${i}: I am at mary${i}@poppins.example, where is parcel number ${i}?`),
  assistant(`Parcel number ${i} is on its way, and we write to mary${i}@poppins.example today.`),
]);

test('data hashed under another key is made anew, under the same key it is reused, and no key is told', async () => {
  const folder = project(enquiries, { types: { email: 'hash' } });
  const [first, second] = ['first key: 0123456789', 'second key: 0123456789'];
  const missing = await cli(folder, 'run --until curate');
  assert.equal(missing.exit, 2);
  assert.match(missing.err, /ATTUNE_PII_KEY is not set/);

  const under = async (key: string, line: string): Promise<{ out: string; err: string }> => {
    process.env['ATTUNE_PII_KEY'] = key;
    const { exit, out, err } = await cli(folder, line);
    assert.equal(exit, 0, err);
    assert.doesNotMatch(out + err, /0123456789/);
    return { out, err };
  };
  const examples = (): string[] =>
    readdirSync(join(folder, '.attune/artifacts'))
      .filter((name) => name.startsWith('curate-'))
      .map((name) => readFileSync(join(folder, '.attune/artifacts', name, 'examples.jsonl'), 'utf8'));
  await under(first, 'run --until curate');
  assert.match((await under(first, 'plan')).out, /curate +reuse/);
  await under(first, 'run --until curate');
  assert.equal(examples().length, 1);
  assert.match((await under(second, 'plan')).out, /hash_key_fingerprint: "\w{16}" → "\w{16}"/);
  await under(second, 'run --until curate');
  assert.equal(new Set(examples()).size, 2);
  assert.match((await under(first, 'plan')).out, /curate +reuse/);

  const kept = everythingIn(folder);
  assert.match(kept, /\[EMAIL_[0-9a-f]{12}\]/);
  for (const key of [first, second]) assert.ok(!kept.includes(key));
});

test('what is masked or dropped is in no artifact, report or story, whatever was done to the text before', async () => {
  const conversations = Array.from({ length: 30 }, (_, i) => [
    user(
      `Question   ${i} by <b>mary</b>${i}@poppins.example:${i % 3 === 0 ? ` my SSN is 536-90-${4300 + i}.` : ''} where is parcel ${i}?`,
    ),
    assistant(`Parcel number ${i} is   on its way to my colleague ${i}.`),
  ]);
  for (const strategy of ['placeholder', 'surrogate']) {
    const folder = project(conversations, { strategy, types: { ssn: 'drop' } });
    const { exit, err } = await cli(folder, 'run --until curate');
    assert.equal(exit, 0, err);
    const curated = readdirSync(join(folder, '.attune/artifacts')).find((name) =>
      name.startsWith('curate-'),
    )!;
    const files = readdirSync(join(folder, '.attune/artifacts', curated));
    assert.ok(files.includes('report.html') && files.includes('report.json'), files.join());
    for (const file of files) {
      const text = readFileSync(join(folder, '.attune/artifacts', curated, file), 'utf8');
      assert.ok(!/536-90-43|@poppins/.test(text), `${strategy}: ${file}`);
    }
    for (const id of ['c0', 'c1']) {
      const { out } = await cli(folder, `data explain ${id}`);
      assert.match(out, /normalise +changed/);
      assert.doesNotMatch(out, /536-90-43|@poppins/);
    }
  }
});
