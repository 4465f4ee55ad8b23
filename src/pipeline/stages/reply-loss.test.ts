import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Example } from '../../data/example.ts';
import type { Scorer } from '../../model/scorer.ts';
import type { Encoder } from '../../text/open-encoder.ts';
import { lossWith } from './reply-loss.ts';

/** A token a character; the replies are learnt. */
const encode: Encoder = ({ messages, meta }) => {
  const text = messages.map(({ content }) => content).join('');
  const supervised = messages.flatMap(({ role, content }) =>
    Array(content.length).fill(Number(role === 'assistant')),
  );
  return {
    id: meta.id,
    tokens: new Int32Array(text.length),
    supervised: Uint8Array.from(supervised as number[]),
  };
};

/** Each learnt token costs 1 nat after a question and 4 without. */
const scorer: Scorer = {
  score: async (examples) =>
    examples.map(({ id, supervised }) => {
      const learnt = supervised.filter((mark, i) => mark === 1 && i > 0).length;
      const asked = supervised[0] === 0;
      return {
        id,
        logProbabilities: new Float32Array(learnt).fill(asked ? -1 : -4),
        correct: new Uint8Array(learnt),
      };
    }),
  close: async () => {},
};

const example = (id: string, ...texts: string[]): Example => ({
  messages: texts.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })),
  meta: { id, source: 's' },
});

test('a reply is scored after its conversation and as an answer to an empty message; equal ids do not mix', async () => {
  const untrained = example('u', 'hi', 'yes');
  untrained.messages[1]!.trained = false;
  const losses = await lossWith(
    scorer,
    encode,
  )([
    example('a', 'where is it', 'there', 'and now', 'gone'),
    example('a', 'hm', 'x'),
    example('b', 'only a question'),
    untrained,
  ]);
  assert.deepEqual(losses[0], { given: 1, alone: 4 });
  // The one token of a lone reply has nothing before it to be told from.
  assert.deepEqual([losses[1], losses[2], losses[3]], [undefined, undefined, undefined]);
});
