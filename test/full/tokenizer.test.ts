/** The shipped base's tokenizer and chat template read by transformers give the ids and the text that Attune trains on. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Message } from '../../src/data/example.ts';
import { loadChatTemplate, renderChat, toTemplateMessage } from '../../src/text/chat-template.ts';
import { loadTokenizer } from '../../src/text/tokenizer.ts';
import { Reference, referenceMissing } from './reference.ts';

const base = fileURLToPath(new URL('../../models/attune-base/', import.meta.url));
const skip = existsSync(base) ? referenceMissing() : `there is no ${base}`;
const reference = new Reference();
after(() => reference.close());

const texts = [
  'Hello, I would like to book a table for two at 19:30, please.',
  "I'm sorry, that isn't available; we've 3 rooms left (from $89.50).",
  '  leading, trailing and   inner spaces  ',
  'line one\nline two\n\n\tindented\r\nwindows',
  'naïve café – Zürich, 東京, Привет, مرحبا, नमस्ते, 👩🏽‍💻 🇩🇪',
  'e\u0301 and \u00e9, \u00a0, \u200b, \u0000, \ufeff',
  '1234567890 3.14159 0x1F a1b2c3',
  'const x = {"key": [1, 2]}; // <tag attr="v"> && || == !=',
  '<|user|>written by hand<|im_end|><|assistant|>\n',
  '<|im_start|>user\nof another model<|im_end|>\n',
  'half a token: <|im_start <|im_ end|>',
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  '!',
  '',
];

const user: Message = { role: 'user', content: 'Is there a <b>train</b> to Köln "today"?' };
const conversations: Message[][] = [
  [user],
  [{ role: 'system', content: 'You help customers.\n\nBe brief.' }, user],
  [
    user,
    { role: 'assistant', content: 'Yes, at 9.' },
    { role: 'user', content: '' },
    { role: 'assistant', content: 'Bye!\n' },
  ],
  [
    { role: 'system', content: 'You book trips.' },
    user,
    {
      role: 'assistant',
      content: '',
      toolCalls: [{ name: 'search', arguments: { to: 'Köln', seats: 2, flexible: true, via: null } }],
    },
    { role: 'tool', name: 'search', content: '{"time": "9:00"}' },
    { role: 'assistant', content: '  At 9.  ' },
  ],
];

test('the shipped base is read alike by transformers and by Attune', { skip }, async (t) => {
  const tokenizer = await loadTokenizer(base);
  const template = await loadChatTemplate(base);
  const theirs = await reference.text(
    base,
    texts,
    conversations.map((messages) => messages.map(toTemplateMessage)),
  );
  for (const [i, text] of texts.entries())
    await t.test(`ids of ${JSON.stringify(text.slice(0, 30))}`, () => {
      assert.deepEqual(tokenizer.encode(text), theirs.ids[i]);
    });
  for (const [i, messages] of conversations.entries())
    await t.test(`a conversation of ${messages.map(({ role }) => role).join(', ')}`, () => {
      const rendered = [false, true].map((addGenerationPrompt) =>
        renderChat(template, messages, { addGenerationPrompt }),
      );
      assert.deepEqual(rendered, theirs.rendered[i]);
    });
});
