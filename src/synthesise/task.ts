/** What a kind of synthetic data is: which requests it makes, and what it makes of the answers. */
import type { z } from 'zod';
import type { Example, Message } from '../data/example.ts';
import type { Passage } from '../data/knowledge/passage.ts';
import type { LanguageOf } from '../text/language.ts';
import type { Difficulty, KindName, SynthesiseConfig } from './config.ts';

/** What the requests are made from: already drawn, in plan order, and masked. */
export type Material = {
  config: SynthesiseConfig;
  seed: number;
  /** What the assistant is told that is trained. */
  systemPrompt: string;
  /** Topics of the real examples, sorted. */
  topics: readonly string[];
  passagesFor: (kind: 'questions' | 'dialogues' | 'refusals', count: number) => readonly Passage[];
  languageOf: LanguageOf;
  examplesFor: (kind: 'paraphrases' | 'variations', count: number) => readonly Example[];
};

/** One request of the plan. */
export type Task<T> = {
  /** `questions/help/page.md#3`: the kind, what it is made from, and a number where that is asked more than once. */
  id: string;
  kind: KindName;
  /** Given by `systemOf`, with what this kind needs to be told. */
  system: string;
  user: string;
  schema: z.ZodType<T>;
  /** Examples, and what was wrong with those that are none. */
  read: (answer: T) => Made[];
};

/** A task of any answer; what `read` takes is what `schema` gave. */
export type AnyTask = Task<unknown>;

export type Made =
  | { messages: Message[]; facts: Facts; reason?: undefined }
  /** `kind` counts equal reasons that name values. */
  | { messages?: undefined; reason: string; kind?: string };

/** What goes into `meta` beside id, source and the marks of a synthetic example. */
export type Facts = {
  /** Examples with one of these stay in one split. */
  conversation: string;
  topic?: string | undefined;
  language?: string | undefined;
  /** Id of the passage it is made from. */
  passage?: string | undefined;
  /** The words of the passage that the answer rests on. */
  evidence?: string | undefined;
  /** Id of the real example it is made from. */
  seed_id?: string | undefined;
  persona?: string | undefined;
  difficulty?: Difficulty | undefined;
  /** Why a request is declined. */
  declined?: string | undefined;
};

export type Kind = {
  readonly name: KindName;
  /** The requests of a project, in the order they are sent; none where the project does not ask for this kind. */
  readonly plan: (material: Material) => AnyTask[];
};

/** Hides the type of a task's answer, which its own `schema` guarantees. */
export const asTask = <T>(task: Task<T>): AnyTask => task as AnyTask;
