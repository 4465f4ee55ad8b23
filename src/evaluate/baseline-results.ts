import { actionBaseline, type LabelledTurn, templateCoverage } from './action-baseline.ts';
import { replyItems } from './measure-turns.ts';
import type { Measurements } from './measurements.ts';
import type { ActionBaselineResult, EvaluationResults } from './results.ts';
import { comparePaired } from './statistics/compare.ts';
import type { BootstrapSettings } from './statistics/interval.ts';
import type { Turn } from './assistant-turns.ts';

/** The most-frequent-action baselines, on the turns of the headline's next-action accuracy. */
export function baselineResults(
  { measured, trainTurns, templates }: Measurements,
  settings: BootstrapSettings,
): EvaluationResults['baselines'] {
  const scored = measured.filter(({ turn, scores }) => scores.next_action_accuracy && !turn.typed);
  const labelled = trainTurns.filter(({ action }) => action !== undefined);
  if (!templates || scored.length === 0 || labelled.length === 0) {
    return { most_frequent_action: null, most_frequent_action_per_topic: null, template_coverage: null };
  }
  const label = ({ topic, action, typed }: Turn): LabelledTurn => ({ topic, gold: action!, typed });
  const { global, perTopic } = actionBaseline(
    labelled.map(label),
    scored.map(({ turn }) => label(turn)),
  );
  const result = (
    action: ActionBaselineResult['action'],
    choose: (topic: string | undefined) => string,
  ): ActionBaselineResult => {
    const items = replyItems(scored, 'next_action_accuracy').map((item, i) => {
      const { topic, action: gold } = scored[i]!.turn;
      return { ...item, base: Number(choose(topic) === gold) };
    });
    const { base, difference } = comparePaired(items, 'rate', settings)!;
    const { value, interval, p_value } = difference;
    return {
      action,
      accuracy: base.value,
      interval: base.interval,
      tuned_difference: { value, interval, p_value },
    };
  };
  const texts = scored.map(({ turn }) => ({ ...label(turn), text: turn.gold.content }));
  return {
    template_coverage: templateCoverage(texts, templates).accuracy,
    most_frequent_action: result(global.action, () => global.action),
    most_frequent_action_per_topic: result(
      perTopic.actions,
      (topic) => perTopic.actions[topic ?? '*'] ?? global.action,
    ),
  };
}
