/** Markdown inside a paragraph to HTML: links, code, emphasis and line breaks. All else is escaped. */

/** Tags that people write into Markdown; other words in angle brackets are text, most often a placeholder. */
const htmlTags =
  'a|abbr|article|aside|b|big|blockquote|br|button|caption|center|cite|code|col|colgroup|dd|del|details|dfn|div|dl|dt|em|figcaption|figure|font|footer|h[1-6]|header|hr|i|iframe|img|input|ins|kbd|label|li|main|mark|nav|noscript|ol|p|picture|pre|q|s|samp|script|section|small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var|video';

/** Where a link that is named, not written out (`[label][name]`), leads. */
export type LinkTargets = ReadonlyMap<string, string>;

const token = new RegExp(
  [
    String.raw`\\([!-/:-@[-\x60{-~])`, // 1: an escaped sign
    String.raw`(\x60{1,3})((?:[^\x60]|(?!\2)\x60){1,2000}?)\2`, // 2, 3: code
    String.raw`<((?:https?://|mailto:)[^\s<>]{1,2000}|[\w.+-]{1,64}@[\w.-]{1,255})>`, // 4: an address
    `(</?(?:${htmlTags})(?:\\s[^<>]{0,2000})?/?>)`, // 5: a tag
    String.raw`(!?)\[((?:[^[\]]|\[[^[\]]{0,200}\]){0,500})\](?:\(\s{0,9}(?:<([^<>\n]{0,2000})>|((?:[^()\s]|\([^()\s]{0,500}\)){0,2000}))(?:\s{1,9}(?:"[^"]{0,500}"|'[^']{0,500}'))?\s{0,9}\)|\[([^[\]]{0,200})\])?`, // 6 to 10: an image or a link
    String.raw`(&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]\w{1,31});)`, // 11: an entity
    String.raw`( {2,99}\n|\\\n)`, // 12: a line break
    '([&<>])', // 13: a sign that would be read as HTML
  ].join('|'),
  'gi',
);

const bold = '<b>$1</b>';
const emphasis: readonly (readonly [RegExp, string])[] = [
  [/(?<![\\*])\*\*\*(?=[^\s*])([^*]{1,2000}?)(?<=[^\s*])\*\*\*(?!\*)/g, bold],
  [/(?<![\\*])\*\*(?=[^\s*])([^*]{1,2000}?)(?<=[^\s*])\*\*(?!\*)/g, bold],
  [/(?<![\w\\*])\*(?=[^\s*])([^*]{1,2000}?)(?<=[^\s*])\*(?![\w*])/g, '$1'],
  [/(?<![\w\\_])___(?=[^\s_])([^_]{1,2000}?)(?<=[^\s_])___(?![\w_])/g, bold],
  [/(?<![\w\\_])__(?=[^\s_])([^_]{1,2000}?(?:_[^_]{1,200}){0,9}?)(?<=[^\s_])__(?![\w_])/g, bold],
  [/(?<![\w\\_])_(?=[^\s_])([^_]{1,2000}?)(?<=[^\s_])_(?![\w_])/g, '$1'],
  [/(?<![\w~])~~(?=\S)([^~\n]{1,2000}?)(?<=\S)~~(?![\w~])/g, '$1'],
];

/** One paragraph, heading, item or cell. Linear: every part of the pattern is bounded. */
export function inlineHtml(text: string, targets: LinkTargets): string {
  // What the pattern finds is set aside behind a mark, so that emphasis may lie around it and never inside.
  const aside: string[] = [];
  const keep = (html: string): string => `\ue000${aside.push(html) - 1}\ue001`;
  const marked = text.replaceAll('\ue000', '').replace(token, (...found) => {
    const [all, sign, , code, address, tag, image, label, inBrackets, plain, name, entity, lineBreak] =
      found as string[];
    if (sign !== undefined) return keep(escapeHtml(sign));
    if (code !== undefined) return keep(`<code>${escapeHtml(code.trim())}</code>`);
    if (address !== undefined)
      return keep(`<a href="${escapeHtml(mailto(address))}">${escapeHtml(address)}</a>`);
    if (tag !== undefined) return keep(tag);
    if (label !== undefined) {
      // A footnote: its sign goes, and its text stands where it was written.
      if (/^\^[^\s\]]{1,100}$/.test(label) && inBrackets === undefined && plain === undefined) return '';
      const target = inBrackets ?? plain ?? targets.get((name || label).toLowerCase().trim());
      if (image === '!') return target === undefined ? keep(escapeHtml(all!)) : '';
      if (target === undefined) return label === '' ? all! : `${keep('[')}${escapeHtml(label)}${keep(']')}`;
      return `${keep(`<a href="${escapeHtml(target)}">`)}${inlineLabel(label, keep)}${keep('</a>')}`;
    }
    if (entity !== undefined) return entity;
    if (lineBreak !== undefined) return keep('<br>');
    return escapeHtml(all!);
  });
  const plain = emphasis.reduce((result, [pattern, html]) => result.replace(pattern, html), marked);
  return plain.replace(/\ue000(\d{1,9})\ue001/g, (_all, index: string) => aside[Number(index)] ?? '');
}

/** A label may hold code and signs, but no links. */
function inlineLabel(label: string, keep: (html: string) => string): string {
  return label
    .replace(/!\[[^[\]]{0,200}\](?:\([^()]{0,2000}\))?|<img\s[^<>]{0,2000}>/gi, '')
    .replace(/`([^`]{1,500})`/g, '$1')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(/[&<>]/g, (sign) => keep(escapeHtml(sign)));
}

function mailto(address: string): string {
  return address.includes('://') || address.startsWith('mailto:') ? address : `mailto:${address}`;
}

/** `&`, `<`, `>` and `"` as entities. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => entities[sign]!);
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
