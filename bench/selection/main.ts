/**
 * `npm run bench:selection`: what quality and diversity choose against as many conversations drawn at random, by what
 * a small classifier learns from both. ATTUNE_DATA names the folder of the public sets; without it only the recipe's
 * conversations are measured.
 */
import { parseArgs } from 'node:util';
import { seededRandom, shuffled } from '../../src/base/random.ts';
import { writeMeasured } from '../document.ts';
import { choose, type Settings, type Shares } from './choose.ts';
import { trainAndScore } from './classifier.ts';
import { damage } from './damage.ts';
import { type Labelled, type LabelledSet, readLabelledSets } from './labelled-sets.ts';
import { meanOf, type Measured, resultTable } from './table.ts';

const usage = `ATTUNE_DATA=<folder> npm run bench:selection -- [options]
  --seeds N     splits, draws and trainings of everything, 2 to 20 (default 10)
  --share S     of the conversations that are kept (default 0.25)
  --only A,B    sets whose name begins so
  --write       put the table into docs/guides/selection.md
  --json        one line of JSON last`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    share: { type: 'string', default: '0.25' },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

/** How many random choices a chosen one is compared with; their mean is less of a matter of luck. */
const draws = 3;
const damagedShare = 0.2;
/** Tasks that are tested on: enough for differences of a point. */
const mostTests = 4000;

type Choice = { name: string; settings: Settings; shares: (share: number) => Shares; scoresReplies?: true };

/** The outcomes of STAR say whether the hotel was full. */
const quality = { weights: { resolution: 0 } };
const diversityAlone = (share: number): Shares => ({ quality: 1, diversity: share });
const qualityAlone = (share: number): Shares => ({ quality: share, diversity: 1 });

const choices: readonly Choice[] = [
  { name: 'diversity', settings: {}, shares: diversityAlone },
  {
    name: 'diversity, `balance: 0.5`',
    settings: { diversity: { quota: { balance: 0.5 } } },
    shares: diversityAlone,
  },
  {
    name: 'diversity, `method: k-center`',
    settings: { diversity: { method: 'k-center' } },
    shares: diversityAlone,
  },
  { name: 'quality', settings: { quality }, shares: qualityAlone, scoresReplies: true },
  {
    name: 'quality, `good_enough: 1`',
    settings: { quality: { ...quality, good_enough: 1 } },
    shares: qualityAlone,
    scoresReplies: true,
  },
  {
    name: 'both',
    settings: { quality },
    // As in the default funnel, 40 and 25 %.
    shares: (share) => ({ quality: Math.min(1, 1.6 * share), diversity: share }),
  },
];

if (values.help) console.log(usage);
else await main(Number(values.seeds), Number(values.share));

async function main(seeds: number, share: number): Promise<void> {
  if (!(seeds >= 2 && seeds <= 20) || !(share > 0 && share < 1)) throw new Error(usage);
  const measured: Measured[] = [];
  const wanted = values.only.split(',');
  for (const set of await withDamage(process.env['ATTUNE_DATA']))
    if (wanted.some((name) => set.name.startsWith(name))) measured.push(await measure(set, seeds, share));
  const text = resultTable(measured, share);
  console.log(text);
  if (values.write) await writeMeasured('selection.md', 'npm run bench:selection -- --write', text);
  if (values.json) console.log(JSON.stringify({ share, seeds, measured }));
}

/** The sets, and the one with replies once more with damage. */
async function withDamage(folder: string | undefined): Promise<LabelledSet[]> {
  return (await readLabelledSets(folder)).flatMap((set) => {
    if (!set.hasReplies) return [set];
    const split: LabelledSet['split'] = (random) => {
      const { train, test } = set.split(random);
      return { train: damage(train, damagedShare, random), test };
    };
    return [set, { ...set, name: `${set.name}, ${100 * damagedShare} % damaged`, split }];
  });
}

async function measure(set: LabelledSet, seeds: number, share: number): Promise<Measured> {
  const result: Measured = { name: set.name, about: set.about, conversations: 0, random: [], choices: [] };
  const fitting = choices.filter(({ scoresReplies }) => set.hasReplies || !scoresReplies);
  result.choices = fitting.map(({ name }) => ({ name, scores: [] }));
  for (let seed = 1; seed <= seeds; seed++) {
    console.error(`${set.name}: ${seed} of ${seeds}`);
    const { train, test } = set.split(seededRandom(seed, 'split'));
    result.conversations = train.length;
    const tests = shuffled(
      test.flatMap(({ tasks }) => tasks),
      seededRandom(seed, 'tests'),
    ).slice(0, mostTests);
    const learn = (chosen: readonly Labelled[]): Measured['random'][number] => ({
      ...trainAndScore(
        chosen.flatMap(({ tasks }) => tasks),
        tests,
        seededRandom(seed, 'training'),
      ),
      words: chosen.reduce((sum, { example }) => sum + wordsOf(example), 0),
    });
    const drawn = Array.from({ length: draws }, (_, i) =>
      learn(shuffled(train, seededRandom(seed, 'draw', i)).slice(0, Math.ceil(share * train.length))),
    );
    result.random.push({
      accuracy: meanOf(drawn.map(({ accuracy }) => accuracy)),
      macroF1: meanOf(drawn.map(({ macroF1 }) => macroF1)),
      words: meanOf(drawn.map(({ words }) => words)),
    });
    for (const [i, { settings, shares }] of fitting.entries()) {
      const kept = await choose(
        train.map(({ example }) => example),
        settings,
        shares(share),
        seed,
      );
      result.choices[i]!.scores.push(learn(train.filter(({ example }) => kept.has(example.meta.id))));
    }
  }
  return result;
}

function wordsOf({ messages }: Labelled['example']): number {
  return messages.reduce((sum, { content }) => sum + (content.match(/\S+/g)?.length ?? 0), 0);
}
