import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { parseChatTemplate } from './chat-template.ts';
import { splitMarkers } from './template-markers.ts';
import { loadTokenizer } from './tokenizer.ts';

const base = new URL('../../models/attune-base/', import.meta.url).pathname;
const tokenizer = await loadTokenizer(base);
const turns = (open: string, close: string): string =>
  `{% for m in messages %}${open}{{ m.role }}\n{{ m.content }}${close}\n{% endfor %}`;

test('a marker that the tokenizer cuts into pieces is named with the number of pieces', () => {
  const template = parseChatTemplate(turns('<|start_of_header|>', '<|im_end|>'));
  deepEqual(splitMarkers(template, tokenizer), [
    { marker: '<|start_of_header|>', tokens: tokenizer.encode('<|start_of_header|>').length },
  ]);
});

test('whole markers, and words in brackets that are plain text by design, are no reason to complain', () => {
  deepEqual(splitMarkers(parseChatTemplate(turns('<|user|>', '<|im_end|>')), tokenizer), []);
  deepEqual(splitMarkers(parseChatTemplate(turns('[INST]', '[/INST]')), tokenizer), []);
});
