/** An escape (\\p{L}, \\s), a character class, the start of a group, or one character; then how often it repeats. */
const atomPattern = /(?:\\[pP]\{[^}]*\}|\\.|\[(?:\\.|[^\]\\])*\]|[^])/y;
const quantifierPattern = /(?:([*+]|\{\d+,\})|(?:\?|\{\d+(?:,\d+)?\}))[?+]?/y;

/**
 * Whether a regular expression repeats without limit what already repeats without limit, as in `(a+)+`: a backtracking
 * matcher can then take time exponential in the text. Patterns of real tokenizers do not. Some harmless ones do
 * (`(?:a+-)*`); a stranger's pattern is not given the benefit of the doubt.
 */
export function nestsRepetition(pattern: string): boolean {
  /** For each open group, whether something in it repeats without limit. */
  const groups = [false];
  let at = 0;
  const next = (expression: RegExp): RegExpExecArray | null => {
    expression.lastIndex = at;
    const match = expression.exec(pattern);
    at = match ? expression.lastIndex : at;
    return match;
  };
  for (let atom = next(atomPattern); atom; atom = next(atomPattern)) {
    if (atom[0] === '(') {
      groups.push(false);
      // the question mark of (?: or (?= is no quantifier
      if (pattern[at] === '?') at++;
      continue;
    }
    const repeatsInside = atom[0] === ')' && groups.length > 1 ? groups.pop()! : false;
    const repeats = next(quantifierPattern)?.[1] !== undefined;
    if (repeats && repeatsInside) return true;
    groups[groups.length - 1] ||= repeats || repeatsInside;
  }
  return false;
}
