/** HTML and Markdown to plain text. Code, fenced or in backticks, is left as it is. */

/** Tags that are markup wherever they stand; words such as <address> or <data> are as often a placeholder. */
const knownTags =
  'a|abbr|article|aside|b|big|blockquote|body|br|button|center|code|dd|del|div|dl|dt|em|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|ins|kbd|label|li|link|main|mark|meta|nav|ol|p|pre|s|script|section|small|span|strike|strong|style|sub|sup|table|tbody|td|tfoot|th|thead|tr|u|ul';
const tag = new RegExp(`<(/?)(${knownTags})((?:\\s[^<>]{0,2000})?)/?>`, 'gi');
const hiddenElement = /<(script|style)\b[^<>]{0,2000}>[^]*?<\/\1\s*>|<!--[^]*?-->/gi;
const link =
  /<a\s[^<>]{0,2000}?href\s*=\s*["']?([^"'\s<>]{1,2000})["']?[^<>]{0,500}>([^<]{0,2000}(?:<(?!\/a)[^<]{0,500}){0,20})<\/a\s*>/gi;
const breaking = new Set([
  'br',
  'p',
  'div',
  'tr',
  'li',
  'ul',
  'ol',
  'table',
  'blockquote',
  'section',
  'article',
  'header',
  'footer',
  'hr',
  'pre',
  'dd',
  'dt',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
]);

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  copy: '©',
  reg: '®',
  trade: '™',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  bull: '•',
  middot: '·',
  euro: '€',
  pound: '£',
  yen: '¥',
  cent: '¢',
  deg: '°',
  times: '×',
  laquo: '«',
  raquo: '»',
  eacute: 'é',
  egrave: 'è',
  agrave: 'à',
  ccedil: 'ç',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  szlig: 'ß',
  ntilde: 'ñ',
};

/** Fenced blocks and inline code, and HTML's own code elements. */
const codePart =
  /(```[^]*?(?:```|$)|~~~[^]*?(?:~~~|$)|`[^`\n]+`|<pre\b[^<>]{0,500}>[^]*?<\/pre\s*>|<code\b[^<>]{0,500}>[^]*?<\/code\s*>)/i;

/** Splits into prose (even places) and code (odd places). */
export function splitCode(text: string): string[] {
  return text.includes('`') || text.includes('~~~') || /<(?:pre|code)\b/i.test(text)
    ? text.split(codePart)
    : [text];
}

export function stripMarkup(prose: string): string {
  return stripMarkdown(stripHtml(prose));
}

/** The code of a <pre> or <code> element in backticks; other code as it is. */
export function stripCodeTags(code: string): string {
  const html = /^<(pre|code)\b[^<>]*>([^]*)<\/\1\s*>$/i.exec(code);
  if (!html) return code;
  const inner = decodeEntities(html[2]!.replace(tag, ''));
  return html[1]!.toLowerCase() === 'pre' || inner.includes('\n')
    ? `\n\`\`\`\n${inner.trim()}\n\`\`\`\n`
    : `\`${inner}\``;
}

/** HTML as plain text: hidden parts gone, links with their address, blocks and list items on lines of their own. */
export function stripHtml(text: string): string {
  if (!text.includes('<')) return decodeEntities(text);
  const plain = text
    .replace(hiddenElement, '')
    .replace(link, (_all, url: string, label: string) => withAddress(label.replace(tag, ''), url))
    .replace(tag, (_all, closing: string, name: string) => {
      const lower = name.toLowerCase();
      if (lower === 'li' && closing === '') return '\n- ';
      if (lower === 'td' || lower === 'th') return ' ';
      return breaking.has(lower) ? '\n' : '';
    });
  return decodeEntities(plain);
}

/** HTML's character references as characters; one that names nothing stays as it is. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi,
    (all, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined)
        return (Object.hasOwn(entities, name.toLowerCase()) && entities[name.toLowerCase()]) || all;
      const point = decimal !== undefined ? Number(decimal) : Number.parseInt(hex!, 16);
      return point > 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)
        ? String.fromCodePoint(point)
        : all;
    },
  );
}

/** Emphasis, headings and links lose their marks; lists, quotes and tables are readable as they are. */
export function stripMarkdown(text: string): string {
  if (!/[*_#[\]~]/.test(text)) return text;
  return text
    .replace(/!\[([^\]\n]{0,500})\]\([^()\s]{1,2000}(?:\s+"[^"\n]{0,500}")?\)/g, '$1')
    .replace(
      /\[([^\][\n]{1,500})\]\(<?([^()\s<>]{1,2000})>?(?:\s+"[^"\n]{0,500}")?\)/g,
      (_all, label: string, url: string) => withAddress(label, url),
    )
    .replace(/^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$/gm, '$1')
    .replace(/(?<![\w*\\])\*\*(?=[^\s*])([^*\n]{1,1000}?)(?<=[^\s*])\*\*(?![\w*])/g, '$1')
    .replace(/(?<![\w_\\])__(?=[^\s_])([^_\n]{1,1000}? [^_\n]{0,1000}?)(?<=[^\s_])__(?![\w_])/g, '$1')
    .replace(/(?<![\w*\\])\*(?=[^\s*])([^*\n]{1,1000}?)(?<=[^\s*])\*(?![\w*])/g, '$1')
    .replace(/(?<![\w~])~~(?=\S)([^~\n]{1,1000}?)(?<=\S)~~(?![\w~])/g, '$1');
}

function withAddress(label: string, url: string): string {
  const text = label.trim();
  const address = url.replace(/^mailto:|^tel:/i, '');
  return text === '' || text === address || text === url ? address : `${text} (${address})`;
}
