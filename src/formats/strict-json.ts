/**
 * JSON for records from outside: what JSON.parse lets pass in silence (a key twice in one object, of which it keeps
 * the last; `__proto__`; nesting deep enough to break a later recursion) is an error here.
 */
export type StrictJson = { value: unknown; error?: undefined } | { value?: undefined; error: string };

export const maxJsonDepth = 100;
const tooDeep = -2;

/** The bytes, and UTF-16 units, that JSON is built of. */
export const jsonCode = {
  quote: 34,
  comma: 44,
  colon: 58,
  open: 91,
  backslash: 92,
  close: 93,
  openBrace: 123,
  closeBrace: 125,
};

/** Parses one JSON text. The error names the fault and never quotes the text, which may hold personal data. */
export function parseStrictJson(text: string): StrictJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    return { error: `not valid JSON: ${faultOf((cause as Error).message)}` };
  }
  const keys = countKeys(value, 0);
  if (keys === tooDeep) return { error: `nested more than ${maxJsonDepth} deep` };
  // Every member has one colon outside strings: fewer keys than colons means that a key was overwritten.
  if (keys !== countPlainMembers(text) && keys !== countColons(text))
    return { error: `the key ${JSON.stringify(findDuplicateKey(text))} stands twice in one object` };
  if (text.includes('__proto__') && hasPrototypeKey(value))
    return { error: 'the key "__proto__" is not allowed' };
  return { value };
}

/** Occurrences of `":`, which is the count of members wherever no white space and no string starts with a colon; else -1. */
function countPlainMembers(text: string): number {
  if (/"[ \t\r\n]+:/.test(text)) return -1;
  let count = 0;
  for (let at = text.indexOf('":'); at >= 0; at = text.indexOf('":', at + 2)) count += 1;
  return count;
}

/** Colons outside strings. */
function countColons(text: string): number {
  let colons = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === jsonCode.quote) i = endOfString(text, i);
    else if (char === jsonCode.colon) colons += 1;
  }
  return colons;
}

/** Index of the quote that closes the string opened at `start`, or the text's length. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === jsonCode.backslash) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

/** Keys of all objects in a value, or `tooDeep`. */
function countKeys(value: unknown, depth: number): number {
  if (value === null || typeof value !== 'object') return 0;
  if (depth >= maxJsonDepth) return tooDeep;
  let count = 0;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const within = countKeys(value[i], depth + 1);
      if (within === tooDeep) return tooDeep;
      count += within;
    }
    return count;
  }
  // JSON.parse makes plain objects without inherited enumerable keys, and for-in allocates nothing.
  for (const key in value) {
    const within = countKeys((value as Record<string, unknown>)[key], depth + 1);
    if (within === tooDeep) return tooDeep;
    count += within + 1;
  }
  return count;
}

function hasPrototypeKey(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (Object.hasOwn(value, '__proto__')) return true;
  return Object.values(value).some(hasPrototypeKey);
}

/** The first key that its own object already has; `text` is valid JSON. */
function findDuplicateKey(text: string): string {
  const scopes: (Set<string> | undefined)[] = [];
  let keyNext = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === jsonCode.quote) {
      const end = endOfString(text, i);
      const scope = scopes.at(-1);
      if (keyNext && scope) {
        const key = JSON.parse(text.slice(i, end + 1)) as string;
        if (scope.has(key)) return key;
        scope.add(key);
      }
      keyNext = false;
      i = end;
    } else if (char === jsonCode.openBrace || char === jsonCode.open) {
      scopes.push(char === jsonCode.openBrace ? new Set() : undefined);
      keyNext = true;
    } else if (char === jsonCode.closeBrace || char === jsonCode.close) scopes.pop();
    else if (char === jsonCode.comma) keyNext = true;
  }
  return '';
}

/** V8's message without the piece of the text that it quotes. */
function faultOf(message: string): string {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (message.startsWith('Unexpected end')) return 'it ends too early';
  const fault =
    /^(Unexpected token '.'|Expected .*?(?= in JSON)|Unterminated string|Bad control character|Bad escaped character|Exponent part is missing|No number after minus sign|Unexpected non-whitespace character)/su.exec(
      message,
    )?.[0] ?? 'a syntax error';
  return position === undefined ? fault : `${fault} at character ${Number(position) + 1}`;
}
