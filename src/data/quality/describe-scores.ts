import type { Json } from '../../base/json.ts';
import { beginning } from '../../text/excerpt.ts';
import type { QualityConfig } from '../config/quality.ts';
import { labelOf } from '../diversity/category-column.ts';
import { rounded } from '../diversity/describe-set.ts';
import { addCounts, addTo } from '../diversity/set-tally.ts';
import type { ConcludeTools } from '../rule.ts';
import { type ComponentName, componentNames } from './components.ts';
import type { ScoredRecords } from './scored-records.ts';
import { scoreAt, scoresOf } from './score-table.ts';

const bins = 20;
/** Records shown on each side of the cut. */
const shownAtCut = 5;
const shownCharacters = 240;
const shownOutcomes = 20;
const unit = 1e-4;

/** What a report shows of scores, counted; each process counts what it has. */
export type ScoresTally = {
  combined: HistogramTally;
  components: Record<ComponentName, HistogramTally>;
  /** The worst that stayed and the best that went for a fault. */
  atCut: { kept: RecordAtCut[]; dropped: RecordAtCut[] };
  outcomes: Map<string, OutcomeTally>;
};

/** Bins of equal width from 0 to 1; `sum` is in units of 0.0001, whole so that it is the same in any order. */
type HistogramTally = { sum: number; before: number[]; after: number[] };
type RecordAtCut = { index: number; score: number; components: Partial<Record<ComponentName, number>> };
type OutcomeTally = { records: number; kept: number; topics: Map<string, number> };

export function emptyScores(): ScoresTally {
  const empty = (): HistogramTally => ({
    sum: 0,
    before: Array.from({ length: bins }, () => 0),
    after: Array.from({ length: bins }, () => 0),
  });
  const components = Object.fromEntries(componentNames.map((name) => [name, empty()]));
  return {
    combined: empty(),
    components: components as ScoresTally['components'],
    atCut: { kept: [], dropped: [] },
    outcomes: new Map(),
  };
}

export function addScore(tally: ScoresTally, records: ScoredRecords, at: number, isKept: boolean): void {
  const { first, scores, combined, merits, topic, outcome } = records;
  const score = combined[at]!;
  addToHistogram(tally.combined, score, isKept);
  for (const name of componentNames)
    addToHistogram(tally.components[name], scoreAt(scores, at, name), isKept);
  if (isKept || merits[at]! < 1) {
    const side = isKept ? 'kept' : 'dropped';
    const last = tally.atCut[side].at(-1);
    if (tally.atCut[side].length < shownAtCut || nearerTheCut[side](score, last!.score)) {
      const shown = { index: first + at, score, components: scoresOf(scores, at) };
      tally.atCut[side] = nearestTheCut(side, [...tally.atCut[side], shown]);
    }
  }
  const name = labelOf(outcome, at);
  if (name === '') return;
  const ofOutcome = outcomeOf(tally, name);
  ofOutcome.records += 1;
  ofOutcome.kept += Number(isKept);
  addTo(ofOutcome.topics, labelOf(topic, at), 1);
}

function addToHistogram(tally: HistogramTally, value: number, isKept: boolean): void {
  if (Number.isNaN(value)) return;
  const bin = Math.min(bins - 1, Math.floor(value * bins + 1e-6));
  tally.sum += Math.round(value / unit);
  tally.before[bin]! += 1;
  if (isKept) tally.after[bin]! += 1;
}

const nearerTheCut = {
  kept: (score: number, other: number): boolean => score < other,
  dropped: (score: number, other: number): boolean => score > other,
} as const;

function nearestTheCut(side: 'kept' | 'dropped', records: readonly RecordAtCut[]): RecordAtCut[] {
  const sign = side === 'kept' ? 1 : -1;
  return records.toSorted((a, b) => sign * (a.score - b.score) || a.index - b.index).slice(0, shownAtCut);
}

function outcomeOf({ outcomes }: ScoresTally, name: string): OutcomeTally {
  let tally = outcomes.get(name);
  if (!tally) outcomes.set(name, (tally = { records: 0, kept: 0, topics: new Map() }));
  return tally;
}

export function addScores(sum: ScoresTally, other: ScoresTally): void {
  addHistogram(sum.combined, other.combined);
  for (const name of componentNames) addHistogram(sum.components[name], other.components[name]);
  for (const side of ['kept', 'dropped'] as const)
    sum.atCut[side] = nearestTheCut(side, [...sum.atCut[side], ...other.atCut[side]]);
  for (const [name, { records, kept, topics }] of other.outcomes) {
    const ofOutcome = outcomeOf(sum, name);
    ofOutcome.records += records;
    ofOutcome.kept += kept;
    addCounts(ofOutcome.topics, topics);
  }
}

function addHistogram(sum: HistogramTally, other: HistogramTally): void {
  sum.sum += other.sum;
  for (let bin = 0; bin < bins; bin++) {
    sum.before[bin]! += other.before[bin]!;
    sum.after[bin]! += other.after[bin]!;
  }
}

/**
 * What a report shows of the scores: how each component and the whole are distributed before and after (20 bins of
 * equal width from 0 to 1), the records next to the cut, and what the outcomes go with.
 */
export async function describeScores(
  tally: ScoresTally,
  { resolution }: QualityConfig,
  { readExamples }: Pick<ConcludeTools, 'readExamples'>,
): Promise<Record<string, Json>> {
  const components = componentNames.flatMap((name) => {
    const histogram = histogramOf(tally.components[name]);
    return histogram.known === 0 ? [] : [[name, histogram] as const];
  });
  return {
    combined: histogramOf(tally.combined),
    components: Object.fromEntries(components),
    at_the_cut: await readAtCut(tally, readExamples),
    outcomes: describeOutcomes(tally, resolution),
  };
}

type Histogram = { known: number; mean: number; before: number[]; after: number[] };

function histogramOf({ sum, before, after }: HistogramTally): Histogram {
  const known = before.reduce((total, count) => total + count, 0);
  return { known, mean: known === 0 ? 0 : rounded((sum / known) * unit), before, after };
}

/** The worst that stayed and the best that went for a fault, if any did, with the beginnings of what was said. */
async function readAtCut({ atCut }: ScoresTally, readExamples: ConcludeTools['readExamples']): Promise<Json> {
  const records = new Map(
    (['kept', 'dropped'] as const).flatMap((side) =>
      atCut[side].map((one) => [one.index, { ...one, kept: side === 'kept' }] as const),
    ),
  );
  const shown: Json[] = [];
  for await (const { index, example } of readExamples(records.keys())) {
    const { kept, score, components } = records.get(index)!;
    const said = (role: string): string =>
      beginning(example.messages.find((one) => one.role === role)?.content ?? '', shownCharacters);
    shown.push({
      id: example.meta.id,
      kept,
      quality: rounded(score),
      components,
      customer: said('user'),
      agent: said('assistant'),
    });
  }
  return shown;
}

/**
 * The commonest outcomes with what they are taken for, and their three commonest topics: a failure that belongs to a few
 * topics may be the topic's, not the agent's.
 */
function describeOutcomes(
  { outcomes }: ScoresTally,
  { success, failure }: QualityConfig['resolution'],
): Json {
  const meaning = (name: string): string => {
    const lower = name.trim().toLowerCase();
    return success.includes(lower) ? 'success' : failure.includes(lower) ? 'failure' : 'unknown';
  };
  return [...outcomes]
    .sort(([a, x], [b, y]) => y.records - x.records || (a < b ? -1 : 1))
    .slice(0, shownOutcomes)
    .map(([outcome, { records, kept, topics }]) => ({
      outcome,
      meaning: meaning(outcome),
      records,
      kept,
      topics: [...topics]
        .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
        .slice(0, 3)
        .map(([topic, count]) => ({ topic, share: rounded(count / records) })),
    }));
}
