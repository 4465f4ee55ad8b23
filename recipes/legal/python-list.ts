/**
 * The texts of a Python list literal, the way that CUAD's cells hold them: `['one', "it's two"]`. Throws SyntaxError for
 * anything else.
 */
export function parsePythonList(literal: string): string[] {
  const texts: string[] = [];
  let at = 0;
  const fail = (what: string): never => {
    throw new SyntaxError(`${what} at character ${at + 1} of ${JSON.stringify(literal.slice(0, 60))}`);
  };
  const skipSpace = (): void => {
    while (/\s/.test(literal.charAt(at))) at += 1;
  };
  const readText = (): string => {
    const quote = literal.charAt(at);
    if (quote !== "'" && quote !== '"') fail('a quote is expected');
    let text = '';
    for (at += 1; literal.charAt(at) !== quote; at++) {
      if (at >= literal.length) fail('the text does not end');
      if (literal.charAt(at) === '\\') text += readEscape();
      else text += literal.charAt(at);
    }
    at += 1;
    return text;
  };
  /** At a backslash; leaves `at` on the last character of the escape. */
  const readEscape = (): string => {
    at += 1;
    const sign = literal.charAt(at);
    const digits = { x: 2, u: 4, U: 8 }[sign];
    if (digits === undefined) return ({ n: '\n', t: '\t', r: '\r' } as Record<string, string>)[sign] ?? sign;
    const code = Number.parseInt(literal.slice(at + 1, at + 1 + digits), 16);
    if (Number.isNaN(code)) fail('an escape has no number');
    at += digits;
    return String.fromCodePoint(code);
  };
  skipSpace();
  if (literal.charAt(at) !== '[') fail('[ is expected');
  at += 1;
  for (skipSpace(); literal.charAt(at) !== ']'; skipSpace()) {
    texts.push(readText());
    skipSpace();
    if (literal.charAt(at) === ',') at += 1;
    else if (literal.charAt(at) !== ']') fail('a comma is expected');
  }
  return texts;
}
