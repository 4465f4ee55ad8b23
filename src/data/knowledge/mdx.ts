/** MDX: Markdown with imports, expressions and components. Those go; what they wrap, and their titles, stay. */

const longestTag = 1000;

/** Linear, except that an unclosed tag costs a look at the next 1,000 characters. */
export function stripMdx(text: string): string {
  return stripComponents(stripExpressions(stripModuleLines(text)));
}

/** Lines of JavaScript at the left edge, each up to the next empty line. */
function stripModuleLines(text: string): string {
  let inModule = false;
  return text
    .split('\n')
    .filter((line) => {
      if (line.trim() === '') inModule = false;
      else if (
        /^import\s(?:[\w*{][^'"]{0,1000}from\s|['"])|^export\s(?:const|default|function|let|\{)/.test(line)
      )
        inModule = true;
      return !inModule;
    })
    .join('\n');
}

function stripExpressions(text: string): string {
  // A text in quotes is shown, most often a space; anything else is a value that only the site knows.
  return stripComments(text).replace(
    /(?<![=$\\])\{(?:(['"`])([^{}'"`\n]{0,500})\1|(?![:#%{])[^{}\n]{0,500})\}/g,
    (_all, _quote, shown?: string) => shown ?? '',
  );
}

function stripComments(text: string): string {
  let plain = '';
  let at = 0;
  for (let open = text.indexOf('{/*'); open >= 0; open = text.indexOf('{/*', at)) {
    const close = text.indexOf('*/}', open + 3);
    if (close < 0) break;
    plain += text.slice(at, open);
    at = close + 3;
  }
  return plain + text.slice(at);
}

const titled =
  /\s(?:title|label|question|summary)\s{0,5}=\s{0,5}(?:"([^"]{1,300})"|'([^']{1,300})'|\{\s{0,5}["'`]([^"'`]{1,300})["'`]\s{0,5}\})/;

/** A component with a title becomes a section that ends with it; any other is only taken off. */
function stripComponents(text: string): string {
  if (!/<\/?[A-Z>]/.test(text)) return text;
  let plain = '';
  let at = 0;
  const open: { name: string; isTitled: boolean }[] = [];
  for (const match of text.matchAll(/<(\/?)([A-Z][\w.]{0,60}|(?=>))/g)) {
    if (match.index < at) continue;
    const end = endOfTag(text, match.index + match[0].length);
    if (end < 0) continue;
    const [, slash, name = ''] = match;
    const inside = text.slice(match.index + match[0].length, end);
    plain += text.slice(at, match.index);
    at = end + 1;
    if (slash === '/') {
      const last = open.at(-1);
      if (last?.name !== name) continue;
      open.pop();
      if (last.isTitled) plain += '\n\n</details>\n\n';
    } else if (!inside.endsWith('/')) {
      const found = titled.exec(inside);
      const title = found?.[1] ?? found?.[2] ?? found?.[3];
      open.push({ name, isTitled: title !== undefined });
      if (title !== undefined) plain += `\n\n<details><summary>${escaped(title)}</summary>\n\n`;
    }
  }
  return plain + text.slice(at);
}

/** The `>` that ends a tag: not one in quotes or braces. -1 where there is none near. */
function endOfTag(text: string, from: number): number {
  let braces = 0;
  let quote = '';
  const last = Math.min(text.length, from + longestTag);
  for (let at = from; at < last; at++) {
    const char = text[at]!;
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '{') braces += 1;
    else if (char === '}') braces -= 1;
    else if (char === '>' && braces <= 0) return at;
    else if (char === '<' && braces <= 0) return -1;
  }
  return -1;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
