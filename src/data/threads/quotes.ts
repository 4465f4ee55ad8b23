/** A reply without the messages that it quotes. */
import {
  findAttribution,
  headerBlockLength,
  isForwardedMessageLine,
  isOriginalMessageLine,
  isNamedAttribution,
  isReplyAboveLine,
  isRule,
} from './reply-headers.ts';

/**
 * Strips what a plain-text message quotes: lines that begin with ">", at any depth, the attribution above them, and
 * everything below an attribution with a date, a header block or an "Original Message" line, which mail programs put
 * above an unmarked copy. Text between quoted lines stays. A message that only forwards another is left as it is.
 */
export function stripQuotes(text: string): { text: string; quoted: boolean } {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const kept: string[] = [];
  let quoted = false;
  let i = 0;
  for (; i < lines.length; i++) {
    const line = lines[i]!;
    if (line === '') {
      kept.push(line);
      continue;
    }
    if (isQuotedLine(line)) {
      quoted = true;
      continue;
    }
    if (line.length > longestHeaderLine) {
      kept.push(line);
      continue;
    }
    if (isForwardedMessageLine(line)) return { text: joinLines([...kept, ...lines.slice(i)]), quoted };
    if (isOriginalMessageLine(line) || headerBlockLength(lines, i) > 0) break;
    if (isRule(line) && headerBlockLength(lines, nextFilled(lines, i + 1)) > 0) break;
    if (isQuotedLine(lines[i + 1] ?? '') && isNamedAttribution(line)) {
      quoted = true;
      continue;
    }
    const attribution = findAttribution(lines, i);
    if (attribution) {
      const next = nextFilled(lines, i + attribution.lines);
      if (next === lines.length || isQuotedLine(lines[next]!)) {
        quoted = true;
        i += attribution.lines - 1;
        continue;
      }
      if (attribution.dated) break;
    }
    kept.push(line);
  }
  const cut = i < lines.length;
  const result = joinLines(kept);
  // Nothing of its own above an unmarked copy: the copy is what was sent.
  if (cut && result === '')
    return { text: joinLines(isReplyAboveLine(lines[i]!) ? lines.slice(i + 1) : lines), quoted: false };
  return { text: result, quoted: quoted || cut };
}

const longestHeaderLine = 2000;
const longestGap = 20;

function isQuotedLine(line: string): boolean {
  return /^[ \t]{0,3}>/.test(line);
}

/** Index of the first line from `at` on that is not blank, or the number of lines. */
function nextFilled(lines: readonly string[], at: number): number {
  let index = at;
  const last = Math.min(lines.length, at + longestGap);
  while (index < last && lines[index]!.trim() === '') index += 1;
  return index < last ? index : lines.length;
}

function joinLines(lines: readonly string[]): string {
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
