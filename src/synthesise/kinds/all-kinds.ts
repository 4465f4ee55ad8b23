import type { Kind } from '../task.ts';
import { dialoguesKind } from './dialogues.ts';
import { escalationsKind } from './escalations.ts';
import { paraphrasesKind } from './paraphrases.ts';
import { questionsKind } from './questions.ts';
import { refusalsKind } from './refusals.ts';
import { variationsKind } from './variations.ts';

/** Every kind, in the order in which their requests are sent. A new kind is a file here, a line here and its settings. */
export const kinds: readonly Kind[] = [
  questionsKind,
  dialoguesKind,
  paraphrasesKind,
  variationsKind,
  refusalsKind,
  escalationsKind,
];
