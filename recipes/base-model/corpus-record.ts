import type { Example, Message } from '../../src/data/example.ts';

/** One piece of training text. A document is plain text; a conversation goes through the chat template. */
export type CorpusRecord =
  | { kind: 'document'; text: string; source: string }
  | { kind: 'conversation'; example: Example; source: string };

export const document = (source: string, text: string): CorpusRecord => ({ kind: 'document', text, source });

export const conversation = (source: string, id: string, messages: Message[]): CorpusRecord => ({
  kind: 'conversation',
  source,
  example: { messages, meta: { id: `${source}/${id}`, source } },
});

/** Cuts a long text at paragraph ends into pieces of about `size` characters. */
export function pieces(text: string, size: number): string[] {
  const result: string[] = [];
  let piece = '';
  for (const paragraph of text.split(/\n{2,}/)) {
    if (piece.length > 0 && piece.length + paragraph.length > size) {
      result.push(piece);
      piece = '';
    }
    for (let start = 0; start < paragraph.length; start += size) {
      piece += (piece === '' ? '' : '\n\n') + paragraph.slice(start, start + size);
    }
  }
  return piece === '' ? result : [...result, piece];
}

/** Groups of `size` neighbours; the last may be smaller. */
export function groupsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
