/** Template languages in Markdown: Liquid (Jekyll), and shortcodes of the same look (Hugo). Tags go, their text stays. */

type Facts = Readonly<Record<string, unknown>>;

/** Blocks whose text no reader of the site sees. */
const unseen = new Set(['comment', 'javascript', 'stylesheet', 'schema']);
/** The block in which braces are text. */
const literal = 'raw';
/** Braces with no match as near as this are text. */
const longestTag = 5000;

/**
 * Text without tags and outputs. What is captured stays where it stands: it is shown a line further on, by an include.
 * A list of the page's own facts that a tag shows (`items=page.do_list`) stands in the tag's place as a list; what else
 * an include shows lies in another file. Linear: every tag is found once.
 */
export function stripLiquid(text: string, facts: Facts): string {
  if (!text.includes('{%') && !text.includes('{{')) return text;
  let plain = '';
  let at = 0;
  let from = 0;
  const unclosed = new Set<string>();
  const tagEnd = finder(text, '%}');
  const outputEnd = finder(text, '}}');
  for (let open = nextTag(text, 0); open >= 0; open = nextTag(text, from)) {
    const isOutput = text[open + 1] === '{';
    const close = (isOutput ? outputEnd : tagEnd)(open + 2);
    from = open + 2;
    if (close - open > longestTag) continue;
    const inside = text
      .slice(open + 2, close)
      .replace(/^[-<%]/, '')
      .trim();
    plain += text.slice(at, open);
    from = at = close + 2;
    if (isOutput) plain += output(inside, facts);
    else {
      plain += shownList(inside, facts);
      const name = /^\w{1,40}/.exec(inside)?.[0] ?? '';
      if (!(unseen.has(name) || name === literal) || unclosed.has(name)) continue;
      const end = endOfBlock(text, at, name);
      if (end === undefined) unclosed.add(name);
      else {
        if (name === literal) plain += text.slice(at, end.start);
        from = at = end.end;
      }
    }
  }
  return plain + text.slice(at);
}

/** Where `mark` next stands from a place that only grows; Infinity where it does not. Goes through the text once. */
function finder(text: string, mark: string): (from: number) => number {
  let found = -1;
  return (from) => {
    if (found >= from) return found;
    found = text.indexOf(mark, from);
    if (found < 0) found = Infinity;
    return found;
  };
}

function nextTag(text: string, from: number): number {
  for (let at = text.indexOf('{', from); at >= 0; at = text.indexOf('{', at + 1))
    if (text[at + 1] === '%' || text[at + 1] === '{') return at;
  return -1;
}

/** `{{ page.title }}` is the fact; anything else is the site's and stands nowhere here. */
function output(inside: string, facts: Facts): string {
  const name = /^page\.([\w-]{1,60})\b/.exec(inside)?.[1];
  const fact = name === undefined ? undefined : facts[name];
  return typeof fact === 'string' || typeof fact === 'number' ? String(fact) : '';
}

function shownList(inside: string, facts: Facts): string {
  const shown = [...inside.slice(0, 2000).matchAll(/=\s{0,5}page\.([\w-]{1,60})/g)].flatMap(([, name]) => {
    const fact = facts[name!];
    return Array.isArray(fact) ? fact.filter((item): item is string => typeof item === 'string') : [];
  });
  return shown.length === 0
    ? ''
    : `\n\n${shown.map((item) => `- ${item.replace(/\s+/g, ' ')}\n`).join('')}\n`;
}

/** Where `{% endNAME %}` stands; undefined where it is missing. */
function endOfBlock(text: string, from: number, name: string): { start: number; end: number } | undefined {
  const end = new RegExp(`\\{%-?\\s{0,10}end${name}\\s{0,10}-?%\\}`, 'g');
  end.lastIndex = from;
  const match = end.exec(text);
  return match ? { start: match.index, end: match.index + match[0].length } : undefined;
}
