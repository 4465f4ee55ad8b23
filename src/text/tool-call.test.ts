import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import { parseToolCall } from './tool-call.ts';

test('a call needs a name; its arguments are an object or left out', () => {
  const find = { name: 'find', arguments: { id: 'A-1' } };
  assert.deepEqual(parseToolCall('{"name":"find","arguments":{"id":"A-1"}}'), find);
  assert.deepEqual(parseToolCall('\n{"name": "a"}\n'), { name: 'a', arguments: {} });
  for (const text of [
    '{"name":"find","arguments":{"id":',
    '{"arguments":{}}',
    '{"name":""}',
    '{"name":"find","arguments":[1]}',
    '["find"]',
    'null',
    '',
  ])
    assert.equal(parseToolCall(text), undefined, text);
});

test('any arguments come back as they were written', () => {
  const call = fc.record({
    name: fc.string({ minLength: 1 }),
    arguments: fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      fc.jsonValue({ maxDepth: 2 }),
    ),
  });
  fc.assert(
    fc.property(call, (written) => {
      const json = JSON.stringify(written);
      assert.deepEqual(parseToolCall(json), JSON.parse(json));
    }),
  );
});
