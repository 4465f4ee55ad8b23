/** Names of organisations that only what stands around them tells: an employer, an owner of offices, a line of a signature. */
import { calendar, organisationCues } from './cues.ts';
import { anyName, anyPlace, kind } from './lexicon.ts';
import type { Candidate } from './people.ts';
import { isCapital, type Run } from './capital-runs.ts';
import { gap, shape, type Words, type WordSet, wordSet } from './cut-words.ts';

/** Above the scores of names and places of the same words, as these cues say it outright. */
const byCue = 3;
/** A line of a signature is as often the name itself. */
const byLine = 0.8;

/** An organisation by what stands before `rest`, behind it, or on the lines around the whole run. */
export function organisationInContext(words: Words, run: Run, rest: Run): Candidate | undefined {
  return (
    byContext(words, rest) ?? byWhatFollows(words, rest) ?? byMember(words, rest) ?? bySignature(words, run)
  );
}

const cueBefore =
  /(?:\b(?:works?|worked|working|employed|job|position|intern(?:ed|ship)?|career|contract|account manager|engineer|employees?|consultant) (?:at|for|with|by)|\b(?:ceo|cto|cfo|founder|co-founder|president|director|chairman|employees?|customers?|clients?|owner|head|vp|partner|spokes(?:man|woman|person)) (?:of|at|for)|\b(?:company|employer|organi[sz]ation|firm|startup|business)(?:['’]s)?(?: name)?(?: (?:is|called|named))?\s*:?|\b(?:hired|acquired|founded|employed|owned|manufactured|developed|published|sponsored|insured) by|\b(?:joined|acquired|merged with|invest(?:ed)? in|shares? (?:of|in)|stocks? (?:of|in)|on behalf of)|\bbei der(?: firma)?|\bfirma|\btravaille (?:chez|pour)|\btrabajo (?:en|para)|\bempresa|\bentreprise) $/i;

/** The last words of the pattern, to look for first. */
const cueEnds: WordSet = wordSet(
  'at for with by of in is called named company employer organisation organization firm startup business name joined acquired der firma chez pour en para empresa entreprise',
);

/** An unknown name after "works for", "CEO of", "employer:". */
function byContext(words: Words, { first, last }: Run): Candidate | undefined {
  const start = words.starts[first]!;
  const left = words.text.slice(Math.max(0, start - 40), start);
  const isUnknown = first === last && words.kindOf(first) === 0 && words.shapes[first] === shape.capital;
  if (first === 0 || !cueEnds.at(words, first - 1)) return undefined;
  if (!cueBefore.test(left) && !(isUnknown && /\bat $/.test(left))) return undefined;
  if (last - first > 4 || calendar.at(words, first) || words.shapes[first] === shape.initial)
    return undefined;
  const bits = words.kindOf(first);
  if (
    (bits & kind.nationality) !== 0 ||
    ((bits & kind.word) !== 0 && first === last && organisationCues.at(words, first))
  )
    return undefined;
  // "works for Anna", "works for Anna Smith": a boss.
  if ((bits & kind.given) !== 0 && (bits & kind.word) === 0 && last - first < 2) return undefined;
  return { first, last, score: byCue };
}

const said =
  /^ (?:is|was|are|were) (?:an? |the |one of )?(?:[\p{L}\d()-]{1,20} ){0,4}(?:company|compan(?:y|ies)|agency|firm|corporation|multinational|start-?up|manufacturer|retailer|provider|bank|insurer|airline|charity|non-?profit|501\(c\)3|subsidiary|supplier|vendor|carrier|organi[sz]ation)\b/u;
const had: WordSet = wordSet(
  'office offices website headquarters hq employee employees staff branch branches subsidiary stock shares shareholders spokesman spokeswoman spokesperson ceo cto cfo board logo app',
);
const verbs: WordSet = wordSet('is was are were');
const longestSaid = 110;

/** "Brightwell is a design agency", "the Brightwell office". */
function byWhatFollows(words: Words, { first, last }: Run): Candidate | undefined {
  const next = last + 1;
  if (next >= words.count || last - first > 4 || calendar.at(words, first)) return undefined;
  if ((words.gaps[next]! & ~(gap.space | gap.possessive)) !== 0 || isPerson(words, first)) return undefined;
  if ((words.kindOf(first) & (kind.nationality | anyPlace)) !== 0 && first === last) return undefined;
  const isSaid =
    verbs.at(words, next) && said.test(words.text.slice(words.ends[last], words.ends[last]! + longestSaid));
  const hasOffice =
    had.at(words, next) &&
    ((words.gaps[next]! & gap.possessive) !== 0 || (first > 0 && words.keyOf(first - 1) === 'the'));
  if (!isSaid && !hasOffice) return undefined;
  return (words.kindOf(first) & kind.frequent) !== 0 && first === last
    ? undefined
    : { first, last, score: byCue };
}

const isPerson = (words: Words, i: number): boolean =>
  (words.kindOf(i) & (kind.given | kind.word)) === kind.given;

/** "Anna Lindqvist of Brightwell": who has two names is of a firm, if that is no place. */
function byMember(words: Words, { first, last }: Run): Candidate | undefined {
  if (first < 3 || last - first > 3 || words.keyOf(first - 1) !== 'of' || words.gaps[first - 1] !== gap.space)
    return undefined;
  if (!isCapital(words, first - 2) || !isCapital(words, first - 3) || !isPerson(words, first - 3))
    return undefined;
  const isUnknown = (words.kindOf(last) & (anyPlace | anyName | kind.nationality)) === 0;
  return isUnknown ? { first, last, score: byCue } : undefined;
}

const postUnits: WordSet = wordSet('unit psc cmr po box suite');

function beginsAddress(words: Words, i: number): boolean {
  return words.shapes[i] === shape.number || (postUnits.at(words, i) && words.shapes[i + 1] === shape.number);
}

/** A line of its own between a name and an address, as in a signature. */
function bySignature(words: Words, { first, last }: Run): Candidate | undefined {
  if (first < 2 || last + 1 >= words.count || last - first > 3) return undefined;
  const isLine = (words.gaps[first]! & gap.newline) !== 0 && (words.gaps[last + 1]! & gap.newline) !== 0;
  if (!isLine || !beginsAddress(words, last + 1)) return undefined;
  // "> " quotes the line.
  if ((words.gaps[first]! & ~(gap.newline | gap.space | gap.stop)) !== 0) return undefined;
  if (/[.!?:]\s*$/.test(words.text.slice(words.ends[first - 1], words.ends[first - 1]! + 2)))
    return undefined;
  for (let i = first; i <= last; i++) {
    const bits = words.kindOf(i);
    if ((bits & (kind.given | kind.country)) !== 0 || words.shapes[i] === shape.initial) return undefined;
    if (last > first && (bits & anyName) !== 0 && (bits & kind.word) === 0) return undefined;
  }
  return { first, last, score: byLine };
}
