/** What next-action accuracy is held against: the commonest action, and how many of the agents' own replies map to their label. */
import { matchAction, type Templates } from './action-templates.ts';
import { customAction, queryAction } from './next-action.ts';

/** One place where the agent acted. */
export type LabelledTurn = {
  topic: string | undefined;
  /** The agent's action: a macro's label, `query`, or `custom` for a reply without a macro. */
  gold: string;
  /** True where the agent typed freely: there is no macro to find, so it is scored apart. */
  typed: boolean;
};

/** `accuracy` is right / count; 0 when nothing was counted. */
export type Score = { count: number; right: number; accuracy: number };

export type BaselineScore = { overall: Score; replies: Score };

/**
 * What always taking the commonest action of the training split scores: the floor a model has to clear. For `replies`
 * it is the commonest macro, since a query never fits there. `global` takes one action for everything, `perTopic` one
 * for each topic (the global one where training had no such topic).
 */
export type ActionBaseline = {
  global: BaselineScore & { action: string; reply: string };
  perTopic: BaselineScore & { actions: Record<string, string> };
};

/** The most-frequent-action baselines: counted on `train`, scored on `items`. Free-typed turns do not count. */
export function actionBaseline(
  train: readonly LabelledTurn[],
  items: readonly LabelledTurn[],
): ActionBaseline {
  const turns = train.filter(({ typed }) => !typed);
  const scored = items.filter(({ typed }) => !typed);
  const overall = commonestActions(turns);
  const replies = commonestActions(turns.filter(isReply));
  const scoreWith = (choose: (from: CommonestActions, turn: LabelledTurn) => string): BaselineScore => ({
    overall: scoreOf(scored, (turn) => turn.gold === choose(overall, turn)),
    replies: scoreOf(scored.filter(isReply), (turn) => turn.gold === choose(replies, turn)),
  });
  return {
    global: { action: overall.global, reply: replies.global, ...scoreWith((from) => from.global) },
    perTopic: {
      actions: Object.fromEntries(overall.perTopic),
      ...scoreWith((from, turn) => from.perTopic.get(topicOf(turn)) ?? from.global),
    },
  };
}

/** How far the metric can go: the share of the agents' own macro replies whose text maps to the label they picked. */
export function templateCoverage(
  items: readonly (LabelledTurn & { text: string })[],
  templates: Templates,
): Score {
  const replies = items.filter((item) => !item.typed && isReply(item));
  return scoreOf(replies, ({ text, topic, gold }) => matchAction(text, templates, topic).includes(gold));
}

const isReply = ({ gold }: LabelledTurn): boolean => gold !== queryAction;
const topicOf = ({ topic }: LabelledTurn): string => topic ?? '*';

function scoreOf<Item>(items: readonly Item[], isRight: (item: Item) => boolean): Score {
  const right = items.filter(isRight).length;
  return { count: items.length, right, accuracy: items.length === 0 ? 0 : right / items.length };
}

type CommonestActions = { global: string; perTopic: Map<string, string> };

function commonestActions(turns: readonly LabelledTurn[]): CommonestActions {
  const groups = [...Map.groupBy(turns, topicOf)];
  return {
    global: commonest(turns),
    perTopic: new Map(groups.map(([topic, group]): [string, string] => [topic, commonest(group)])),
  };
}

/** The commonest gold action; of several, the first in code unit order. */
function commonest(turns: readonly LabelledTurn[]): string {
  const counts = new Map<string, number>();
  for (const { gold } of turns) counts.set(gold, (counts.get(gold) ?? 0) + 1);
  const ranked = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return ranked[0]?.[0] ?? customAction;
}
