import type { Json } from '../../base/json.ts';
import type { QualityConfig } from '../config/quality.ts';
import type { Columns } from '../diversity/columns.ts';
import { rounded } from '../diversity/describe-set.ts';
import type { ConcludeTools } from '../rule.ts';
import { componentNames } from './components.ts';
import { scoreAt, type ScoreTable, scoresOf } from './score-table.ts';

const bins = 20;
/** Records shown on each side of the cut. */
const shownAtCut = 5;
const shownCharacters = 240;

export type Scored = { scores: ScoreTable; combined: Float32Array; kept: Uint8Array; columns: Columns };

/**
 * What a report shows of the scores: how each component and the whole are distributed before and after (20 bins of
 * equal width from 0 to 1), the records next to the cut, and what the outcomes go with.
 */
export async function describeScores(
  scored: Scored,
  { resolution }: QualityConfig,
  { readExamples }: Pick<ConcludeTools, 'readExamples'>,
): Promise<Record<string, Json>> {
  const { combined, scores, kept } = scored;
  const components = Object.fromEntries(
    componentNames.flatMap((name) => {
      const values = combined.map((_, i) => scoreAt(scores, i, name));
      const histogram = histogramOf(values, kept);
      return histogram.known === 0 ? [] : [[name, histogram]];
    }),
  );
  return {
    combined: histogramOf(combined, kept),
    components,
    at_the_cut: await readAtCut(scored, readExamples),
    outcomes: describeOutcomes(scored, resolution),
  };
}

type Histogram = { known: number; mean: number; before: number[]; after: number[] };

function histogramOf(values: Float32Array, kept: Uint8Array): Histogram {
  const before = Array.from({ length: bins }, () => 0);
  const after = Array.from({ length: bins }, () => 0);
  let known = 0;
  let sum = 0;
  values.forEach((value, i) => {
    if (Number.isNaN(value)) return;
    known += 1;
    sum += value;
    const bin = Math.min(bins - 1, Math.floor(value * bins + 1e-6));
    before[bin]! += 1;
    if (kept[i] === 1) after[bin]! += 1;
  });
  return { known, mean: known === 0 ? 0 : rounded(sum / known), before, after };
}

/** The worst that stayed and the best that went, if any did, with the beginnings of what was said. */
async function readAtCut(
  { scores, combined, kept }: Scored,
  readExamples: ConcludeTools['readExamples'],
): Promise<Json> {
  const of = (mark: number, sign: number): number[] => {
    const found: number[] = [];
    kept.forEach((one, i) => {
      if (one !== mark) return;
      const at = found.findIndex((other) => sign * (combined[i]! - combined[other]!) < 0);
      if (at >= 0) found.splice(at, 0, i);
      else if (found.length < shownAtCut) found.push(i);
      if (found.length > shownAtCut) found.pop();
    });
    return found;
  };
  const records = [...of(1, 1), ...of(0, -1)].sort((a, b) => a - b);
  const shown: Json[] = [];
  for await (const { index, example } of readExamples(records)) {
    const said = (role: string): string =>
      (example.messages.find((one) => one.role === role)?.content ?? '').slice(0, shownCharacters);
    shown.push({
      id: example.meta.id,
      kept: kept[index] === 1,
      quality: rounded(combined[index]!),
      components: scoresOf(scores, index),
      customer: said('user'),
      agent: said('assistant'),
    });
  }
  return shown;
}

/**
 * Each outcome with what it is taken for, and its three commonest topics: a failure that belongs to a few topics may be
 * the topic's, not the agent's.
 */
function describeOutcomes(
  { columns, kept }: Scored,
  { success, failure }: QualityConfig['resolution'],
): Json {
  const { outcome, topic } = columns.categories as Record<'outcome' | 'topic', Columns['categories'][string]>;
  const meaning = (name: string): string => {
    const lower = name.trim().toLowerCase();
    return success.includes(lower) ? 'success' : failure.includes(lower) ? 'failure' : 'unknown';
  };
  return outcome.names.slice(0, 20).flatMap((name, id) => {
    if (name === '') return [];
    const byTopic = new Map<number, number>();
    let records = 0;
    let stayed = 0;
    outcome.ids.forEach((one, i) => {
      if (one !== id) return;
      records += 1;
      stayed += kept[i]!;
      byTopic.set(topic.ids[i]!, (byTopic.get(topic.ids[i]!) ?? 0) + 1);
    });
    const topics = [...byTopic].sort(([a, x], [b, y]) => y - x || a - b).slice(0, 3);
    return [
      {
        outcome: name,
        meaning: meaning(name),
        records,
        kept: stayed,
        topics: topics.map(([label, count]) => ({
          topic: topic.names[label]!,
          share: rounded(count / records),
        })),
      },
    ];
  });
}
