import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Message } from '../data/example.ts';
import { parseChatTemplate, renderChat, type ChatTemplate, type TemplateMessage } from './chat-template.ts';
import { chatFormat } from './chat-format.ts';
import { encodeConversation } from './encode-conversation.ts';
import { loadTokenizer } from './tokenizer.ts';

const golden = fileURLToPath(new URL('../../test/golden/text', import.meta.url));
const tokenizer = await loadTokenizer(golden);
const readGolden = async <T>(name: string): Promise<T> =>
  JSON.parse(await readFile(`${golden}/${name}`, 'utf8')) as T;

type Case = {
  template: string;
  conversation: string;
  error?: string;
  text: string;
  prompt: string;
  ids: number[];
  mask: number[];
};
const conversations = await readGolden<Record<string, TemplateMessage[]>>('conversations.json');
const cases = await readGolden<Case[]>('chats.json');

async function openTemplate(name: string): Promise<ChatTemplate> {
  const source = await readFile(`${golden}/${name}.jinja`, 'utf8');
  // The tags only tell transformers which text is the assistant's; a model's own template has none.
  return parseChatTemplate(
    source.replace(/\{%-? (end)?generation %\}/g, (tag) =>
      tag.startsWith('{%-') ? '{%- if true %}{%- endif %}' : '',
    ),
    {
      bos_token: '<|begin_of_text|>',
    },
  );
}

const toMessage = ({ role, content, name, tool_calls }: TemplateMessage): Message => ({
  role: role as Message['role'],
  content,
  ...(name === undefined ? {} : { name }),
  ...(tool_calls === undefined ? {} : { toolCalls: tool_calls.map((call) => call.function) }),
});

const exampleOf = (messages: Message[]): Parameters<typeof encodeConversation>[1] => ({
  messages,
  meta: { id: 'a', source: 'test' },
});

for (const expected of cases) {
  const { template: templateName, conversation } = expected;
  const messages = conversations[conversation]!.map(toMessage);

  test(`${templateName}, ${conversation}: as transformers renders, tokenises and masks it`, async () => {
    const template = await openTemplate(templateName);
    if (expected.error !== undefined) {
      assert.throws(() => encodeConversation(chatFormat(tokenizer, template), exampleOf(messages)), {
        code: 'model',
        message: new RegExp(expected.error),
      });
      return;
    }
    assert.equal(renderChat(template, messages, { addGenerationPrompt: false }), expected.text);
    assert.equal(renderChat(template, messages.slice(0, -1), { addGenerationPrompt: true }), expected.prompt);
    const encoded = encodeConversation(chatFormat(tokenizer, template), exampleOf(messages));
    assert.deepEqual([...encoded.tokens], expected.ids);
    assert.deepEqual([...encoded.supervised], expected.mask);
  });
}

test("the base model's template writes what its copy with marks writes", async () => {
  const source = await readFile(
    new URL('../../recipes/base-model/chat_template.jinja', import.meta.url),
    'utf8',
  );
  const template = parseChatTemplate(source);
  for (const { template: name, conversation, text } of cases) {
    if (name !== 'own') continue;
    const messages = conversations[conversation]!.map(toMessage);
    assert.equal(renderChat(template, messages, { addGenerationPrompt: false }), text);
  }
  assert.throws(
    () => renderChat(template, [{ role: 'robot' as 'user', content: '' }], { addGenerationPrompt: true }),
    /Unknown role: robot/,
  );
});

/** The supervised text, one string per span. */
function trainedText(template: ChatTemplate, messages: Message[]): string[] {
  const { tokens, supervised } = encodeConversation(chatFormat(tokenizer, template), exampleOf(messages));
  const spans: number[][] = [];
  for (const [i, token] of tokens.entries()) {
    if (supervised[i] === 0) continue;
    if (i === 0 || supervised[i - 1] === 0) spans.push([]);
    spans.at(-1)!.push(token);
  }
  return spans.map((ids) => tokenizer.decode(ids));
}

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string, more: Partial<Message> = {}): Message => ({
  role: 'assistant',
  content,
  ...more,
});

test('turns marked as not trained stay in the context only', async () => {
  const template = await openTemplate('chatml');
  const messages = [user('Hi'), assistant('Hello', { trained: false }), user('Yes'), assistant('Good')];
  assert.deepEqual(trainedText(template, messages), ['Good<|im_end|>']);
});

test('tool calls are trained on, tool results are not', async () => {
  const template = await openTemplate('own');
  const messages: Message[] = [
    user('7 May'),
    assistant('', { toolCalls: [{ name: 'book', arguments: { day: '7 May' } }] }),
    { role: 'tool', name: 'book', content: '{"ok":true}' },
    assistant('Booked.'),
  ];
  assert.deepEqual(trainedText(template, messages), [
    '<tool_call>{"name":"book","arguments":{"day":"7 May"}}</tool_call><|im_end|>',
    'Booked.<|im_end|>',
  ]);
});

/** As Qwen3: an empty thinking block, but only before the last answer. */
const thinking = parseChatTemplate(
  `{%- for m in messages %}{{ '<|im_start|>' + m.role + '\n' }}` +
    `{%- if m.role == 'assistant' and loop.last %}{{ '<think>\n\n</think>\n\n' }}{% endif %}` +
    `{{- m.content + '<|im_end|>\n' }}{%- endfor %}` +
    `{%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}`,
);

test('templates that write the last answer differently', () => {
  const messages = [user('Hi'), assistant('Hello'), assistant('Yes?'), user('No'), assistant('Bye')];
  assert.deepEqual(trainedText(thinking, messages), [
    'Hello<|im_end|>',
    'Yes?<|im_end|>',
    '<think>\n\n</think>\n\nBye<|im_end|>',
  ]);
});

test('an edge inside a token moves to the token', () => {
  const template = parseChatTemplate(
    `{%- for m in messages %}{{ m.content }}{% endfor %}{% if add_generation_prompt %}{% endif %}`,
  );
  const [joined] = ['hello world'].map((text) => tokenizer.encode(text));
  const { tokens, supervised } = encodeConversation(
    chatFormat(tokenizer, template),
    exampleOf([user('hel'), assistant('lo world')]),
  );
  assert.deepEqual([...tokens], joined);
  assert.equal(supervised.at(-1), 1);
  assert.equal(supervised[0], tokenizer.encode('hel')[0] === tokens[0] ? 0 : 1);
});

test('a template whose prompt differs from what it writes later is refused', () => {
  const template = parseChatTemplate(
    `{%- for m in messages %}{{ '[' + m.role + ']' + m.content }}{% endfor %}` +
      `{% if add_generation_prompt %}[assistant]<think>{% endif %}`,
  );
  assert.throws(
    () => encodeConversation(chatFormat(tokenizer, template), exampleOf([user('Hi'), assistant('Hello')])),
    {
      code: 'model',
      message: /writes "<think>" when an answer is due, but "Hello" in the whole/,
    },
  );
});

test('a template that leaves tool calls out is refused', async () => {
  const template = await openTemplate('gemma');
  const messages = [user('Hi'), assistant('', { toolCalls: [{ name: 'look_up', arguments: {} }] })];
  assert.throws(() => encodeConversation(chatFormat(tokenizer, template), exampleOf(messages)), {
    code: 'model',
    message: /leaves out the assistant's tool call "look_up"/,
  });
});
