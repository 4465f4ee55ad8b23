/** What every reader makes of a file, whatever its format: facts about the page and its text as a list of blocks. */

/** A piece of text that is never torn apart from its own beginning. */
export type Block =
  /** Opens a section; `anchor` is the part of the page's address that leads there. */
  | { kind: 'heading'; level: number; text: string; anchor?: string; sheet?: number }
  /** Closes the sections of this level and those inside them: what follows belongs to the section around them. */
  | { kind: 'end'; level: number }
  /**
   * `linksOnly`: all of its words lead elsewhere. `lead`: what it begins with in bold letters. `sheet` is the page of a
   * PDF, from 1.
   */
  | { kind: TextKind; text: string; linksOnly?: boolean; lead?: string; sheet?: number };

/** Items of a list and rows of a table stand on lines of their own; paragraphs and code have a blank line around them. */
export type TextKind = 'paragraph' | 'item' | 'row' | 'code';

export type TextBlock = Extract<Block, { kind: TextKind }>;

export type QuestionAndAnswer = { question: string; answer: string; anchor?: string };

export type Page = {
  title?: string;
  /** BCP 47 tag, where the page itself names its language. */
  language?: string;
  /** The page's address where it states it whole. */
  url?: string;
  /** The page's address below `base_url` where it states it: a permalink or slug. */
  address?: string;
  /** What the page says it is about. */
  category?: string;
  blocks: Block[];
  /** Questions that the page marks up as such for machines. */
  questions: QuestionAndAnswer[];
  /** What was left out of it or could not be read, for the ledger. */
  notes: string[];
};

/** Why a file gives no page. `bad` is a file that is broken or refused; the others have nothing to give. */
export class NoPage extends Error {
  readonly bad: boolean;

  constructor(reason: string, { bad }: { bad: boolean }) {
    super(reason);
    this.name = 'NoPage';
    this.bad = bad;
  }
}

export function isText(block: Block): block is TextBlock {
  return block.kind !== 'heading' && block.kind !== 'end';
}

/** Blocks as plain text, the way that a passage shows them. */
export function joinBlocks(blocks: readonly TextBlock[]): string {
  let text = '';
  blocks.forEach((block, i) => {
    const before = blocks[i - 1];
    if (before !== undefined) text += isTight(before, block) ? '\n' : '\n\n';
    text += block.text;
  });
  return text;
}

/** Whether two neighbours are lines of one list or table. A list follows the sentence that announces it directly. */
function isTight(before: TextBlock, block: TextBlock): boolean {
  if (block.kind === 'item') return before.kind === 'item' || /[:：]$/.test(before.text);
  return block.kind === 'row' && before.kind === 'row';
}
