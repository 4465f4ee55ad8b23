/** Both systems on parts of the test split: kinds of turn, and the values of a fact such as the topic. */
import {
  allReplyItems,
  compareAll,
  headlineItems,
  type MeasuredTurn,
  type MetricItems,
} from './measure-turns.ts';
import type { Measurements } from './measurements.ts';
import type { PartResult, SubsetResult } from './results.ts';
import type { BootstrapSettings } from './statistics/interval.ts';
import type { Turn } from './assistant-turns.ts';

/** Replies from a macro, free-typed replies and queries apart; what there is none of is left out. */
export function subsetResults(
  measured: readonly MeasuredTurn[],
  settings: BootstrapSettings,
): SubsetResult[] {
  const parts: Record<SubsetResult['name'], (turn: Turn) => boolean> = {
    macro_replies: ({ kind, typed }) => kind === 'reply' && !typed,
    free_typed_replies: ({ kind, typed }) => kind === 'reply' && typed,
    queries: ({ kind }) => kind === 'query',
  };
  return (Object.keys(parts) as SubsetResult['name'][]).flatMap((name) => {
    const part = measured.filter(({ turn }) => parts[name](turn));
    return part.length === 0
      ? []
      : [{ name, turns: part.length, metrics: compareAll(allReplyItems(part), settings) }];
  });
}

/** The parts of the test split by one fact, in falling order of their turns; conversations without it are left out. */
export function partResults(
  fact: string,
  { examples, measured, likelihood }: Measurements,
  settings: BootstrapSettings,
): ({ value: string } & PartResult)[] {
  const results = [...Map.groupBy(examples, ({ meta }) => meta[fact])].flatMap(([value, list]) => {
    if (value === undefined) return [];
    const ids = new Set(list.map(({ meta }) => meta.id));
    const part = measured.filter(({ turn }) => ids.has(turn.conversation));
    const items: MetricItems = { ...headlineItems(part) };
    for (const name of ['perplexity', 'token_accuracy'] as const) {
      items[name] = likelihood.items[name]?.filter(({ id }) => ids.has(id)) ?? [];
    }
    const metrics = compareAll(items, settings);
    return [{ value: String(value), conversations: list.length, turns: part.length, metrics }];
  });
  return results.sort((a, b) => b.turns - a.turns || (a.value < b.value ? -1 : 1));
}
