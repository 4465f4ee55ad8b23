/** An address is one piece of personal data, though its street, its town and its postcode are recognised one by one. */
import type { FoundSpan } from './settle-overlaps.ts';

const particle =
  'de|del|dell[ao]|di|da|do|dos|la|le|les|los|du|des|den|der|van|von|zu|am|an der|el|al|u|v|na|nad|of|sur|sous';
/** What may stand between two parts: capitalised words, numbers and particles, with commas, full stops and line breaks. */
const between = new RegExp(
  `^(?:[\\s,.-]{1,6}(?:\\p{Lu}[\\p{L}'’.-]{0,20}|(?:${particle})(?!\\p{L})|\\d{1,6}[A-Za-z]?))*[\\s,.-]{1,6}$`,
  'u',
);
const longestGap = 40;
/** A postcode behind the last part. */
const postcodeAfter = /^(?:,? {1,2}|\s*\n\s*)\d{4,6}(?:-\d{4})?(?![\p{L}\p{N}]|[-./:]\d)/u;
const parts: ReadonlySet<string> = new Set(['ADDRESS', 'PLACE', 'POSTCODE']);

/**
 * The spans with every address made one with the parts of it that follow within a few capitalised words: "12 Main St" and
 * "Springfield" with ", Apt. 4, " between them, and the number behind. `spans` are in order; `places` are parts that are
 * no personal data by themselves, and count only behind an address.
 */
export function joinAddresses(
  text: string,
  spans: readonly FoundSpan[],
  places: readonly FoundSpan[],
): FoundSpan[] {
  const loose = new Set(outside(places, spans));
  const all = [...spans, ...loose].sort((a, b) => a.start - b.start);
  const joined: FoundSpan[] = [];
  const isLoose: boolean[] = [];
  for (const span of all) {
    const last = joined.at(-1);
    const gap = last?.type === 'ADDRESS' ? text.slice(last.end, span.start) : undefined;
    if (gap !== undefined && parts.has(span.type) && gap.length <= longestGap && between.test(gap))
      joined[joined.length - 1] = { ...last!, end: span.end };
    else {
      joined.push(span);
      isLoose.push(loose.has(span));
    }
  }
  const kept = joined.filter((_, i) => !isLoose[i]);
  return kept.map((span, i) => {
    const more =
      span.type === 'ADDRESS'
        ? postcodeAfter.exec(text.slice(span.end, span.end + 16))?.[0].length
        : undefined;
    const end = span.end + (more ?? 0);
    return more !== undefined && end <= (kept[i + 1]?.start ?? Infinity) ? { ...span, end } : span;
  });
}

/** Those that overlap none of `spans`, which are in order and apart from one another. */
function outside(places: readonly FoundSpan[], spans: readonly FoundSpan[]): FoundSpan[] {
  let at = 0;
  return [...places]
    .sort((a, b) => a.start - b.start)
    .filter(({ start, end }) => {
      while (at < spans.length && spans[at]!.end <= start) at++;
      return at >= spans.length || end <= spans[at]!.start;
    });
}
