/**
 * Makes a stranger's regular expression safe to run on any text. A backtracking matcher tries, from one place, every way
 * in which the pattern's repetitions and alternatives can share out the text; their number is counted here from the
 * pattern alone, with "without limit" taken as 64 times, and a pattern with too many is refused. What is left costs at
 * most that number for each character of a text: linear.
 */
const unlimited = 64;
/** Two repetitions without limit side by side, as in \d+-?\d+. */
const mostWays = unlimited * unlimited;

export type BoundedPattern = {
  /** The pattern with every repetition limited; for flags with `u`. */
  source: string;
  /** Why the pattern is not to be used, as the end of a sentence that begins with its name. */
  problem?: string;
};

/** Reads a pattern in the syntax of JavaScript's flag `u`. Back-references are refused, and so is matching nothing. */
export function boundedPattern(pattern: string): BoundedPattern {
  try {
    if (new RegExp(pattern, 'iu').test('')) return { source: pattern, problem: 'matches an empty text' };
  } catch (cause) {
    return { source: pattern, problem: `is not a regular expression: ${(cause as Error).message}` };
  }
  if (/(?<!\\)(?:\\\\)*\\(?:[1-9]|k<)/.test(pattern))
    return { source: pattern, problem: 'refers back to a group, which can take time without end' };
  const { source, ways } = readAlternatives({ pattern, at: 0 });
  if (ways <= mostWays) return { source };
  return {
    source,
    problem: `can match one text in ${ways < 1e6 ? ways : 'millions of'} ways (at most ${mostWays}), so that a long text could take hours; say how often at most, as in \\d{1,12} for \\d+`,
  };
}

type Cursor = { pattern: string; at: number };
type Part = { source: string; ways: number };

const atomPattern =
  /\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\c[A-Za-z]|\\.|\[(?:\\.|[^\]\\])*\]|[^]/uy;
const groupBegin = /\((?:\?(?:[:=!]|<[=!]|<[^>]*>|[a-z]*(?:-[a-z]+)?:))?/y;
const quantifier = /(?:\*|\+|\?|\{\d+(?:,\d*)?\})\??/y;

/** ways(a|b) = ways(a) + ways(b) */
function readAlternatives(cursor: Cursor): Part {
  const parts = [readSequence(cursor)];
  while (cursor.pattern[cursor.at] === '|') {
    cursor.at += 1;
    parts.push(readSequence(cursor));
  }
  return {
    source: parts.map(({ source }) => source).join('|'),
    ways: parts.reduce((sum, { ways }) => sum + ways, 0),
  };
}

/** ways(ab) = ways(a) · ways(b) */
function readSequence(cursor: Cursor): Part {
  const { pattern } = cursor;
  const sequence: Part = { source: '', ways: 1 };
  while (cursor.at < pattern.length && pattern[cursor.at] !== '|' && pattern[cursor.at] !== ')') {
    const atom =
      pattern[cursor.at] === '(' ? readGroup(cursor) : { source: read(cursor, atomPattern), ways: 1 };
    const repeated = repeat(atom, read(cursor, quantifier));
    sequence.source += repeated.source;
    sequence.ways *= repeated.ways;
  }
  return sequence;
}

function readGroup(cursor: Cursor): Part {
  const begin = read(cursor, groupBegin);
  const { source, ways } = readAlternatives(cursor);
  cursor.at += 1;
  return { source: `${begin}${source})`, ways };
}

/** ways(a{m,n}) = Σ ways(a)^k for k from m to n */
function repeat({ source, ways }: Part, times: string): Part {
  if (times === '') return { source, ways };
  const lazy = times.length > 1 && times.endsWith('?') ? '?' : '';
  const [least, most] = limitsOf(times);
  let total = 0;
  for (let k = least; k <= most && total < Infinity; k++) total += ways ** k;
  return { source: `${source}{${least},${most}}${lazy}`, ways: total };
}

function limitsOf(times: string): [least: number, most: number] {
  if (times.startsWith('?')) return [0, 1];
  if (times.startsWith('*')) return [0, unlimited];
  if (times.startsWith('+')) return [1, unlimited];
  const [, least, comma, most] = /^\{(\d+)(,)?(\d*)/.exec(times)!;
  if (comma === undefined) return [Number(least), Number(least)];
  return [Number(least), most === '' ? Number(least) + unlimited : Number(most)];
}

function read(cursor: Cursor, expression: RegExp): string {
  expression.lastIndex = cursor.at;
  const found = expression.exec(cursor.pattern)?.[0] ?? '';
  cursor.at += found.length;
  return found;
}
