/** Sections into passages: by heading, then by paragraph, and never inside a sentence. */
import { splitSentences } from '../../text/sentences.ts';
import type { PassagesConfig } from '../config/knowledge.ts';
import { joinBlocks, type TextBlock } from './page.ts';
import type { Heading, Section } from './sections.ts';
import { countWords } from './count-words.ts';

export type Piece = { text: string; path: Heading[]; sheet?: number };

/** How many times as long as a passage a single sentence may be before it is cut at white space after all. */
const longestSentence = 5;

/**
 * The passages of a page's sections. With `whole`, every section is one passage, however short or long.
 * Otherwise sections shorter than `min_words` are joined with a neighbour, their headings as lines of the text.
 */
export function splitSections(
  sections: readonly Section[],
  { max_words, min_words }: PassagesConfig,
  { whole = false }: { whole?: boolean } = {},
): Piece[] {
  const filled = sections.filter(({ blocks }) => blocks.length > 0);
  if (whole) return filled.map((section) => pieceOf(section.path, section.blocks));
  return joinShort(filled, max_words, min_words).flatMap(({ path, blocks }) =>
    pack(blocks, max_words).map((part) => pieceOf(path, part)),
  );
}

function pieceOf(path: Heading[], blocks: readonly TextBlock[]): Piece {
  const sheet = blocks[0]?.sheet;
  return { text: joinBlocks(blocks), path, ...(sheet !== undefined && { sheet }) };
}

/** Sections with those that are too short for a passage of their own joined to the one before or after. */
function joinShort(sections: readonly Section[], maxWords: number, minWords: number): Section[] {
  // `told`: the headings that the last of the joined sections stands below; their lines are there already.
  const joined: (Section & { words: number; told: Heading[] })[] = [];
  for (const { path, blocks } of sections) {
    const words = countWords(joinBlocks(blocks));
    const before = joined.at(-1);
    const isShort = words < minWords || (before !== undefined && before.words < minWords);
    if (before === undefined || !isShort || before.words + words > maxWords) {
      joined.push({ path, blocks: [...blocks], words, told: path });
      continue;
    }
    const shared = sharedPath(before.path, path);
    before.blocks = [
      ...headingLines(before.path, shared.length),
      ...before.blocks,
      ...headingLines(path, sharedPath(before.told, path).length),
      ...blocks,
    ];
    before.path = shared;
    before.told = path;
    before.words += words;
  }
  return joined;
}

function sharedPath(a: readonly Heading[], b: readonly Heading[]): Heading[] {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, length);
}

/** The headings below the shared ones, as paragraphs, so that a joined passage reads like the page. */
function headingLines(path: readonly Heading[], shared: number): TextBlock[] {
  return path.slice(shared).map(({ text }) => ({ kind: 'paragraph', text }));
}

/**
 * Packs blocks into runs of at most `maxWords` of about equal length. A block that is too long is cut between
 * sentences; what ends with a colon stays with what it announces where there is room.
 */
function pack(blocks: readonly TextBlock[], maxWords: number): TextBlock[][] {
  const units = blocks.flatMap((block) => cutBlock(block, maxWords));
  const total = units.reduce((sum, { words }) => sum + words, 0);
  const count = Math.ceil(total / maxWords || 1);
  const parts: (typeof units)[] = [];
  let current: typeof units = [];
  let words = 0;
  const close = (): void => {
    // An announcement without what it announces is moved on, unless it is all there is.
    const last = current.at(-1);
    const moved = last !== undefined && current.length > 1 && isAnnouncement(last.block) ? [last] : [];
    parts.push(current.slice(0, current.length - moved.length));
    current = [...moved];
    words = moved.reduce((sum, unit) => sum + unit.words, 0);
  };
  for (const unit of units) {
    if (
      current.length > 0 &&
      (words + unit.words > maxWords || (parts.length < count - 1 && words >= total / count))
    )
      close();
    current.push(unit);
    words += unit.words;
  }
  if (current.length > 0) parts.push(current);
  return parts.map((part) => mergeCuts(part.map(({ block }) => block)));
}

function isAnnouncement({ kind, text }: TextBlock): boolean {
  return kind === 'paragraph' && /[:：]$/.test(text);
}

type Unit = { block: TextBlock & { continues?: boolean }; words: number };

/** A block in pieces of at most `maxWords`; `continues` marks those that are the same paragraph as the one before. */
function cutBlock(block: TextBlock, maxWords: number): Unit[] {
  const words = countWords(block.text);
  if (words <= maxWords) return [{ block, words }];
  const sentences = (
    block.kind === 'code' ? block.text.split(/(?<=\n)/) : splitSentences(block.text)
  ).flatMap((sentence) => cutSentence(sentence, maxWords * longestSentence));
  return sentences.map((text, i) => ({
    block: { ...block, text, ...(i > 0 && { continues: true }) },
    words: countWords(text),
  }));
}

/** Data dumps have no sentences: what is far too long for one is cut at white space, or anywhere where there is none. */
function cutSentence(sentence: string, maxWords: number): string[] {
  if (countWords(sentence) <= maxWords) return [sentence];
  const mostCharacters = maxWords * 6;
  const parts: string[] = [];
  for (let start = 0; start < sentence.length;) {
    let end = Math.min(sentence.length, start + mostCharacters);
    const space = end < sentence.length ? sentence.slice(start, end).lastIndexOf(' ') : -1;
    if (space > 0) end = start + space + 1;
    else if (isHighSurrogate(sentence.charCodeAt(end - 1))) end += 1;
    parts.push(sentence.slice(start, end));
    start = end;
  }
  return parts;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

/** Puts the pieces of a paragraph that fell into one passage together again. */
function mergeCuts(blocks: readonly Unit['block'][]): TextBlock[] {
  const merged: TextBlock[] = [];
  for (const { continues, ...block } of blocks) {
    const before = merged.at(-1);
    if (continues === true && before !== undefined)
      merged[merged.length - 1] = { ...before, text: before.text + block.text };
    else merged.push(block);
  }
  return merged.map((block) => ({
    ...block,
    text: block.kind === 'paragraph' ? block.text.trim() : block.text.trimEnd(),
  }));
}
