import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { AttuneError } from '../base/errors.ts';
import { acquireLock } from '../base/lock.ts';
import { parseProject } from '../pipeline/load-project.ts';
import type { Stage } from '../pipeline/stage.ts';
import { registerVersion } from '../registry/version.ts';
import { projectName } from './commands/init.ts';
import type { Io } from './io.ts';
import { type Outcome, runLine } from '../../test/support/run-line.ts';

const collect: Stage = {
  name: 'collect',
  version: 1,
  needs: [],
  configPart: ({ collect: part }) => ({ collect: part }),
  run: async ({ outputFolder, report }) => {
    for (let done = 0; done <= 10; done++)
      report({ type: 'progress', label: 'read', done, total: 10, unit: 'records' });
    report({ type: 'warning', message: 'one record was odd' });
    await writeFile(join(outputFolder, 'examples.jsonl'), '{}\n');
    return { examples: 1200 };
  },
};
const train: Stage = {
  name: 'train',
  version: 1,
  needs: ['collect'],
  configPart: ({ train: part }) => ({ train: part }),
  run: async ({ config, outputFolder }) => {
    if (config.train.epochs === 13)
      throw new AttuneError('training', 'the loss is not finite at step 3', { fix: 'Lower it.' });
    if (config.train.epochs === 14) throw new TypeError('oops');
    await writeFile(join(outputFolder, 'weights'), String(config.train.batch_size));
    return { loss: 0.51234 };
  },
};

const cli = (cwd: string, line: string, change: Partial<Io> = {}): Promise<Outcome> =>
  runLine(cwd, line, [collect, train], change);

const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'attune-cli-'));

async function newProject(train = ''): Promise<string> {
  const folder = await newFolder();
  await writeFile(
    join(folder, 'attune.yaml'),
    `name: shop\ncollect:\n  sources:\n    - jsonl: data.jsonl\n${train}`,
  );
  return folder;
}

test('what to type next names the project file, wherever the run was started', async () => {
  const folder = await newProject();
  const inside = await cli(folder, 'run --until collect');
  assert.match(inside.out, /go on: +attune run$/m);
  const beside = await mkdtemp(join(folder, 'a b'));
  const outside = await cli(beside, 'run --until collect -f ../attune.yaml');
  assert.match(outside.out, /go on: +attune -f \.\.\/attune\.yaml run$/m);
  const above = await cli(join(folder, '..'), `run --until collect -f ${folder}/attune.yaml`);
  assert.match(above.out, /go on: +attune -f attune-cli-\w+\/attune\.yaml run$/m);
  await mkdir(join(folder, 'a$b'));
  await writeFile(join(folder, 'a$b', 'attune.yaml'), await readFile(join(folder, 'attune.yaml')));
  const quoted = await cli(folder, 'run --until collect -f a$b/attune.yaml');
  assert.match(quoted.out, /go on: +attune -f 'a\$b\/attune\.yaml' run$/m);
});

test('help and version are clean and go to stdout', async () => {
  const folder = await newFolder();
  const help = await cli(folder, '--help');
  assert.deepEqual([help.exit, help.err], [0, '']);
  for (const name of ['init', 'plan', 'run', 'status', 'show', 'gc', 'registry', 'serve', 'chat']) {
    assert.match(help.out, new RegExp(`^  ${name}\\b`, 'm'));
  }
  assert.equal((await cli(folder, '')).out, help.out);
  assert.match((await cli(folder, '--version')).out, /^\d+\.\d+\.\d+\n$/);
});

test('mistakes on the command line exit with 2 and a nearest spelling', async () => {
  assert.equal((await cli(await newProject(), 'chat --json')).exit, 2);
  const folder = await newProject();
  const command = await cli(folder, 'plann');
  assert.equal(command.exit, 2);
  assert.match(command.err, /unknown command 'plann'\n\(Did you mean plan\?\)/);
  const stage = await cli(folder, 'run --until trian');
  assert.deepEqual([stage.exit, stage.out], [2, '']);
  assert.equal(
    stage.err,
    'error: there is no stage "trian"; did you mean train?\n\nhint: The stages are collect, synthesise, curate, split, train, align, export, evaluate, register.\n',
  );
  assert.match(
    (await cli(folder, 'run --forse train')).err,
    /unknown option '--forse'\n\(Did you mean --force\?\)/,
  );
  assert.match(
    (await cli(folder, 'serve --port 99999')).err,
    /option '--port <port>' argument '99999' is invalid\. It takes a whole number from 0 to 65535\./,
  );
});

test('plan, run, plan again: what a person sees', async () => {
  const folder = await newProject();
  const before = await cli(folder, 'plan');
  assert.match(
    before.out,
    /^STAGE {4}WILL {2}ARTIFACT +WHY\ncollect {2}run {3}collect-\w{12} {2}not made yet\ntrain /,
  );
  const run = await cli(folder, 'run');
  assert.equal(run.exit, 0, run.err);
  assert.match(run.out, /^collect +0\.\d s +collect-\w{12} +examples 1,200$/m);
  assert.match(run.out, /^train +0\.\d s +train-\w{12} +loss 0\.512$/m);
  assert.match(run.err, /collect collect-\w{12}\n/);
  assert.match(run.err, /read {2}10 records in 2\.0 s/);
  assert.match(run.err, /warning: one record was odd/);
  assert.ok(!run.err.includes('\x1b'), 'no escape codes outside a terminal');
  assert.match((await cli(folder, 'plan')).out, /reuse +train-\w{12} +finished/);

  await writeFile(
    join(folder, 'attune.yaml'),
    `${await readFile(join(folder, 'attune.yaml'), 'utf8')}train:\n  epochs: 4\n`,
  );
  assert.match((await cli(folder, 'plan')).out, /train +run +train-\w{12} +train.epochs: not set → 4/);
  const status = await cli(folder, 'status');
  assert.match(status.out, /collect +finished .*\ntrain +to do /);
});

test('--json prints an object a line, and the last is the result; --quiet leaves only warnings', async () => {
  const folder = await newProject();
  const { exit, json, err } = await cli(folder, '--json run');
  assert.deepEqual([exit, err], [0, '']);
  assert.equal(json[0]!['type'], 'stage-start');
  const result = json.at(-1) as { type: string; stages: { stage: string; reused: boolean }[] };
  assert.equal(result.type, 'result');
  assert.deepEqual(
    result.stages.map(({ stage, reused }) => [stage, reused]),
    [
      ['collect', false],
      ['train', false],
    ],
  );
  const quiet = await cli(folder, 'run --force collect -q');
  assert.equal(quiet.err, 'warning: one record was odd\n');
  const failed = await cli(folder, '--json show nothing');
  assert.deepEqual([failed.json.at(-1)!['type'], failed.json.at(-1)!['exit']], ['error', 2]);
});

test('a terminal gets a bar, the rate and the time left, in colours unless they are not wanted', async () => {
  const terminal = { interactive: true, columns: 100 };
  const { err } = await cli(await newProject(), 'run', { terminal });
  assert.ok(
    err.includes(`\r\x1b[K${'━'.repeat(10)}${'─'.repeat(10)} read  5/10 records, 1.0 s left, 5 records/s`),
  );
  assert.ok(err.includes('\x1b[1mcollect\x1b[22m'));
  assert.ok(!(await cli(await newProject(), '--no-color run', { terminal })).err.includes('\x1b[1m'));
  assert.ok(
    !(await cli(await newProject(), 'run', { terminal, env: { NO_COLOR: '1' } })).err.includes('\x1b[1m'),
  );
});

test('each kind of failure has its exit code; only a bug shows a stack', async () => {
  const failed = await cli(await newProject('train:\n  epochs: 13\n'), 'run');
  assert.deepEqual([failed.exit, failed.out], [4, '']);
  assert.match(failed.err, /error: the loss is not finite at step 3\n\nhint: Lower it\.\n$/);
  assert.doesNotMatch(failed.err, /at .*\.ts/);

  const bug = await cli(await newProject('train:\n  epochs: 14\n'), 'run');
  assert.equal(bug.exit, 1);
  assert.match(bug.err, /a bug in Attune\nTypeError: oops\n +at /);

  const wrong = await cli(await newProject('trian: {}\n'), 'plan');
  assert.equal(wrong.exit, 2);
  assert.match(wrong.err, /attune.yaml:5:1 {2}trian: unknown setting; did you mean train\?/);
  assert.equal((await cli(await newFolder(), 'run')).exit, 2);

  const locked = await newProject();
  const lock = await acquireLock(join(locked, '.attune', 'lock'), { command: 'attune run' });
  assert.equal((await cli(locked, 'run')).exit, 6);
  await mkdir(
    join(locked, '.attune', 'work', (await cli(locked, 'plan')).out.match(/collect-\w+/)![0], 'x'),
    { recursive: true },
  );
  assert.match((await cli(locked, 'status')).out, /collect +begun[^]*running: attune run, process \d+ on /);
  await lock.release();
  assert.match((await cli(locked, 'status')).out, /collect +interrupted/);

  const signal = AbortSignal.abort();
  const stopped = await cli(await newProject(), 'run', { signal });
  assert.equal(stopped.exit, 130);
  assert.match(stopped.err, /hint: Run the same command again to go on/);
});

test('show finds an artifact by stage, by id and by the start of one, and tells damage', async () => {
  const folder = await newProject();
  await cli(folder, 'run');
  const byStage = await cli(folder, 'show train');
  assert.match(byStage.out, /state +whole: every file matches its hash/);
  assert.match(byStage.out, /from +collect-\w{12}/);
  assert.match(byStage.out, /"batch_size": 8/);
  const id = /artifact +(\S+)/.exec(byStage.out)![1]!;
  assert.equal((await cli(folder, `show ${id.slice(0, 9)}`)).out, byStage.out);
  const file = join(folder, '.attune', 'artifacts', id, 'weights');
  await writeFile(file, '4');
  assert.match((await cli(folder, `show ${id}`)).out, /damaged: weights does not match its hash/);
  assert.match(
    (await cli(folder, 'show trian')).err,
    /there is no artifact "trian"\n\nhint: Did you mean train\?/,
  );
});

test('init makes a project that is valid and whose next step is clear; it never overwrites one', async () => {
  const folder = await newFolder();
  const made = await cli(folder, 'init my-project');
  assert.equal(made.exit, 0, made.err);
  assert.match(made.out, /Next: cd my-project && attune run\n$/);
  const text = await readFile(join(folder, 'my-project', 'attune.yaml'), 'utf8');
  assert.match(text, /^# yaml-language-server: \$schema=\.\/\.attune\/attune\.yaml\.schema\.json\n/);
  await stat(join(folder, 'my-project', '.attune', 'attune.yaml.schema.json'));
  const project = parseProject(text, 'attune.yaml');
  assert.deepEqual([project.name, project.train.batch_size], ['my-project', 1]);
  const sample = (await readFile(join(folder, 'my-project', 'data', 'conversations.jsonl'), 'utf8'))
    .trim()
    .split('\n');
  assert.ok(sample.length >= 30);
  for (const line of sample) assert.ok((JSON.parse(line) as { messages: unknown[] }).messages.length >= 2);
  assert.equal(await readFile(join(folder, 'my-project', '.gitignore'), 'utf8'), '.attune/\n');
  const again = await cli(folder, 'init my-project');
  assert.equal(again.exit, 2);
  assert.match(again.err, /attune.yaml exists already/);
});

test('init says how to go in whatever the folder is called, and where a file is in the way', async () => {
  const folder = await newFolder();
  assert.match((await cli(folder, 'init my?project')).out, /Next: cd 'my\?project' && attune run\n$/);
  assert.match((await cli(folder, 'init Übung')).out, /Next: cd Übung && attune run\n$/);
  const through = { cwd: join(folder, 'my?project', 'data'), env: { npm_command: 'exec' } };
  assert.match((await cli(folder, 'init', through)).out, /\nNext: npx attune run\n$/);
  await writeFile(join(folder, 'file'), '');
  const blocked = await cli(folder, 'init file/project');
  assert.equal(blocked.exit, 7, blocked.err);
  assert.match(blocked.err, /project.*: a part of this path is a file, not a folder/);
});

test('a project folder that cannot be written is told as such', async () => {
  const folder = await newProject();
  await writeFile(join(folder, '.attune'), 'a file where the store would be');
  const { exit, err } = await cli(folder, 'run');
  assert.equal(exit, 7, err);
});

test('init takes your own data where it is, and keeps a .gitignore', async () => {
  const folder = await newFolder();
  await mkdir(join(folder, 'Café Project!'));
  await writeFile(join(folder, 'Café Project!', '.gitignore'), 'node_modules');
  const io = { cwd: join(folder, 'Café Project!') };
  const { exit, out, err } = await cli(folder, 'init --data ../none.jsonl', io);
  assert.deepEqual([exit, out], [7, ''], err);
  await writeFile(join(folder, 'talks.jsonl'), '{}\n');
  assert.equal((await cli(folder, 'init --data ../talks.jsonl', io)).exit, 0);
  const config = parseProject(await readFile(join(io.cwd, 'attune.yaml'), 'utf8'), 'attune.yaml');
  assert.equal(config.name, 'cafe-project');
  assert.equal(config.collect.sources[0]!.jsonl, '../talks.jsonl');
  assert.equal(await readFile(join(io.cwd, '.gitignore'), 'utf8'), 'node_modules\n.attune/\n');
  assert.equal(projectName('/tmp/___'), 'my-project');
});

test('init looks whether a file can be what it takes it for', async () => {
  const folder = await newFolder();
  const files: Record<string, string | Buffer> = {
    'empty.jsonl': ' \n\n',
    'list.json': '[{"messages": []}]',
    'notes.txt': 'Dear team',
    'sixteen.jsonl': Buffer.from('\ufeff{"prompt": "a", "completion": "b"}\n', 'utf16le'),
    'faq.tsv': 'question\tanswer\nAre you open?\tYes.\n',
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const init = async (name: string): Promise<string> =>
    (await cli(folder, `init p-${name} --data ${name}`)).err;
  assert.match(await init('empty.jsonl'), /empty\.jsonl is empty/);
  assert.match(await init('list.json'), /does not begin with a record[^]*jq -c/);
  assert.match(await init('notes.txt'), /does not begin with a record[^]*collect\.knowledge/);
  assert.match(await init('gone.jsonl'), /there is no such file/);
  assert.deepEqual([await init('sixteen.jsonl'), await init('faq.tsv')], ['', '']);
  assert.match(await readFile(join(folder, 'p-faq.tsv', 'attune.yaml'), 'utf8'), /- csv: "\.\.\/faq\.tsv"/);
});

test('init tells the columns of a CSV file by their names, or says which there are', async () => {
  const folder = await newFolder();
  const table = async (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  const sourceOf = async (project: string): Promise<unknown> =>
    parseProject(await readFile(join(folder, project, 'attune.yaml'), 'utf8'), 'attune.yaml').collect
      .sources[0];
  await table(
    'faq.csv',
    '\ufeffTicket no;Question;Category;Agent reply\r\n1;Where is it?;lost;"On\r\nits way"\r\n',
  );
  assert.equal((await cli(folder, 'init faq --data faq.csv')).exit, 0);
  assert.deepEqual(await sourceOf('faq'), {
    csv: '../faq.csv',
    columns: { user: 'Question', assistant: 'Agent reply', topic: 'Category' },
  });
  const plan = await cli(join(folder, 'faq'), 'data validate');
  assert.match(plan.out, /1 record/, plan.err);
  await table(
    'log.csv',
    'id,conversation_id,author,text,created_at\n9,c1,Customer,hi,2024-01-01\n10,c1,agent,hello,2024-01-01\n',
  );
  assert.equal((await cli(folder, 'init log --data log.csv')).exit, 0);
  assert.deepEqual(await sourceOf('log'), {
    csv: '../log.csv',
    columns: { conversation: 'conversation_id', role: 'author', content: 'text', created_at: 'created_at' },
  });
  await table('odd.csv', 'a,b\nx,y\n');
  const odd = await cli(folder, 'init odd --data odd.csv');
  assert.match(odd.err, /is not told by their names: "a", "b"/);
  assert.match(odd.err, /columns: \{ user: "a", assistant: "b" \}/);
  await table('names.csv', 'ticket,sender,body\n1,Ann,hi\n1,Bo,hello\n');
  assert.match((await cli(folder, 'init names --data names.csv')).err, /"sender" of .* holds "ann", "bo"/);
  await table('empty.csv', 'question,answer\n');
  assert.match((await cli(folder, 'init empty --data empty.csv')).err, /no row that can be read/);
});

test('registry commands: list, show, promote, rollback, and a changed version is refused', async () => {
  const folder = await newProject();
  assert.match((await cli(folder, 'registry list')).out, /Nothing is registered yet/);
  await writeFile(join(folder, 'weights'), 'w');
  for (const id of ['train-a', 'train-b']) {
    await registerVersion(join(folder, '.attune', 'registry'), {
      name: 'shop',
      files: { weights: join(folder, 'weights') },
      lineage: {
        artifacts: [{ id, digest: id }],
        base: { name: 'attune-base', sha256: 'ab' },
        config: {},
        datasets: {},
      },
    });
  }
  assert.equal((await cli(folder, 'registry promote shop/1')).out, 'shop@champion is now shop/1\n');
  assert.equal(
    (await cli(folder, 'registry promote shop/2 --reason better')).out,
    'shop@champion is now shop/2 (was shop/1)\n',
  );
  assert.match((await cli(folder, 'registry list')).out, /shop\/1 .*\nshop\/2 +champion /);
  assert.equal(
    (await cli(folder, 'registry rollback shop')).out,
    'shop@champion is back at shop/1 (was shop/2)\n',
  );
  assert.match((await cli(folder, 'registry show shop')).out, /champion: 2 → 1 \(rolled back\)/);
  assert.match((await cli(folder, 'registry show shop')).out, /champion: 1 → 2: better/);
  const gone = await cli(folder, 'registry show shp/1');
  assert.equal(gone.exit, 9);
  const weights = join(folder, '.attune', 'registry', 'shop', '2', 'weights');
  await chmod(weights, 0o644);
  await writeFile(weights, 'x');
  const refused = await cli(folder, 'registry promote shop/2');
  assert.equal(refused.exit, 9);
  assert.match(refused.err, /shop\/2 is refused: weights does not match its hash/);
});
