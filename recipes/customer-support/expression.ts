/**
 * Reads the Python expressions in which STAR writes the constraints of a query: `"Thursday"`, `3`, `True`, `None`,
 * `['a', 'b']`, `api.is_equal_to("x")`, `api.is_at_most(20)`.
 *
 *   expression = literal | call        call  = "api." name "(" [literal] ")"
 *   literal    = string | number | True | False | None | true | false | null | "[" [literal {"," literal}] "]"
 *
 * Anything else is kept as text: people typed account numbers such as `031431` without quotes, and the zero counts.
 */
import type { Json } from '../../src/base/json.ts';

const constants: Readonly<Record<string, Json>> = {
  True: true,
  False: false,
  None: null,
  true: true,
  false: false,
  null: null,
};

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\n': '',
};

/** Digits of the escapes that name a code point, by Python's Language Reference 2.4.1.1. */
const hexadecimalDigits: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

class NotPython extends Error {}

/**
 * The value of an expression as plain JSON. `api.is_equal_to(x)` is `x`; another comparator is an object such as
 * `{"is_at_most": 20}`; a call without an argument is null. Text that is no Python expression is returned trimmed.
 */
export function parseExpression(source: string): Json {
  const text = source.trim();
  try {
    const call = /^api\.(\w+)\(/.exec(text);
    if (call === null) return wholeLiteral(text);
    if (!text.endsWith(')')) throw new NotPython();
    const inside = text.slice(call[0].length, -1).trim();
    const value = inside === '' ? null : wholeLiteral(inside);
    return call[1] === 'is_equal_to' || value === null ? value : { [call[1]!]: value };
  } catch (error) {
    if (error instanceof NotPython) return text;
    throw error;
  }
}

function wholeLiteral(text: string): Json {
  const { value, end } = literal(text, 0);
  if (skipBlanks(text, end) !== text.length) throw new NotPython();
  return value;
}

type Parsed = { value: Json; end: number };

function literal(text: string, from: number): Parsed {
  const start = skipBlanks(text, from);
  const first = text[start];
  if (first === '"' || first === "'") return string(text, start, first);
  if (first === '[') return list(text, start);
  const word = /[\w.+-]+/y;
  word.lastIndex = start;
  const token = word.exec(text)?.[0] ?? '';
  const end = start + token.length;
  if (Object.hasOwn(constants, token)) return { value: constants[token]!, end };
  // No leading zeros, and no integer that a double would round: such digits are a code and stay text.
  if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(token)) throw new NotPython();
  const value = Number(token);
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
    throw new NotPython();
  return { value, end };
}

function list(text: string, start: number): Parsed {
  const value: Json[] = [];
  let at = skipBlanks(text, start + 1);
  while (text[at] !== ']') {
    const item = literal(text, at);
    value.push(item.value);
    at = skipBlanks(text, item.end);
    if (text[at] === ',') at = skipBlanks(text, at + 1);
    else if (text[at] !== ']') throw new NotPython();
  }
  return { value, end: at + 1 };
}

function string(text: string, start: number, quote: string): Parsed {
  let value = '';
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at]!;
    if (character === quote) return { value, end: at + 1 };
    if (character !== '\\') {
      value += character;
      continue;
    }
    const letter = text[++at] ?? '';
    const length = hexadecimalDigits[letter];
    if (length !== undefined) {
      value += codePoint(text.slice(at + 1, at + 1 + length), length);
      at += length;
    } else {
      // Python keeps the backslash of an escape it does not know.
      value += escapes[letter] ?? `\\${letter}`;
    }
  }
  throw new NotPython();
}

function codePoint(digits: string, length: number): string {
  const value = new RegExp(`^[0-9a-fA-F]{${length}}$`).test(digits) ? parseInt(digits, 16) : Infinity;
  if (value > 0x10ffff) throw new NotPython();
  return String.fromCodePoint(value);
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (/\s/.test(text[at] ?? '')) at++;
  return at;
}
