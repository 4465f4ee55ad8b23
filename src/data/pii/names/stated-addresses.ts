/** Addresses without a grammar of streets: post boxes, and what follows "my address is" or answers the question for it. */
import { extend } from './address-end.ts';
import { isHouseNumber } from './house-number.ts';
import type { Lexicon } from './lexicon.ts';
import type { Run } from './capital-runs.ts';
import { addressCue, forcesPost, forcesShip, postBox } from './street-words.ts';
import { firstWordFrom, gap, shape, type Words, type WordSet, wordSet } from './cut-words.ts';

const endsAddress: WordSet = wordSet(
  'and my phone number name email is thanks thank please but i it the for with so after before when because',
);
/** One of these is in every post box and every ship. */
const postWords: WordSet = wordSet(
  'box bag postbox postalbox pobox postfach postbus postboks apartado casilla caixa casella postale postal bp p poczt poczta pretinac я ящик psc cmr unit uss usns usnv uscgc',
);
const mostWords = 16;
/** The house number stands among the first words. */
const mostBeforeNumber = 4;

/** Post boxes and military post, with the place that follows. */
export function postBoxes(words: Words, lexicon: Lexicon): Run[] {
  const found: Run[] = [];
  if (!hasPostWord(words)) return found;
  for (const pattern of [postBox, forcesShip])
    for (const match of words.text.matchAll(pattern)) {
      const end = match.index + match[0].length;
      const forces = forcesPost.exec(words.text.slice(end, end + 40));
      const last = firstWordFrom(words, end + (forces?.[0].length ?? 0)) - 1;
      found.push({
        first: firstWordFrom(words, match.index),
        last: forces ? last : extend(words, last, lexicon),
      });
    }
  return found;
}

function hasPostWord(words: Words): boolean {
  for (let i = 0; i < words.count; i++) if (postWords.at(words, i)) return true;
  return false;
}

/** From the first number after "my address is", or of an answer to the question, to the end of the clause. */
export function statedAddresses(words: Words, isAnswer: boolean): Run[] {
  const beginnings = [...words.text.matchAll(addressCue)].map((match) => match.index + match[0].length);
  if (isAnswer && words.count <= mostWords) beginnings.push(0);
  const found: Run[] = [];
  for (const offset of beginnings) {
    let first = firstWordFrom(words, offset);
    const limit = Math.min(words.count, first + mostBeforeNumber);
    while (first < limit && words.shapes[first] !== shape.number) first++;
    // "3. Enter the code": the number of a step.
    if (first >= limit || !isHouseNumber(words, first) || (words.gaps[first + 1]! & gap.dot) !== 0) continue;
    let last = first;
    for (let at = first + 1; at < Math.min(words.count, first + mostWords); at++) {
      const between = words.gaps[at]!;
      const isAbbreviated = words.ends[at - 1]! - words.starts[at - 1]! <= 4;
      const allowed =
        gap.space | gap.comma | gap.newline | gap.hash | gap.hyphen | (isAbbreviated ? gap.dot : 0);
      if ((between & ~allowed) !== 0) break;
      if (endsAddress.at(words, at)) break;
      last = at;
    }
    if (last - first >= 2) found.push({ first, last });
  }
  return found;
}
