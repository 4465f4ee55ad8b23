/** Lines that were broken to fit a page, as one paragraph again. */
import { isHan } from './count-words.ts';

/** Joined with a space; without one between Chinese characters, and across a hyphen that only the line's end needed. */
export function joinLines(lines: readonly string[], isWord: (word: string) => boolean = () => false): string {
  const parts: string[] = [];
  let last = '';
  for (const line of lines) {
    const text = line.trim().replace(/\s+/g, ' ');
    if (text === '') continue;
    if (last !== '') {
      const hyphen = brokenWord(last, text);
      if (hyphen !== undefined && !isWord(hyphen.compound))
        parts.push(parts.pop()!.replace(/[-\u00ad]$/, ''));
      else if (hyphen === undefined && !joinsTightly(last, text)) parts.push(' ');
    }
    parts.push(text);
    last = text;
  }
  return parts.join('').replaceAll('\u00ad', '');
}

/** A word that goes on in the next line, as it would be written with its hyphen: `self-service`. */
function brokenWord(line: string, next: string): { compound: string } | undefined {
  const before = /(\p{L}{2,40})[-\u00ad]$/u.exec(line.slice(-42))?.[1];
  const after = /^\p{Ll}{2,40}/u.exec(next)?.[0];
  return before === undefined || after === undefined
    ? undefined
    : { compound: `${before}-${after}`.toLowerCase() };
}

function joinsTightly(line: string, next: string): boolean {
  const before = line.charCodeAt(line.length - 1);
  const after = next.charCodeAt(0);
  const isWide = (code: number): boolean =>
    isHan(code) || (code >= 0x3000 && code <= 0x303f) || code >= 0xff00;
  return isWide(before) && isWide(after);
}
