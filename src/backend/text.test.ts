import { deepEqual, doesNotThrow, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import { parseChatTemplate } from '../text/chat-template.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { toOpenAiMessages } from './openai-messages.ts';
import { ReplyText } from './reply-text.ts';
import { TokenText } from './token-text.ts';
import { checkTokenizer } from './tokenizer-check.ts';

/** One token per UTF-8 byte. */
const byteTokenizer: Tokenizer = {
  vocabularySize: 256,
  encode: (text) => [...new TextEncoder().encode(text)],
  encodeMarked: (text) => [...new TextEncoder().encode(text)],
  decode: (ids) => new TextDecoder().decode(Uint8Array.from(ids)),
  tokenId: () => undefined,
  addedTokens: [],
};

describe('TokenText', () => {
  it('never shows half a character, and loses none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const stream = new TokenText(byteTokenizer);
        let shown = '';
        for (const id of byteTokenizer.encode(text)) {
          shown += stream.push(id);
          equal(shown, text.slice(0, shown.length));
        }
        equal(shown + stream.finish(), text);
      }),
      { examples: [['\ufffd '], ['a\ufffd'], ['👩‍👩‍👧 \ufffd\ufffd']] },
    );
  });

  it('shows bytes that are no text at all in the end', () => {
    const stream = new TokenText(byteTokenizer);
    equal(stream.push(0xff), '');
    equal(stream.finish(), '\ufffd');
    const shown = Array.from({ length: 40 }, () => stream.push(0xff)).join('');
    equal(shown.length, 32);
  });
});

describe('ReplyText', () => {
  const run = (pieces: readonly string[], stops?: string[]): { shown: string; reply: ReplyText } => {
    const reply = new ReplyText(stops);
    const shown = pieces.map((piece) => reply.push(piece)).join('') + reply.finish();
    return { shown, reply };
  };
  const letters = (text: string): string[] => text.split('');

  it('takes tool calls out, however the text is cut', () => {
    const text =
      'Let me see.<tool_call>{"name":"find","arguments":{"id":7}}</tool_call><tool_call>{"name":"end"}</tool_call>';
    for (const pieces of [[text], letters(text)]) {
      const { shown, reply } = run(pieces);
      equal(shown, 'Let me see.');
      equal(reply.content, shown);
      deepEqual(reply.toolCalls, [
        { name: 'find', arguments: { id: 7 } },
        { name: 'end', arguments: {} },
      ]);
    }
  });

  it('shows a call that cannot be read, or is not finished, as it is', () => {
    for (const text of ['<tool_call>{"name"</tool_call> x', 'a <tool_call>{"name":"find"', 'a <tool_ca'])
      equal(run(letters(text)).shown, text);
  });

  it('ends before the first stop text, however the text is cut', () => {
    for (const pieces of [['one STOP two'], letters('one STOP two')]) {
      const { shown, reply } = run(pieces, ['two', 'STOP']);
      equal(shown, 'one ');
      equal(reply.stopped, true);
    }
    equal(run(letters('one STO'), ['STOP']).shown, 'one STO');
  });

  it('gives back any text without marks, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('<', 't', 'o', '_', '>', 'a', 'b') })),
        (pieces) => {
          const text = pieces.join('');
          equal(run(pieces, ['zz']).shown, text);
          const place = text.indexOf('ab');
          equal(run(pieces, ['ab']).shown, place < 0 ? text : text.slice(0, place));
        },
      ),
    );
  });
});

describe('checkTokenizer', () => {
  const template = parseChatTemplate('{% for message in messages %}{{ message.content }}|{% endfor %}');

  it('is content with equal ids and names the first text that differs', () => {
    doesNotThrow(() => checkTokenizer({ tokenizer: byteTokenizer, template }, byteTokenizer.encode));
    const withoutEmoji = (text: string): number[] => byteTokenizer.encode(text.replace('🙂', '?'));
    throws(() => checkTokenizer({ tokenizer: byteTokenizer, template }, withoutEmoji), {
      code: 'parity',
      message: /cuts "Grüße.* is 63 \("\?"\) instead of 240/,
    });
    const longer = (text: string): number[] => [...byteTokenizer.encode(text), 1];
    throws(() => checkTokenizer({ tokenizer: byteTokenizer, template }, longer), {
      code: 'parity',
      message: /instead of missing/,
    });
  });
});

describe('toOpenAiMessages', () => {
  it('ties answers to calls by name, then by order', () => {
    const messages = toOpenAiMessages([
      {
        role: 'assistant',
        content: '',
        toolCalls: [
          { name: 'a', arguments: {} },
          { name: 'b', arguments: { x: 1 } },
        ],
      },
      { role: 'tool', content: 'from b', name: 'b' },
      { role: 'tool', content: 'from a' },
    ]);
    deepEqual(messages.slice(1), [
      { role: 'tool', content: 'from b', tool_call_id: 'call_1' },
      { role: 'tool', content: 'from a', tool_call_id: 'call_0' },
    ]);
  });
});
