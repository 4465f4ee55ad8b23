/**
 * Next-action accuracy for teams that answer with macros: did the model take the step the human agent took?
 * A reply is mapped to the label of the macro whose wording it has; asking a tool is the action `query`.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AttuneError } from '../base/errors.ts';
import { storageError } from '../base/files.ts';
import type { ToolCall } from '../data/example.ts';

/** The action of a turn that asks a tool, whatever the tool. */
export const queryAction = 'query';
/** The action of a reply that follows no macro. */
export const customAction = 'custom';

/** A macro's wording: its literal pieces in normal form, with a blank at both ends. Between two pieces stands any text. */
type Template = { label: string; pieces: string[]; literalLength: number };

/** Macros by topic; `*` holds those of every topic. */
export type Templates = ReadonlyMap<string, readonly Template[]>;

const templatesFile = z.record(z.string(), z.record(z.string(), z.array(z.string()).min(1)));

const slots = /\{\w*(?::\w*)?\}/u;

/**
 * Reads macros from a JSON file: `{"<topic>": {"<label>": ["wording with {slot} or {slot:s}", …]}, "*": {…}}`.
 * Throws AttuneError 'config' on another shape, and on a wording that has nothing but slots, since it fits any reply.
 */
export async function loadTemplates(path: string): Promise<Templates> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw storageError(path, cause);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new AttuneError('config', `${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
  return parseTemplates(json, path);
}

/** The same from a value already in memory; `name` is for error messages. */
export function parseTemplates(json: unknown, name = 'templates'): Templates {
  const parsed = templatesFile.safeParse(json);
  if (!parsed.success) {
    const [problem] = parsed.error.issues;
    throw new AttuneError('config', `${name}: ${problem?.path.join('.')}: ${problem?.message}`, {
      fix: 'Write {"<topic>": {"<label>": ["wording", …]}}, with * as the topic of wordings used everywhere.',
    });
  }
  const topics = Object.entries(parsed.data).map(([topic, labels]): [string, Template[]] => [
    topic,
    Object.entries(labels).flatMap(([label, wordings]) =>
      wordings.map((wording) => compile(label, wording, `${name}: ${topic}.${label}`)),
    ),
  ]);
  return new Map(topics);
}

function compile(label: string, wording: string, where: string): Template {
  const pieces = ` ${wording} `.split(slots).map(normalise);
  const literalLength = pieces.reduce((sum, piece) => sum + piece.trim().length, 0);
  if (literalLength === 0) {
    throw new AttuneError(
      'config',
      `${where}: "${wording}" has no words of its own, so it fits every reply.`,
      {
        fix: 'List the texts it can have instead.',
      },
    );
  }
  return { label, pieces, literalLength };
}

/** NFKC, lower case, and one blank for everything but letters, marks, digits and symbols: the words and nothing else. */
function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{S}]+/gu, ' ');
}

/**
 * The labels of the macros that `reply` follows, sorted; empty where it follows none. The topic's own macros are
 * asked first, those under `*` when none of them fits. Of several that fit, the ones with the most literal text win:
 * "Your driver will be with you in 5 minutes." is not "Your driver will be {name}.". Two labels with one wording
 * both come back. Only normal forms are compared, with no tolerance for other words: a macro reaches the customer
 * as it is written, so a slip in its words is a mistake of the model.
 */
export function matchAction(reply: string, templates: Templates, topic: string | undefined): string[] {
  const text = normalise(` ${reply} `);
  const own = topic === undefined ? [] : mostSpecific(text, templates.get(topic) ?? []);
  return own.length > 0 ? own : mostSpecific(text, templates.get('*') ?? []);
}

function mostSpecific(text: string, templates: readonly Template[]): string[] {
  const fitting = templates.filter((template) => fits(text, template.pieces));
  const most = Math.max(...fitting.map(({ literalLength }) => literalLength));
  const labels = fitting.filter(({ literalLength }) => literalLength === most).map(({ label }) => label);
  return [...new Set(labels)].sort();
}

/**
 * Whether `text` is the pieces in order with any text between them. Linear: with wildcards only, taking each piece
 * where it is found first never misses a fit, and the last piece is anchored at the end.
 */
function fits(text: string, pieces: readonly string[]): boolean {
  if (pieces.length === 1) return text === pieces[0];
  const last = pieces.at(-1)!;
  if (!text.startsWith(pieces[0]!) || !text.endsWith(last)) return false;
  let at = endOf(pieces[0]!, 0);
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = endOf(piece, found);
  }
  return at + last.length <= text.length;
}

/** Where the next piece may begin: the blank after a piece may also be the one before the next, if the slot is empty. */
const endOf = (piece: string, start: number): number => start + piece.length - (piece.endsWith(' ') ? 1 : 0);

/** One place where the agent acted, and what the model did there. */
export type ActionItem = {
  topic: string | undefined;
  /** The agent's action: a macro's label, `query`, or `custom` for a reply without a macro. */
  gold: string;
  /** True where the agent typed freely: there is no macro to find, so it is scored apart. */
  typed: boolean;
  reply: string;
  toolCalls: readonly ToolCall[];
};

export type Score = {
  count: number;
  right: number;
  /** right / count; 0 when nothing was counted. */ accuracy: number;
};

export type NextActionAccuracy = {
  /** Macro replies and queries together: the headline. */
  overall: Score;
  replies: Score;
  queries: Score;
  /** Free-typed replies, in none of the other figures. Right where the model's reply follows no macro either. */
  typed: Score;
  /** Macro replies and queries by topic. */
  byTopic: Record<string, Score>;
  /** Per item, in the order given, for paired comparisons of two models. */
  right: boolean[];
};

/** The actions a model's turn stands for: `query` for a tool call, the macros it follows, `custom` where it follows none. */
export function actionsOf(
  item: Pick<ActionItem, 'topic' | 'reply' | 'toolCalls'>,
  templates: Templates,
): string[] {
  if (item.toolCalls.length > 0) return [queryAction];
  const labels = matchAction(item.reply, templates, item.topic);
  return labels.length > 0 || item.reply.trim() === '' ? labels : [customAction];
}

/** Scores a model's turns. A turn is right when the agent's action is among the actions it stands for. */
export function nextActionAccuracy(items: readonly ActionItem[], templates: Templates): NextActionAccuracy {
  return scoreActions(items, (item) => actionsOf(item, templates).includes(item.gold));
}

function scoreActions<Item extends Pick<ActionItem, 'topic' | 'gold' | 'typed'>>(
  items: readonly Item[],
  isRight: (item: Item) => boolean,
): NextActionAccuracy {
  const right = items.map(isRight);
  const scoreWhere = (wanted: (item: Item) => boolean): Score => {
    const chosen = right.filter((_, index) => wanted(items[index]!));
    const hits = chosen.filter(Boolean).length;
    return { count: chosen.length, right: hits, accuracy: chosen.length === 0 ? 0 : hits / chosen.length };
  };
  const topics = [...new Set(items.filter(({ typed }) => !typed).map(topicOf))].sort();
  return {
    overall: scoreWhere(({ typed }) => !typed),
    replies: scoreWhere(({ typed, gold }) => !typed && gold !== queryAction),
    queries: scoreWhere(({ typed, gold }) => !typed && gold === queryAction),
    typed: scoreWhere(({ typed }) => typed),
    byTopic: Object.fromEntries(
      topics.map((topic) => [topic, scoreWhere((item) => !item.typed && topicOf(item) === topic)]),
    ),
    right,
  };
}

const topicOf = ({ topic }: { topic: string | undefined }): string => topic ?? '*';

type LabelledTurn = Pick<ActionItem, 'topic' | 'gold' | 'typed'>;

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
  const isReply = ({ gold }: LabelledTurn): boolean => gold !== queryAction;
  const turns = train.filter(({ typed }) => !typed);
  const overall = commonestActions(turns);
  const replies = commonestActions(turns.filter(isReply));
  const scoreWith = (choose: (from: CommonestActions, turn: LabelledTurn) => string): BaselineScore => ({
    overall: scoreActions(items, (item) => item.gold === choose(overall, item)).overall,
    replies: scoreActions(items, (item) => item.gold === choose(replies, item)).replies,
  });
  return {
    global: { action: overall.global, reply: replies.global, ...scoreWith((from) => from.global) },
    perTopic: {
      actions: Object.fromEntries(overall.perTopic),
      ...scoreWith((from, turn) => from.perTopic.get(topicOf(turn)) ?? from.global),
    },
  };
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

/** How far the metric can go: the share of the agents' own macro replies whose text maps to the label they picked. */
export function templateCoverage(
  items: readonly (LabelledTurn & { text: string })[],
  templates: Templates,
): Score {
  return scoreActions(items, ({ text, topic, gold }) => matchAction(text, templates, topic).includes(gold))
    .replies;
}
