/**
 * `npm run bench:pii`: finds of personal data, ours and Presidio's, on the same files by the same rule (score.ts). Prints
 * the tables; exits with 1 when a target is missed. ATTUNE_DATA names the folder that holds the sets.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeFileAtomic } from '../../src/base/files.ts';
import { attuneFinds } from './attune.ts';
import { measuredText } from './document.ts';
import type { EvaluationFile } from './evaluation-file.ts';
import { invented } from './files/invented.ts';
import { inventedAddresses } from './files/invented-addresses.ts';
import { inventedIn } from './files/invented-east-asian.ts';
import { multidogo } from './files/multidogo.ts';
import { nlupp } from './files/nlupp.ts';
import { presidioResearch } from './files/presidio-research.ts';
import { star } from './files/star.ts';
import { statutes } from './files/statutes.ts';
import { writeMeasured } from '../document.ts';
import { cacheFolder as sharedCache } from '../paths.ts';
import { kinds, type Presidio, presidio, smallModel } from './presidio.ts';
import { scoreFile } from './score.ts';
import { attuneTypes, presidioLooksFor } from './labels.ts';
import { overallTable, labelTable, type Result, ruleTable, type System, typeTable } from './table.ts';
import { checks } from './targets.ts';

const files: Record<string, (folder: string) => Promise<EvaluationFile>> = {
  synth: (folder) => presidioResearch(folder, 'synth_dataset_v2'),
  small: (folder) => presidioResearch(folder, 'generated_small'),
  star: () => star(),
  multidogo: (folder) => multidogo(folder, 'train'),
  // To look at while a recogniser is written, so that the larger part stays unseen.
  'multidogo-test': (folder) => multidogo(folder, 'test'),
  nlupp,
  invented: () => Promise.resolve(invented()),
  chinese: () => Promise.resolve(inventedIn('Chinese')),
  japanese: () => Promise.resolve(inventedIn('Japanese')),
  korean: () => Promise.resolve(inventedIn('Korean')),
  addresses: () => inventedAddresses('worked-on'),
  'addresses-held-back': () => inventedAddresses('held-back'),
  statutes,
};

/** The files of the guide. */
const published = [
  'synth',
  'small',
  'star',
  'multidogo',
  'nlupp',
  'invented',
  'chinese',
  'japanese',
  'korean',
  'addresses',
  'addresses-held-back',
  'statutes',
];

const cacheFolder = join(sharedCache, 'pii');

const usage = `ATTUNE_DATA=<folder> npm run bench:pii -- [options]
  --only a,b    these files alone, of ${Object.keys(files).join(', ')}
  --ours        without Presidio
  --mistakes    write what was missed and what was wrong to bench/.cache/pii/mistakes-<file>.txt
  --write       put the tables into docs/guides/pii.md
  --json        one line of JSON last`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: published.join(',') },
    ours: { type: 'boolean', default: false },
    mistakes: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const folder = process.env['ATTUNE_DATA'];
  if (folder === undefined) throw new Error(`ATTUNE_DATA is not set\n${usage}`);
  await mkdir(cacheFolder, { recursive: true });
  const peer = values.ours ? undefined : await presidio((line) => console.error(line));
  const results: Result[] = [];
  for (const name of values.only.split(',')) {
    const read = files[name];
    if (read === undefined) throw new Error(`no file ${JSON.stringify(name)}\n${usage}`);
    const result = await scoreAll(await read(folder), peer);
    results.push(result);
    if (values.mistakes) await writeMistakes(name, result);
  }
  for (const result of results)
    console.log(
      `\n${result.file.name}\n${[typeTable, ruleTable, labelTable].map((make) => make(result)).join('\n\n')}`,
    );
  console.log(`\n${overallTable(results)}\n`);
  const outcome = checks(results);
  for (const { what, value, least, met } of outcome)
    if (!met) console.log(`MISSED: ${what} is ${value.toFixed(3)}, to be ${least.toFixed(3)}`);
  console.log(`${outcome.filter(({ met }) => met).length} of ${outcome.length} targets met`);
  if (values.write && peer)
    await writeMeasured('pii.md', 'npm run bench:pii -- --write', measuredText(results, peer.version));
  if (values.json)
    console.log(JSON.stringify({ peer: peer?.version, results: results.map(plain), checks: outcome }));
  process.exitCode = outcome.every(({ met }) => met) ? 0 : 1;
}

async function scoreAll(file: EvaluationFile, peer: Presidio | undefined): Promise<Result> {
  const systems: System[] = [
    {
      name: 'Attune',
      score: scoreFile(file, attuneFinds(file)),
      looksFor: new Set(Object.values(attuneTypes)),
    },
  ];
  for (const kind of peer && file.isEnglish ? kinds : []) {
    const finds = await peer!.find(file, kind);
    const name = kind === smallModel ? 'Presidio, small model' : 'Presidio';
    const looksFor = presidioLooksFor(kind === smallModel);
    systems.push({ name, score: scoreFile(file, finds), looksFor });
  }
  return { file, systems };
}

/** For whoever works on a recogniser: what it did wrong, with the words around it. Not for committing. */
async function writeMistakes(name: string, { file, systems }: Result): Promise<void> {
  const lines = systems[0]!.score.mistakes.map(({ kind, type, record, start, end }) => {
    const { text, before } = file.records[record]!;
    const shown = `${text.slice(Math.max(0, start - 40), start)}⟦${text.slice(start, end)}⟧${text.slice(end, end + 25)}`;
    return `${kind} ${type} #${record}: ${shown.replaceAll('\n', '⏎')}${before ? `   ← ${before.slice(-60)}` : ''}`;
  });
  await writeFileAtomic(join(cacheFolder, `mistakes-${name}.txt`), `${lines.sort().join('\n')}\n`);
}

function plain({ file, systems }: Result): object {
  return {
    file: file.name,
    records: file.records.length,
    systems: systems.map(({ name, score }) => ({
      name,
      overall: score.overall,
      types: Object.fromEntries(score.types),
      falsePer1000: score.falsePer1000,
      maskedWithoutGold: score.maskedWithoutGold,
    })),
  };
}
