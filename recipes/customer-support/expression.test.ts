import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import type { Json } from '../../src/base/json.ts';
import { parseExpression } from './expression.ts';

/** How Python 3's repr() writes a value, with the quotes and escapes it chooses. */
function pythonRepr(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  const text = String(value);
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replace(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replace(/[\u{10000}-\u{10ffff}]/gu, (c) => `\\U${c.codePointAt(0)!.toString(16).padStart(8, '0')}`)
    .replace(/[\ud800-\udfff]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
  return quote + escaped + quote;
}

const numbers = fc.oneof(
  fc.maxSafeInteger().filter((n) => !Object.is(n, -0)),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }).filter((n) => !Object.is(n, -0)),
);
const literals = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary' }),
    fc.string(),
    numbers,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
  ),
})).value;

test('a Python literal is read back as the value it was written from', () => {
  fc.assert(fc.property(literals, (value) => assert.deepEqual(parseExpression(pythonRepr(value)), value)));
});

test('a JSON string is a Python string of the same value', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) =>
      assert.equal(parseExpression(JSON.stringify(text)), text),
    ),
  );
});

test('any text at all gives a value, never an exception', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseExpression(text)));
  fc.assert(
    fc.property(fc.stringMatching(/^[api.()[\]"'\\xuU0-9, TrueNon]*$/), (text) => void parseExpression(text)),
  );
});

test('comparators', () => {
  const cases: [string, Json][] = [
    ['api.is_equal_to("Southside Venue")', 'Southside Venue'],
    ['api.is_equal_to(3)', 3],
    ['api.is_equal_to()', null],
    ['api.is_equal_to(null)', null],
    ['api.is_at_most(20)', { is_at_most: 20 }],
    ['api.is_one_of(["Uber", "Lyft"])', { is_one_of: ['Uber', 'Lyft'] }],
    ["api.is_one_of(['Uber', 'Lyft',])", { is_one_of: ['Uber', 'Lyft'] }],
    ['api.contains("User\'s gym")', { contains: "User's gym" }],
  ];
  for (const [source, value] of cases) assert.deepEqual(parseExpression(source), value, source);
});

test('what is no Python stays text: leading zeros and digits beyond a double are codes', () => {
  const cases: [string, Json][] = [
    ['0314 ', '0314'],
    ['  68318931', 68318931],
    ['99319394431531234567', '99319394431531234567'],
    ['', ''],
    ['3 pm', '3 pm'],
    ['"open', '"open'],
    ['[1, 2', '[1, 2'],
    ['[1 2]', '[1 2]'],
    ['api.is_at_most(20', 'api.is_at_most(20'],
    ['"\\uZZZZ"', '"\\uZZZZ"'],
    ['constructor', 'constructor'],
  ];
  for (const [source, value] of cases) assert.deepEqual(parseExpression(source), value, source);
});
