/**
 * A SentencePiece BPE tokenizer (Llama 2, Mistral, Gemma) as tokenizer.json holds it, in the terms of llama.cpp's own
 * SentencePiece tokenizer, which joins the neighbours whose union has the highest score.
 */
import type { Component, TokenizerFile } from './gguf-vocabulary.ts';

const space = '▁';

/** llama.cpp's token types (llama_token_type). */
const normal = 1;
const unknown = 2;
const byte = 6;

/**
 * Scores that make llama.cpp join what the merges join: the rank of the first merge that makes a token, negated. Every
 * way to make a token from two others is a merge in these files, and those of a better token come first.
 */
export function pieceScores({ model: { merges } }: TokenizerFile, tokens: readonly string[]): number[] {
  const ranks = new Map<string, number>();
  for (const [rank, merge] of merges.entries()) {
    const token = (typeof merge === 'string' ? merge.split(' ') : merge).join('');
    if (!ranks.has(token)) ranks.set(token, rank);
  }
  return tokens.map((token) => -(ranks.get(token) ?? merges.length));
}

/** The type of a token where it is another than in a byte-level tokenizer. */
export function pieceType(token: string, { model }: TokenizerFile): number | undefined {
  if (/^<0x[0-9A-F]{2}>$/.test(token)) return byte;
  // Gemma lists runs of spaces as added tokens, but merges make them.
  if (/^▁+$/.test(token)) return normal;
  return token === model['unk_token'] ? unknown : undefined;
}

/**
 * Whether a space is put before a text, and before what follows a special token. `refuse` gets the reason when the text
 * is changed or cut in a way that llama.cpp has not.
 */
export function addsSpace(
  normalizers: readonly Component[],
  steps: readonly Component[],
  refuse: (what: string) => never,
): boolean {
  let adds = false;
  let marksSpaces = false;
  for (const step of normalizers) {
    if (step.type === 'Prepend' && step['prepend'] === space) adds = true;
    else if (step.type === 'Replace' && isSpace(step) && step['content'] === space) marksSpaces = true;
    else refuse(`it changes text by a ${step.type} normalizer first`);
  }
  for (const step of steps) {
    // No space is left to cut at once they are all marked.
    if (step.type === 'Split' && isSpace(step) && marksSpaces) continue;
    if (step.type !== 'Metaspace' || step['replacement'] !== space || step['split'] !== false)
      return refuse(`its pre-tokenizer is ${JSON.stringify(step)}`);
    const scheme = step['prepend_scheme'] ?? (step['add_prefix_space'] === false ? 'never' : 'always');
    if (scheme === 'first')
      refuse('it puts a space before the text, but not after special tokens, where llama.cpp puts one too');
    adds ||= scheme === 'always';
    marksSpaces = true;
  }
  return marksSpaces ? adds : refuse(`its spaces are not written as ${space}`);
}

function isSpace(step: Component): boolean {
  return (step['pattern'] as { String?: string } | undefined)?.String === ' ';
}
