/** A piece of a knowledge base, small enough to be quoted, and the shape of every line in collect's passages.jsonl. */
import { AttuneError } from '../../base/errors.ts';
import { readJsonLines } from '../../formats/jsonl.ts';
import { ownLineLimitBytes } from '../read-examples.ts';

export type Passage = {
  /** Unique within a project: the page's file and the passage's number on it. */
  id: string;
  /** Plain text in whole sentences: paragraphs, lists (`- `, `1. `) and table rows, without the headings above it. */
  text: string;
  /** The page's title. */
  title: string;
  /** The headings that it stands under, outermost first: `Troubleshooting › My code is wrong`. */
  section?: string;
  /** Where a reader finds it; only where the page or `base_url` names an address. */
  url?: string;
  /** BCP 47 tag. */
  language?: string;
  /** The knowledge base's name in attune.yaml, or its path. */
  source: string;
  /** The file, and the passage's number on it or the page of a PDF. */
  place: string;
};

/**
 * Streams the passages of a file that collect wrote. Throws AttuneError 'storage' when it cannot be read and 'data' at a
 * line that is no passage.
 */
export async function* readPassages(path: string): AsyncGenerator<Passage> {
  for await (const { line, value, error } of readJsonLines(path, { maxLineBytes: ownLineLimitBytes })) {
    if (error !== undefined || !isPassage(value))
      throw new AttuneError('data', `${path}:${line} is not a passage${error ? `: ${error}` : ''}`, {
        fix: 'The file was changed or damaged: run collect again with --force.',
      });
    yield value;
  }
}

function isPassage(value: unknown): value is Passage {
  const { id, text, title } = (value ?? {}) as Partial<Passage>;
  return typeof id === 'string' && typeof text === 'string' && typeof title === 'string';
}
