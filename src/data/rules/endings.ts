/**
 * The end of a message as support tools leave it: signatures, disclaimers, footers. Which line is one is told by two
 * things together: it looks like one, and it stands at the end of messages of many conversations.
 */

/** A line at the end of a message, where it begins, and how equal lines are told (case, digits and spaces do not count). */
export type EndingLine = { start: number; key: string };

/** A line of dashes, underscores, equals signs or stars, as mail programs put above what they add. */
const rule = /^(?:-{2,}|_{3,}|={3,}|\*{3,}|—{2,}|~{3,})$/;
/** A sign-off stands alone in its line. */
const signOff =
  /^(?:(?:best|kind|warm|many)[ ,]|with (?:best|kind) )?(?:regards|wishes|sincerely|yours (?:truly|sincerely|faithfully)|mit freundlichen grüßen|viele grüße|freundliche grüße|cordialement|bien à vous|atentamente|un saludo|saludos(?: cordiales)?|cordiali saluti|met vriendelijke groet)\s*[,.!]?$/iu;
/** What disclaimers and footers say and answers do not; whole words. */
const marks =
  /(?<!\p{L})(?:confidential(?:ity)?|legally privileged|disclaimer|intended (?:solely|only|recipient)|unsubscribe|(?:do not|don't) reply to this|(?:reply above|write above|type your reply)|all rights reserved|registered (?:office|in england)|company number|vat (?:no|number|id)|sent (?:from|via|with) (?:my|the|a)|powered by|follow us on|rate (?:this|our|my|your) (?:reply|answer|service|support|experience|conversation)|how (?:did|would) (?:we|i|you) (?:do|rate)|vertraulich|geschäftsführer|handelsregister|amtsgericht|confidentiel|aviso legal|confidencial)(?!\p{L})|^©|^##[-#]? /iu;
/** Sentences that ask or thank are talk, however often an agent says them. */
const talk = /[?？]\s*$/;
const longestLine = 1000;
const mostLines = 25;

/**
 * The last lines of a message that look like an ending, from the top of it to the end; none when all of the message
 * would be one. A line without a mark counts within the ending, not at its top.
 */
export function endingLines(text: string): EndingLine[] {
  const lines = lastLines(text);
  const first = lines.findIndex(({ line }, i) => i > 0 && (rule.test(line) || looksLikeEnding(line)));
  return first < 1
    ? []
    : lines
        .slice(first)
        .map(({ start, line }) => ({ start, key: keyOf(line) }))
        .filter(({ key }) => key !== '');
}

function looksLikeEnding(line: string): boolean {
  return line.length <= longestLine && !talk.test(line) && (signOff.test(line) || marks.test(line));
}

/** The last non-empty lines, with where each begins; the very first line of a text is never part of an ending. */
function lastLines(text: string): { start: number; line: string }[] {
  const lines: { start: number; line: string }[] = [];
  let end = text.length;
  while (end > 0 && lines.length < mostLines) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(start, end).trim();
    if (line !== '') lines.unshift({ start, line });
    end = start - 1;
  }
  return end <= 0 ? lines : [{ start: 0, line: '' }, ...lines];
}

function keyOf(line: string): string {
  return line.slice(0, longestLine).normalize('NFKC').toLowerCase().replace(/\d+/g, '0').replace(/\s+/g, ' ');
}
