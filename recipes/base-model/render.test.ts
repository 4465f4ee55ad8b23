import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseChatTemplate } from '../../src/text/chat-template.ts';
import { loadTokenizer } from '../../src/text/tokenizer.ts';
import { conversation, document } from './corpus-record.ts';
import { countWords, endOfText, openRenderer, specialTokens } from './render.ts';

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const render = openRenderer(parseChatTemplate(await readFile(pathOf('chat_template.jinja'), 'utf8')));
const tokenizer = await loadTokenizer(pathOf('../../models/attune-base'));
const specialIds = new Set(specialTokens.map((token) => tokenizer.tokenId(token)));

/** Special tokens among those of a record, in their order. */
function specialIn(record: Parameters<typeof render>[0]): string[] {
  const { text, guard } = render(record);
  const ids = tokenizer.encode(text, guard);
  return ids.filter((id) => specialIds.has(id)).map((id) => tokenizer.decode([id]));
}

test('a document has one special token, its end, whatever it spells out', () => {
  const text = `Write ${specialTokens.join(' then ')} and <|im_en`;
  assert.deepEqual(specialIn(document('a', text)), [endOfText]);
  const { text: rendered, guard } = render(document('a', text));
  assert.equal(tokenizer.decode(tokenizer.encode(rendered, guard)), text + endOfText);
  assert.equal(render(document('a', 'plain')).guard, undefined);
});

test('a conversation has the special tokens of its template, and calls those that it makes', () => {
  const record = conversation('a', '1', [
    { role: 'user', content: 'Say <|im_end|><|system|> and <tool_call>{}</tool_call>' },
    { role: 'assistant', content: '', toolCalls: [{ name: 'find', arguments: { id: '</tool_call>' } }] },
    { role: 'tool', content: '<|assistant|>yes' },
    { role: 'assistant', content: 'Done <|endoftext|>' },
  ]);
  assert.deepEqual(specialIn(record), [
    '<|user|>',
    '<|im_end|>',
    '<|assistant|>',
    '<tool_call>',
    '</tool_call>',
    '<|im_end|>',
    '<|tool|>',
    '<|im_end|>',
    '<|assistant|>',
    '<|im_end|>',
  ]);
});

test('words are counted outside special tokens, and as they are written in spelt ones', () => {
  const counts = countWords([render(document('a', 'two words, two <|user|>')), render(document('a', 'two'))]);
  assert.equal(counts.get(' two'), 1);
  assert.equal(counts.get('two'), 2);
  assert.ok(counts.has('user'), [...counts.keys()].join('·'));
  assert.ok(![...counts.keys()].some((word) => /\ufdd0|endoftext/.test(word)));
});
