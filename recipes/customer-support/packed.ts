/** The shape of one line of data/dialogues.jsonl.br: a STAR dialogue without what is of no use to a model. */
import type { Json } from '../../src/base/json.ts';

export type PackedEvent =
  /** The customer wrote this. */
  | { user: string }
  /** What the agent wanted to say, typed to look for a ready-made reply; the customer never saw it. */
  | { draft: string }
  /** A ready-made reply sent to the customer; `others` are the labels offered beside it, sorted, each once. */
  | { reply: string; action: string; others?: string[] }
  /** A reply the agent typed freely; a few have a label all the same. */
  | { typed: string; action?: string }
  /** A question to the database: slot name and a Python expression, in the order of upstream's form. */
  | { query: string; where: [slot: string, expression: string][] }
  /** Its answer, always directly after the query: the item found, or null; `total` where it was counted. */
  | { result: Record<string, Json> | null; total?: number }
  /** In dialogues with several tasks: the task the agent switched to. */
  | { task: string };

export type PackedDialogue = {
  id: number;
  level: string;
  tasks: string[];
  happy: boolean;
  multi: boolean;
  conflicts: boolean;
  /** Unix seconds of the first event that has a time. */
  startedAt: number | null;
  /** The people, numbered in the order of their first dialogue; a number is the same person in either role. */
  userWorker: number;
  agentWorker: number;
  /** The customer's and the agent's answers after the dialogue. */
  userAnswers: Record<string, boolean>;
  agentAnswers: Record<string, boolean>;
  events: PackedEvent[];
};
