import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import { parseToolCalls } from './tool-call.ts';

test('one call, several calls, calls beside text', () => {
  assert.deepEqual(parseToolCalls('<tool_call>{"name":"find","arguments":{"id":"A-1"}}</tool_call>'), {
    content: '',
    toolCalls: [{ name: 'find', arguments: { id: 'A-1' } }],
  });
  const two =
    'One moment.\n<tool_call>\n{"name": "a", "arguments": {}}\n</tool_call>\n<tool_call>{"name":"b"}</tool_call>';
  assert.deepEqual(parseToolCalls(two), {
    content: 'One moment.',
    toolCalls: [
      { name: 'a', arguments: {} },
      { name: 'b', arguments: {} },
    ],
  });
});

const notCalls = [
  '<tool_call>{"name":"find","arguments":{"id":</tool_call>',
  '<tool_call>{"name":"find","arguments":{}}',
  '<tool_call>{"arguments":{}}</tool_call>',
  '<tool_call>{"name":""}</tool_call>',
  '<tool_call>{"name":"find","arguments":[1]}</tool_call>',
  '<tool_call>["find"]</tool_call>',
  '<tool_call>null</tool_call>',
  ' text only ',
];
for (const text of notCalls) {
  test(`stays text: ${text}`, () => {
    assert.deepEqual(parseToolCalls(text), { content: text, toolCalls: [] });
  });
}

test('a bad call beside a good one stays in the text', () => {
  const { content, toolCalls } = parseToolCalls(
    '<tool_call>oops</tool_call><tool_call>{"name":"b"}</tool_call>',
  );
  assert.equal(content, '<tool_call>oops</tool_call>');
  assert.deepEqual(toolCalls, [{ name: 'b', arguments: {} }]);
});

test('any arguments come back as they were written', () => {
  const call = fc.record({
    name: fc.string({ minLength: 1 }).filter((name) => !name.includes('</tool_call>')),
    arguments: fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      fc.jsonValue({ maxDepth: 2 }),
    ),
  });
  fc.assert(
    fc.property(call, (written) => {
      const json = JSON.stringify(written);
      fc.pre(!json.includes('</tool_call>'));
      const { toolCalls } = parseToolCalls(`<tool_call>${json}</tool_call>`);
      assert.deepEqual(toolCalls, [JSON.parse(json)]);
    }),
  );
});
