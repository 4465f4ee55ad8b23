/** What the words around a piece of a run say of its being somebody's name. */
import {
  greetings,
  livingVerbs,
  personVerbs,
  relations,
  sayingVerbs,
  signOffs,
  titles,
  townBeginnings,
} from './cues.ts';
import { addressedAs } from './eastern-words.ts';
import { kind } from './lexicon.ts';
import { beginsSentence, follows, type Run } from './capital-runs.ts';
import { gap, shape, type Words, type WordSet, wordSet } from './cut-words.ts';

/** Points of evidence, beside those of the words themselves in people.ts. */
const points = {
  title: 3,
  introduced: 2.5,
  weaklyIntroduced: 1.2,
  labelled: 2,
  greeted: 1.5,
  relation: 1.5,
  verbAfter: 1.0,
  livingVerbAfter: 2.4,
  sayingVerbBefore: 1.2,
  /** Beside another name in a list: "Anna, Berta and Carl". */
  givenBeside: 1,
  familyBeside: 0.7,
  /** Ubul: What a day! */
  speaker: 0.7,
  possessive: 0.4,
  placeBefore: -1.2,
  /** "5 Tage": what is counted is written like a name in German. */
  numberBefore: -2,
  articleBefore: -1.2,
  /** "my Aurora stopped", "a Stella": of one word alone, what is had, not who. */
  ownerBefore: -2,
  indefiniteBefore: -1.6,
  /** "the Emma mattress", "Aurora app": goods and places called like people. */
  thingAfter: -3,
  /** "Mark it as done": a verb that begins a sentence. */
  objectAfter: -3,
  /** "Ruby 3.3", "Aurora 2 router". */
  versionAfter: -2,
  nounAfter: -1,
  /** Chicken Tikka, North Hill: an ordinary word with a capital letter before it. */
  nounBefore: -1,
  /** San Fran, West Bay. */
  townBefore: -2,
} as const;

const introducedBy =
  /(?:\bname(?:'s|’s)?(?:\s+(?:is|was|to|on the (?:account|card|order|booking|reservation) is))?|\b(?:called|named|call me|me llamo|nombre es|apellido es|m['’]appelle|nom est|hei(?:ß|ss)e|name ist|mi chiamo|nome (?:è|é|e)|chamo|naam is|heet|known as|addressed to|signed by|written by|directed by|nam(?:ed|e) (?:him|her|it))|\bname\b[^?\n]{0,24}\?)\s*:?\s*$/i;
const weaklyIntroducedBy =
  /(?:\b(?:i am|i['’]m|im|this is|it['’]s|it is|here is|speaking (?:with|to)|spoke (?:with|to)|talk(?:ed|ing)? (?:with|to)|meet|met|contact|ask for|attn|by|under|soy|ich bin|je suis|c['’]est|sono|sou|ik ben))\s*:?\s*$/i;
const labelBefore =
  /(?:^|[\n,;|(])[ \t]*(?:[\p{L}'’]{1,20}[ ]){0,2}(?:name|customer|client|contact|agent|user|author|attn|recipient|passenger|guest|from|to|by|nombre|nom|kunde|kundin|cliente|client)[ \t]*[:=][ \t]*$/iu;

const endsSpeech = gap.comma | gap.quote | gap.stop;

/** The last words of both patterns, to look for first. */
const introductions: WordSet = wordSet(
  "is was to name names called named me llamo es m'appelle est heisse ist chiamo e chamo heet as by him her it am i'm im it's here with meet met contact for attn under soy bin suis c'est sono sou ben account card order booking reservation",
);

/** What stands before the first word of a piece. Looks back over a few words, not over the text. */
export function pointsBefore(words: Words, first: number, run: Run): number {
  const { text, gaps } = words;
  const start = words.starts[first]!;
  const left = text.slice(Math.max(0, start - 48), start);
  let score = 0;
  if (first === 0) return score;
  const before = gaps[first]!;
  const isQuestion = (before & gap.stop) !== 0 && left.includes('?');
  if (isQuestion || introductions.at(words, first - 1)) {
    if (introducedBy.test(left)) score += points.introduced;
    else if (weaklyIntroducedBy.test(left)) score += points.weaklyIntroduced;
  }
  if ((before & (gap.colon | gap.glue)) !== 0 && labelBefore.test(left)) score += points.labelled;
  const key = words.keyOf(first - 1);
  // St. Mary's
  if (key === 'st' && before === (gap.dot | gap.space)) score += points.townBefore;
  const isNext = (gaps[first]! & (gap.stop | gap.colon | gap.newline)) === 0;
  if ((titles.at(words, first - 1) || addressedAs.at(words, first - 1)) && (isNext || follows(words, first)))
    score += points.title;
  else if (greetings.at(words, first - 1) && isNext) score += points.greeted;
  else if (signOffs.at(words, first - 1) && (gaps[first]! & (gap.comma | gap.newline)) !== 0)
    score += points.labelled;
  else if (relations.at(words, first - 1) && isNext) score += points.relation;
  else if (
    sayingVerbs.at(words, first - 1) &&
    gaps[first] === gap.space &&
    (gaps[first - 1]! & endsSpeech) !== 0
  )
    score += points.sayingVerbBefore;
  else if (first > run.first) {
    if (townBeginnings.at(words, first - 1)) score += points.townBefore;
    else if ((words.kindOf(first - 1) & kind.word) !== 0 && !beginsSentence(words, first - 1))
      score += points.nounBefore;
  }
  if ((gaps[first]! & ~gap.space) !== 0) return score;
  if (key === 'in' || key === 'near') score += points.placeBefore;
  if (key === 'the') score += points.articleBefore;
  if (words.shapes[first - 1] === shape.number) score += points.numberBefore;
  return score;
}

export function pointsAfter(words: Words, { first, last }: Run, run: Run): number {
  const between = words.gaps[last + 1]!;
  let score = (between & gap.possessive) !== 0 ? points.possessive : 0;
  score += Math.max(
    pointsBeside(words, besideOf(words, first, -1)),
    pointsBeside(words, besideOf(words, last, 1)),
  );
  const beginsLine = first === 0 || (words.gaps[first]! & gap.newline) !== 0;
  if (beginsLine && (between & gap.colon) !== 0 && last - first < 2) score += points.speaker;
  if (last + 1 >= words.count) return score;
  if (first === last && run.first === run.last) score += pointsOfThing(words, first);
  if (last < run.last && (words.kindOf(last + 1) & kind.word) !== 0) score += points.nounAfter;
  else if (between === gap.space && livingVerbs.at(words, last + 1)) score += points.livingVerbAfter;
  else if (
    between === gap.space &&
    words.shapes[last + 1] === shape.lower &&
    (personVerbs.at(words, last + 1) || /.{3}ed$/.test(words.keyOf(last + 1)))
  )
    score += points.verbAfter;
  return score;
}

const articles: WordSet = wordSet('a an');
const owners: WordSet = wordSet('my our another any every each');
const objects: WordSet = wordSet('it this that them me us');
/** What is named after people, as support speaks of it. */
const things: WordSet = wordSet(`
  app apps plan plans line model version edition series router modem phone tablet laptop watch speaker lamp light camera
  device package bundle subscription theme template plugin feature portal platform system software widget dashboard
  mattress sofa couch chair table desk shelf bed bedframe wardrobe dress skirt shirt jacket coat shoes boots bag ring
  airport station street avenue hotel hospital university college bridge island lake river park period singing sauce
  pizza cake wine`);
const version = /^\d{1,2}$/;

/** Evidence that one capitalised word that stands alone is a thing: of it and what is beside it. */
function pointsOfThing(words: Words, i: number): number {
  const after = words.gaps[i + 1]!;
  let score = 0;
  if (i > 0 && relations.at(words, i - 1)) return 0;
  if (i > 0 && words.gaps[i] === gap.space) {
    if (articles.at(words, i - 1)) score += points.indefiniteBefore;
    else if (owners.at(words, i - 1)) score += points.ownerBefore;
  }
  if (after !== gap.space) return score;
  if (things.at(words, i + 1)) score += points.thingAfter;
  if (beginsSentence(words, i) && objects.at(words, i + 1)) score += points.objectAfter;
  if (words.shapes[i + 1] === shape.number && version.test(words.keyOf(i + 1)))
    if ((words.gaps[i + 2]! & ~gap.stop) !== 0) score += points.versionAfter;
  return score;
}

const joins: WordSet = wordSet('and or und oder y o et ou e en of');

/** The word that a list goes on with from word i in a direction, or -1. */
function besideOf(words: Words, i: number, direction: 1 | -1): number {
  let at = i + direction;
  if (at < 0 || at >= words.count) return -1;
  const between = words.gaps[direction > 0 ? at : i]!;
  if (between === (gap.comma | gap.space)) return at;
  if (between !== gap.space || !joins.at(words, at)) return -1;
  at += direction;
  return at < 0 || at >= words.count || words.gaps[direction > 0 ? at : at + 1] !== gap.space ? -1 : at;
}

function pointsBeside(words: Words, i: number): number {
  if (i < 0 || words.shapes[i] !== shape.capital) return 0;
  const bits = words.kindOf(i);
  if ((bits & (kind.word | kind.region | kind.country)) !== 0) return 0;
  return (bits & kind.given) !== 0
    ? points.givenBeside
    : (bits & kind.family) !== 0
      ? points.familyBeside
      : 0;
}
