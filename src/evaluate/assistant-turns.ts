import { seededRandom, shuffled } from '../base/random.ts';
import { conversationOf, type Example, type Message } from '../data/example.ts';
import { matchAction, type Templates } from './action-templates.ts';
import { customAction, queryAction } from './next-action.ts';

/** A place in a test conversation where the agent acted, and a model is asked to. */
export type Turn = {
  /** The example's id. */
  conversation: string;
  /** What it is an observation of, with others of the same conversation (see conversationOf). */
  cluster: string;
  topic: string | undefined;
  /** Index of the agent's message in the conversation. */
  index: number;
  /** Everything before it, as it really was (gold history). */
  history: readonly Message[];
  gold: Message;
  kind: 'reply' | 'query';
  /** The agent typed this reply freely rather than picking a macro. */
  typed: boolean;
  /** The agent's action, where it is known. */
  action: string | undefined;
};

/** Every assistant turn of the conversations that is not marked `trained: false`, in order. */
export function assistantTurns(examples: readonly Example[], templates: Templates | null): Turn[] {
  return examples.flatMap(({ messages, meta }) =>
    messages.flatMap((gold, index): Turn[] => {
      if (gold.role !== 'assistant' || gold.trained === false) return [];
      return [
        {
          conversation: meta.id,
          cluster: conversationOf(meta),
          topic: meta.topic,
          index,
          history: messages.slice(0, index),
          gold,
          kind: gold.toolCalls && gold.toolCalls.length > 0 ? 'query' : 'reply',
          typed: gold.meta?.['typed'] === true,
          action: goldAction(gold, meta.topic, templates),
        },
      ];
    }),
  );
}

/** The label in the data; else `query` for a tool call, `custom` for a typed reply, or the macro whose words the reply has. */
function goldAction(
  gold: Message,
  topic: string | undefined,
  templates: Templates | null,
): string | undefined {
  const label = gold.meta?.['action'];
  if (typeof label === 'string') return label;
  if (gold.toolCalls && gold.toolCalls.length > 0) return queryAction;
  if (gold.meta?.['typed'] === true) return customAction;
  return templates ? matchAction(gold.content, templates, topic)[0] : undefined;
}

/** At most `limit` conversations drawn with the seed, in their original order; all of them without a limit. */
export function drawConversations(
  examples: readonly Example[],
  limit: number | undefined,
  seed: number,
): Example[] {
  if (limit === undefined || limit >= examples.length) return [...examples];
  const drawn = new Set(shuffled(examples, seededRandom(seed, 'evaluate-conversations')).slice(0, limit));
  return examples.filter((example) => drawn.has(example));
}

/** `count` replies to show, drawn at random: from different conversations first, queries left out. */
export function drawSideBySide(turns: readonly Turn[], count: number, seed: number): Turn[] {
  const mixed = shuffled(turns, seededRandom(seed, 'evaluate-side-by-side')).filter(
    ({ kind }) => kind === 'reply',
  );
  const seen = new Set<string>();
  const first: Turn[] = [];
  const rest: Turn[] = [];
  for (const turn of mixed) {
    (seen.has(turn.conversation) ? rest : first).push(turn);
    seen.add(turn.conversation);
  }
  const drawn = new Set([...first, ...rest].slice(0, count));
  return turns.filter((turn) => drawn.has(turn));
}
