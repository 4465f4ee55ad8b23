/** The HTML body of a message as plain text, with the messages it quotes left out. */
import type { TokenizerCallbacks } from 'htmlparser2';
import { unwrapText } from './wrapping.ts';

export type HtmlReader = (html: string) => { text: string; quoted: boolean };

/** Elements whose text nobody sees. */
const hidden = new Set(['script', 'style', 'title', 'template', 'noscript', 'select', 'textarea', 'object']);
const ownLine = new Set([
  'address',
  'article',
  'aside',
  'center',
  'dd',
  'div',
  'dl',
  'dt',
  'footer',
  'form',
  'header',
  'hr',
  'li',
  'main',
  'ol',
  'pre',
  'section',
  'table',
  'tr',
  'ul',
]);
const paragraph = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote']);
const keptAttributes = new Set(['href', 'class', 'alt', 'start', 'style']);
/** What newsletters and shops hide, to be shown in a list of mails only. These elements are closed by those who write them. */
const mayHide = new Set(['div', 'span', 'table', 'td']);
const hiddenStyle = /(?:^|;)\s{0,5}(?:display\s{0,5}:\s{0,5}none|mso-hide\s{0,5}:\s{0,5}all)\b/i;
/** Lists within lists are indented no further. */
const deepestList = 6;
const emoji = /^\p{RGI_Emoji}$/v;
/** Classes by which mail programs mark a signature. */
const signatureClass =
  /(?:^|\s)(?:gmail_signature|moz-signature|signature|yahoo_signature|ms-outlook-mobile-signature)(?:\s|$)/i;

/**
 * Loads the HTML tokenizer and returns the reader. It keeps no tree, and of what is open only counts, so that neither
 * depth nor unclosed tags cost memory or time. What stands in a <blockquote> is a quote.
 */
export async function loadHtmlReader(): Promise<HtmlReader> {
  const { Tokenizer } = await import('htmlparser2');
  return (html) => {
    const body = new BodyText(html);
    const tokenizer = new Tokenizer({}, body.callbacks);
    tokenizer.write(html);
    tokenizer.end();
    return body.finish();
  };
}

class BodyText {
  readonly callbacks: TokenizerCallbacks;
  #html: string;
  #parts: string[] = [];
  /** Line breaks that the next text begins with, and whether a blank does. */
  #breaks = 0;
  #blank = false;
  #empty = true;
  #tag = '';
  #attribute = '';
  #value = '';
  #attributes = new Map<string, string>();
  /** The element whose content is left out, and how many of its name are open within it. */
  #skipped: { name: string; open: number } | undefined;
  #quoted = false;
  #preformatted = 0;
  /** Of each open list the number of its next item; undefined where it has none. */
  #lists: (number | undefined)[] = [];
  #link: { address: string; label: number } | undefined;

  constructor(html: string) {
    this.#html = html;
    const slice = (start: number, end: number): string => this.#html.slice(start, end);
    this.callbacks = {
      onopentagname: (start, end) => {
        this.#tag = slice(start, end).toLowerCase();
        this.#attributes.clear();
      },
      onattribname: (start, end) => {
        this.#attribute = slice(start, end).toLowerCase();
        this.#value = '';
      },
      onattribdata: (start, end) => (this.#value += slice(start, Math.min(end, start + 2000))),
      onattribentity: (point) => (this.#value += String.fromCodePoint(point)),
      onattribend: () => {
        if (keptAttributes.has(this.#attribute)) this.#attributes.set(this.#attribute, this.#value);
      },
      onopentagend: () => this.#open(this.#tag),
      onselfclosingtag: () => {
        if (this.#tag === 'br' || this.#tag === 'hr' || this.#tag === 'img') this.#open(this.#tag);
      },
      onclosetag: (start, end) => this.#close(slice(start, end).toLowerCase()),
      ontext: (start, end) => this.#text(slice(start, end)),
      ontextentity: (point) => this.#text(String.fromCodePoint(point)),
      oncdata: () => {},
      oncomment: () => {},
      ondeclaration: () => {},
      onprocessinginstruction: () => {},
      onend: () => {},
    };
  }

  finish(): { text: string; quoted: boolean } {
    return { text: this.#parts.join('').trim(), quoted: this.#quoted };
  }

  #open(name: string): void {
    if (this.#skipped) {
      if (this.#skipped.name === name) this.#skipped.open += 1;
      return;
    }
    if (hidden.has(name) || name === 'blockquote' || this.#isSignature(name) || this.#isHidden(name)) {
      if (name === 'blockquote') this.#quoted = true;
      this.#skipped = { name, open: 1 };
      this.#break(1);
      return;
    }
    if (name === 'br') this.#newline();
    else if (name === 'td' || name === 'th') this.#blank = true;
    else if (paragraph.has(name)) this.#break(2);
    else if (ownLine.has(name)) this.#break(1);
    if (name === 'ol' || name === 'ul') this.#openList(name);
    if (name === 'li') this.#openItem();
    if (name === 'img') this.#image();
    if (name === 'pre') this.#preformatted += 1;
    if (name === 'a') this.#link = { address: this.#attributes.get('href') ?? '', label: this.#parts.length };
  }

  #openList(name: string): void {
    const start = /^\d{1,6}$/.exec(this.#attributes.get('start') ?? '1')?.[0] ?? '1';
    if (this.#lists.length < deepestList) this.#lists.push(name === 'ol' ? Number(start) : undefined);
  }

  #openItem(): void {
    const depth = this.#lists.length - 1;
    const number = this.#lists[depth];
    if (number !== undefined) this.#lists[depth] = number + 1;
    this.#write(`${'  '.repeat(Math.max(0, depth))}${number === undefined ? '-' : `${number}.`} `);
  }

  /** Help desks and mail programs put pictures in place of emoji. */
  #image(): void {
    const alternative = this.#attributes.get('alt')?.trim() ?? '';
    if (emoji.test(alternative)) this.#text(alternative);
  }

  #isHidden(name: string): boolean {
    return mayHide.has(name) && hiddenStyle.test(this.#attributes.get('style') ?? '');
  }

  #isSignature(name: string): boolean {
    return (name === 'div' || name === 'table') && signatureClass.test(this.#attributes.get('class') ?? '');
  }

  #close(name: string): void {
    if (this.#skipped) {
      if (this.#skipped.name !== name) return;
      this.#skipped.open -= 1;
      if (this.#skipped.open === 0) {
        this.#skipped = undefined;
        this.#break(1);
      }
      return;
    }
    if (paragraph.has(name)) this.#break(2);
    else if (ownLine.has(name)) this.#break(1);
    if (name === 'ol' || name === 'ul') this.#lists.pop();
    if (name === 'pre' && this.#preformatted > 0) this.#preformatted -= 1;
    if (name === 'a') this.#closeLink();
  }

  /** Where a link leads stands behind its label, unless the label says it. */
  #closeLink(): void {
    const link = this.#link;
    this.#link = undefined;
    if (link === undefined || !/^https?:\/\/[^\s<>]{1,500}$/.test(link.address)) return;
    const label = this.#parts.slice(link.label).join('').trim();
    const address = unwrapText(link.address);
    const bare = address.replace(/^https?:\/\//, '').replace(/\/$/, '');
    if (label !== '' && !label.includes(bare)) this.#write(` (${address})`);
  }

  #text(text: string): void {
    if (this.#skipped) return;
    if (this.#preformatted > 0) return this.#write(text);
    const words = text.replace(/[\s\u00a0]+/g, ' ');
    if (words === ' ') {
      this.#blank = true;
      return;
    }
    if (words.startsWith(' ')) this.#blank = true;
    this.#write(words.trim());
    this.#blank = words.endsWith(' ');
  }

  #write(text: string): void {
    if (text === '') return;
    if (this.#breaks > 0) this.#parts.push('\n'.repeat(this.#breaks));
    else if (this.#blank && !this.#empty) this.#parts.push(' ');
    this.#breaks = 0;
    this.#blank = false;
    this.#empty = false;
    this.#parts.push(text);
  }

  /** What follows begins on a line of its own, or after an empty line. */
  #break(lines: 1 | 2): void {
    if (!this.#empty) this.#breaks = Math.max(this.#breaks, lines);
  }

  #newline(): void {
    if (!this.#empty) this.#breaks = Math.min(2, this.#breaks + 1);
  }
}
