/**
 * Curation beside datatrove, datasketch and Presidio, on the same conversations, in turns: records a second, and how good
 * the removals of near-duplicates are. How good the finds of personal data are, `npm run bench:pii` measures.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding, SectionResult } from '../../finding.ts';
import { interleave } from '../../interleave.ts';
import { cacheFolder } from '../../paths.ts';
import { smallModel } from '../../pii/presidio.ts';
import type { CommonContext } from '../../program.ts';
import { ratioSpread, spreadOf } from '../../statistics.ts';
import { conversationsFile } from '../make-conversations.ts';
import {
  collectedIn,
  firstLines,
  openAlone,
  openOurs,
  openPython,
  type Outcome,
  type Peer,
  pythonWithCuration,
  textsOf,
  writeTexts,
} from '../peers.ts';
import { removalJudge, type RemovalQuality } from '../removals.ts';
import { textQualityAndDuplicates } from '../settings.ts';

const target = { atLeast: 5 };

/** Conversations, and how many of them Presidio is given, which takes longest of all. */
const sizes = { full: { all: 20_000, pii: 1000 }, quick: { all: 1000, pii: 100 } };

/** Each line of the table: whose work is compared with whose. The whole does more than any peer, so it has no target. */
const comparisons = [
  {
    ours: 'whole default',
    peer: 'datatrove',
    what: 'the whole default curation against its filters and MinHash',
  },
  {
    ours: 'whole default',
    peer: 'datatrove, word triples',
    what: 'the same against its filters and MinHash of word triples',
  },
  {
    ours: 'text quality and duplicates',
    peer: 'datatrove, word triples',
    what: 'text quality and duplicates alone, as much as it does',
  },
  {
    ours: 'near-duplicates',
    peer: 'datasketch',
    what: 'near-duplicates alone, both on one core',
  },
  { ours: 'personal data', peer: 'Presidio', what: 'personal data alone, both on one core' },
] as const;

type Run = { records: number; outcomes: Outcome[] };
type Runs = ReadonlyMap<string, Run>;

export async function peersSection(context: CommonContext): Promise<SectionResult> {
  const python = await pythonWithCuration(context.say);
  const folder = await mkdtemp(join(cacheFolder, 'peers-'));
  try {
    const { contenders, texts } = await openAll(context, python, folder);
    const runs = await takeTurns(contenders, context);
    const judge = removalJudge(texts);
    const qualityOf = (run: string): RemovalQuality => {
      const { considered = [], kept = [] } = runs.get(run)!.outcomes[0]!;
      return judge({ considered, kept });
    };
    const ours = qualityOf('near-duplicates');
    const others = Object.fromEntries(
      ['datatrove', 'datatrove, word triples', 'datasketch'].map((name) => [name, qualityOf(name)]),
    );
    return {
      findings: [...speedFindings(runs), ...qualityFindings(ours, others)],
      measured: {
        seconds: Object.fromEntries(
          [...runs].map(([name, { outcomes }]) => [name, outcomes.map(({ seconds }) => seconds)]),
        ),
        removals: { ours, ...others },
        presidio: smallModel,
      },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Contender = Peer & { records: number };
type Opened = { contenders: Record<string, Contender>; texts: Map<string, string> };

async function openAll(
  { quick, threads, learnVersions }: CommonContext,
  python: string,
  folder: string,
): Promise<Opened> {
  const size = quick ? sizes.quick : sizes.full;
  const source = await conversationsFile(size.all);
  const fewer = join(folder, 'fewer.jsonl');
  await firstLines(source, size.pii, fewer);
  const at = (name: string): string => join(folder, name);
  const whole = await openOurs({ source, folder: at('whole'), threads });
  const texts = textsOf(whole.examples);
  await writeTexts(at('texts'), texts, threads);
  await firstLines(collectedIn(at('whole')), size.pii, at('fewer-examples.jsonl'));
  const input = { texts: at('texts'), workers: threads };
  const datatrove = (name: string, nGrams: number | null): Promise<Peer> =>
    openPython(python, 'datatrove_minhash.py', { ...input, work: at(name), nGrams });
  const peers: Record<string, Peer> = {
    'whole default': whole,
    'text quality and duplicates': await openOurs({
      source,
      folder: at('part'),
      threads,
      curate: textQualityAndDuplicates,
    }),
    'near-duplicates': await openAlone({
      rule: 'near_duplicates',
      texts: at('texts'),
      work: at('near.jsonl'),
    }),
    'personal data': await openAlone({ rule: 'pii', examples: at('fewer-examples.jsonl') }),
    datatrove: await datatrove('datatrove', null),
    'datatrove, word triples': await datatrove('datatrove-3', 3),
    datasketch: await openPython(python, 'datasketch_lsh.py', { ...input, work: at('datasketch.jsonl') }),
    Presidio: await openPython(python, 'personal_data.py', {
      conversations: fewer,
      kind: smallModel,
    }),
  };
  const contenders = Object.entries(peers).map(([name, peer]): [string, Contender] => {
    learnVersions(peer.hello);
    const records = ['personal data', 'Presidio'].includes(name) ? size.pii : size.all;
    return [name, { ...peer, records }];
  });
  return { contenders: Object.fromEntries(contenders), texts };
}

async function takeTurns(
  contenders: Readonly<Record<string, Contender>>,
  { quick, say }: CommonContext,
): Promise<Runs> {
  const outcomes = await interleave(
    Object.entries(contenders).map(([name, { run, records }]) => ({
      name,
      measure: async () => {
        const outcome = await run();
        say(`${name}: ${records} records in ${outcome.seconds.toFixed(2)} s`);
        return outcome;
      },
    })),
    quick ? 1 : 3,
    (round) => say(`round ${round}`),
  );
  for (const { close } of Object.values(contenders)) await close();
  return new Map(
    [...outcomes].map(([name, list]) => [name, { records: contenders[name]!.records, outcomes: list }]),
  );
}

function speedFindings(runs: Runs): Finding[] {
  const secondsOf = (name: string): number[] => runs.get(name)!.outcomes.map(({ seconds }) => seconds);
  const rate = (name: string): string =>
    `${Math.round(runs.get(name)!.records / spreadOf(secondsOf(name)).median).toLocaleString('en')} records/s`;
  return comparisons.map(({ ours, peer, what }) => ({
    section: 'peers',
    what,
    ours: rate(ours),
    peer: `${peer} ${rate(peer)}`,
    ratio: ratioSpread(secondsOf(peer), secondsOf(ours)),
    ...(ours !== 'whole default' && { target }),
  }));
}

/** Ours beside each of the others: of the near-duplicates, how many are resolved, and how many removals are right. */
function qualityFindings(ours: RemovalQuality, others: Readonly<Record<string, RemovalQuality>>): Finding[] {
  const share = (value: number): string => `${(100 * value).toFixed(2)} %`;
  const line = (what: string, peer: string, a: number, b: number): Finding => ({
    section: 'peers',
    what,
    ours: share(a),
    peer: `${peer} ${share(b)}`,
    ratio: spreadOf([a / b]),
    target: { atLeast: 1 },
  });
  return Object.entries(others).flatMap(([name, quality]) => [
    line('near-duplicates resolved, J >= 0.8', name, ours.recall, quality.recall),
    line('removals that are near-duplicates of what is kept', name, ours.precision, quality.precision),
  ]);
}
