/** The text of the block that is open: words, line breaks, links, and the bold letters it begins with. */
import { isHan } from './count-words.ts';

export type TakenText = {
  text: string;
  /** Whether all of it is labels of links. */
  linksOnly: boolean;
  /** What stands in bold letters at its beginning, if anything. */
  lead: string | undefined;
};

/** Gathers the text of one block after the other: add to it, then `take`. */
export class RunningText {
  #text = '';
  /** Characters of `#text` that are labels of links. */
  #linked = 0;
  /** How many elements in bold letters are open, and what the text begins with in them, until other text follows. */
  #bold = 0;
  #lead = '';
  #isLeadOver = false;
  /** The link that is open, with the text before it: `#text` is its label until it is closed. */
  #link: { href: string | undefined; before: string } | undefined;
  #code = 0;

  add(data: string): void {
    const added = this.#code > 0 ? data : data.replace(/[\s\u00a0]+/g, collapsed);
    if (this.#bold === 0 && added.trim() !== '') this.#isLeadOver = true;
    this.addBreak(added);
  }

  /** White space, as it is. */
  addBreak(space: string): void {
    if (!this.#isLeadOver) this.#lead += space;
    this.#text += space;
  }

  /** What stood there before and what follows are different words, but one text. */
  separateWords(): void {
    this.#text += ' ';
  }

  openBold(): void {
    this.#bold += 1;
  }

  closeBold(): void {
    this.#bold = Math.max(0, this.#bold - 1);
  }

  openCode(): void {
    this.#code += 1;
  }

  closeCode(): void {
    this.#code = Math.max(0, this.#code - 1);
  }

  openLink(href: string | undefined): void {
    this.closeLink();
    this.#link = { href, before: this.#text };
    this.#text = '';
  }

  /** Adds the address of a link to another site behind its label: `Help desk (https://help.example.com)`. */
  closeLink(): void {
    if (!this.#link) return;
    const { href = '', before } = this.#link;
    this.#link = undefined;
    const label = this.#text.trimEnd();
    const address = href.replace(/^(?:mailto|tel):/i, '').trim();
    const isElsewhere = /^https?:\/\/\S|^(?:mailto|tel):\S/i.test(href) && this.#code === 0;
    const shown =
      isElsewhere && label !== '' && !sameAddress(label, address) ? `${label} (${address})` : label;
    this.#linked += shown.trim().length;
    this.#text = before + shown + this.#text.slice(label.length);
  }

  /** The text so far, which ends here. Code keeps its white space, other text none that has no meaning. */
  take(isCode = false): TakenText {
    this.closeLink();
    const text = isCode ? this.#text.replace(/^\n/, '').trimEnd() : tidy(this.#text);
    const lead = tidy(this.#lead);
    const linksOnly = this.#linked > 0 && this.#linked >= lengthWithoutSigns(text);
    this.#text = '';
    this.#linked = 0;
    this.#lead = '';
    this.#isLeadOver = false;
    return { text, linksOnly, lead: lead !== '' && text.startsWith(lead) ? lead : undefined };
  }
}

/** One space for white space, and none for a line break between two Chinese characters. */
function collapsed(space: string, at: number, text: string): string {
  if (!space.includes('\n')) return ' ';
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at + space.length);
  return isWide(before) && isWide(after) ? '' : ' ';
}

/** Chinese characters and the punctuation between them. */
function isWide(code: number): boolean {
  return isHan(code) || (code >= 0x3000 && code <= 0x303f) || (code >= 0xff00 && code <= 0xff60);
}

/** No white space at the ends of lines or twice in a row, no empty lines. */
function tidy(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/ {2,}/g, ' ').trim())
    .filter((line) => line !== '')
    .join('\n');
}

const signs = ' \n-•*>|.;,·';

/** Characters without the signs between and around links. */
function lengthWithoutSigns(text: string): number {
  let start = 0;
  let end = text.length;
  while (start < end && signs.includes(text[start]!)) start += 1;
  while (end > start && signs.includes(text[end - 1]!)) end -= 1;
  return end - start;
}

function sameAddress(label: string, address: string): boolean {
  const bare = (text: string): string =>
    text
      .toLowerCase()
      .replace(/^https?:\/\/(?:www\.)?/, '')
      .replace(/\/$/, '');
  return bare(label) === bare(address);
}
