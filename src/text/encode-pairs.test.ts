import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Message } from '../data/example.ts';
import { chatFormat } from './chat-format.ts';
import { parseChatTemplate } from './chat-template.ts';
import { cutPair, encodePairs, layPair } from './encode-pairs.ts';
import { loadTokenizer } from './tokenizer.ts';

const golden = fileURLToPath(new URL('../../test/golden/', import.meta.url));
const tokenizer = await loadTokenizer(`${golden}text`);
const template = parseChatTemplate(
  (await readFile(`${golden}text/chatml.jinja`, 'utf8')).replace(
    /\{%-? (end)?generation -?%\}/g,
    '{%- if true %}{%- endif %}',
  ),
);
const format = chatFormat(tokenizer, template);
type Turn = { role: Message['role']; content: string };
type Record = { prompt: Turn[]; chosen: [Turn]; rejected: [Turn] } & {
  [part in 'prompt_ids' | 'chosen_ids' | 'rejected_ids']: number[];
};
const { conversations } = JSON.parse(await readFile(`${golden}engine/preference.json`, 'utf8')) as {
  conversations: Record[];
};
const options = { supervisePrompt: false };

for (const { prompt, chosen, rejected, ...expected } of conversations)
  test(`the tokens of "${chosen[0].content}" and its rejected answer are TRL's`, () => {
    const messages: Message[] = [...prompt, { ...chosen[0], rejected: [rejected[0]] }];
    const [pair, ...more] = encodePairs(format, { messages, meta: { id: 'a', source: 's' } }, options);
    assert.equal(more.length, 0);
    const { tokens, supervised, pair: layout } = pair!;
    const { answer, chosen: own, rejected: other } = layout!;
    assert.deepEqual([...tokens.subarray(0, answer)], expected.prompt_ids);
    assert.deepEqual([...tokens.subarray(answer, other)], expected.chosen_ids);
    assert.deepEqual([...tokens.subarray(answer, own), ...tokens.subarray(other)], expected.rejected_ids);
    assert.deepEqual(
      [...supervised],
      [...tokens].map((_, i) => Number(i >= answer)),
    );
  });

test('every rejected reply of every trained turn is a pair; what follows the turn is left out', () => {
  const reply = (content: string, more: Partial<Message> = {}): Message => ({
    role: 'assistant',
    content,
    ...more,
  });
  const messages: Message[] = [
    { role: 'user', content: 'one' },
    reply('a', { rejected: [{ content: 'b' }, { content: 'c' }] }),
    { role: 'user', content: 'two' },
    reply('d', { rejected: [{ content: 'e' }], trained: false }),
    { role: 'user', content: 'three' },
    reply('f', { rejected: [{ content: 'f' }] }),
    reply('g'),
  ];
  const pairs = encodePairs(format, { messages, meta: { id: 'a', source: 's' } }, options);
  assert.deepEqual(
    pairs.map(({ tokens }) => tokenizer.decode([...tokens]).includes('two')),
    [false, false, true],
  );
  // Equal answers teach nothing: no token is supervised, so that the pair is dropped and counted.
  assert.deepEqual(
    pairs.map(({ supervised }) => supervised.includes(1)),
    [true, true, false],
  );
});

test('a cut pair is that of its two cut texts; one without a difference left is not supervised', () => {
  const prompt = [1, 2, 3];
  const [chosen, rejected] = [
    [...prompt, 4, 5, 6, 7, 8],
    [...prompt, 4, 9, 10],
  ];
  const pair = { id: 'a', ...layPair(prompt, chosen, rejected) };
  assert.deepEqual(pair.pair, { answer: 3, chosen: 4, rejected: 8 });
  for (const length of [5, 6, 7, 20])
    assert.deepEqual(cutPair(pair, pair.pair!, length), {
      id: 'a',
      ...layPair(prompt, chosen.slice(0, length), rejected.slice(0, length)),
    });
  assert.deepEqual([...cutPair(pair, pair.pair!, 4).supervised], [0, 0, 0, 0]);
  assert.deepEqual([...layPair(prompt, chosen, chosen).supervised], [0, 0, 0, 0, 0, 0, 0, 0]);
});
