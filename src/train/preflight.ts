/** What is checked between encoding and the first step: a run that cannot end well is refused, with the numbers. */
import { AttuneError } from '../base/errors.ts';
import { formatBytes } from '../base/format-bytes.ts';
import type { ModelConfig } from '../model/config.ts';
import { loadChatTemplate } from '../text/chat-template.ts';
import { splitMarkers } from '../text/template-markers.ts';
import { loadTokenizer } from '../text/tokenizer.ts';

/** What encoding a split came to. */
export type EncodedCounts = {
  /** Examples that are left, their tokens, and those of them that carry loss. */
  examples: number;
  tokens: number;
  supervised: number;
  /** Examples cut to the sequence length, and the tokens with loss that were cut off. */
  truncated: number;
  supervisedCut: number;
  /** Examples left out because nothing to learn from was left of them. */
  dropped: number;
};

export type DataLimits = { max_truncated_share: number; sequence_length: number };

/**
 * Throws AttuneError 'training' when nothing would be learnt, or when more than `max_truncated_share` of the tokens to
 * learn from is cut off. Returns what is odd but can be trained on.
 */
export function checkData(
  training: EncodedCounts,
  validation: EncodedCounts,
  { max_truncated_share: limit, sequence_length: length }: DataLimits,
): string[] {
  const { examples, supervised, truncated, supervisedCut, dropped } = training;
  if (examples === 0)
    throw new AttuneError('training', `none of the ${dropped} training examples has a token to learn from`, {
      fix: `Examples need assistant turns (not marked trained: false) within train.sequence_length (${length}) tokens.`,
    });
  const share = supervisedCut / (supervised + supervisedCut);
  const cut =
    `${truncated} of ${examples + dropped} examples are longer than ${length} tokens and were cut` +
    `${dropped > 0 ? ` (${dropped} had nothing left to learn from)` : ''}: ${percent(share)} of what could be learnt is lost`;
  if (share > limit)
    throw new AttuneError('training', `${cut}; train.max_truncated_share allows ${percent(limit)}`, {
      fix: 'Raise train.sequence_length as far as the base model reads, drop or shorten long examples, or allow a larger share.',
    });
  return [
    ...(truncated + dropped > 0 ? [cut] : []),
    ...(validation.examples === 0
      ? ['the validation split is empty: nothing tells when to stop, and the last step is kept, not the best']
      : []),
  ];
}

/** Throws AttuneError 'training' when a preference objective has no pairs to learn from. */
export function checkPairs({ examples, dropped }: EncodedCounts): void {
  if (examples === 0)
    throw new AttuneError(
      'training',
      `none of the ${dropped} training records has a rejected answer that differs from the chosen one`,
      {
        fix: "DPO and ORPO learn from records whose assistant turns have rejected answers, such as TRL's preference records.",
      },
    );
}

/**
 * Throws AttuneError 'model' when the tokenizer of the base in `folder` makes ids that its model does not know; warns of
 * markers in the chat template that the tokenizer cuts into pieces.
 */
export async function checkTemplate(folder: string, { vocabularySize }: ModelConfig): Promise<string[]> {
  const tokenizer = await loadTokenizer(folder);
  if (tokenizer.vocabularySize > vocabularySize)
    throw new AttuneError(
      'model',
      `${folder}: the tokenizer has ${tokenizer.vocabularySize} tokens, but the model knows ${vocabularySize}`,
      { fix: 'Take model and tokenizer of the same version; added tokens need a larger embedding table.' },
    );
  const split = splitMarkers(await loadChatTemplate(folder), tokenizer);
  if (split.length === 0) return [];
  const named = split.map(({ marker, tokens }) => `${marker} (${tokens} tokens)`).join(', ');
  return [
    `the chat template writes ${named}, which the tokenizer does not know as one token: template and tokenizer may belong to different models`,
  ];
}

/** Throws AttuneError 'storage' when `folder` has less room than the `needed` bytes. */
export function checkDisk(folder: string, needed: number, free: number): void {
  if (needed <= free) return;
  throw new AttuneError(
    'storage',
    `${folder}: checkpoints and result need ${formatBytes(needed)}, but ${formatBytes(free)} are free`,
    { fix: 'Free some disk space, lower train.keep_checkpoints, or train an adapter (method: lora).' },
  );
}

/**
 * Throws AttuneError 'training' when a run of about `needed` bytes cannot fit into `free`; warns when it only just does:
 * a machine that swaps trains at a crawl.
 */
export function checkMemory(needed: number, free: number): string[] {
  const what = `training takes about ${formatBytes(needed)} of memory, and ${formatBytes(free)} are free`;
  if (needed > free)
    throw new AttuneError('training', what, {
      fix: 'Lower train.batch_size (raise gradient_accumulation to make up for it) or train.sequence_length, set gradient_checkpointing, or use method: qlora.',
    });
  return needed > 0.9 * free ? [`${what}: close the rest, or it may be stopped by the system`] : [];
}

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}%`;
