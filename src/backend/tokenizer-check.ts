/** Whether llama.cpp cuts text into the same tokens as the tokenizer the model was trained with. */
import { AttuneError } from '../base/errors.ts';
import type { ChatFormat } from '../text/chat-format.ts';
import { renderChat } from '../text/chat-template.ts';
import type { Tokenizer } from '../text/tokenizer.ts';

const samples = [
  "Hello, I can't log in; they've said it'll take 24 hours.",
  'Order #1234567 was 3.50 € on 2024-01-31 (twice!)...',
  '  two spaces,\ttabs\t\tand\n\nnew lines \n  ',
  'Grüße, café, 你好世界, Привет, مرحبا, 🙂👍🏽',
  '{"name": "check_order", "arguments": {"id": [1, 2]}}',
  "WE'RE HERE isn't IT'S\r\nfoo_bar-baz/qux\\n",
];

/**
 * Compares ids on texts with contractions, digits, white space, several scripts and a rendered conversation.
 * Throws AttuneError 'parity' naming the first text that differs.
 */
export function checkTokenizer(
  { tokenizer, template }: Pick<ChatFormat, 'tokenizer' | 'template'>,
  tokenizeByLlama: (text: string) => readonly number[],
): void {
  const conversation = renderChat(
    template,
    [
      { role: 'user', content: samples[0]! },
      { role: 'assistant', content: 'Let me look.' },
      { role: 'user', content: samples[1]! },
    ],
    { addGenerationPrompt: true },
  );
  for (const text of [...samples, conversation]) {
    const ours = tokenizer.encode(text);
    const theirs = tokenizeByLlama(text);
    const place = ours.findIndex((id, i) => id !== theirs[i]);
    if (place < 0 && ours.length === theirs.length) continue;
    const at = place < 0 ? ours.length : place;
    throw new AttuneError(
      'parity',
      `llama.cpp cuts ${JSON.stringify(text)} into other tokens than the model was trained with: ` +
        `token ${at} is ${describe(tokenizer, theirs[at])} instead of ${describe(tokenizer, ours[at])}.`,
      { fix: 'Set export.pre_tokenizer in attune.yaml to the pre-tokenizer of this model and export again.' },
    );
  }
}

function describe(tokenizer: Tokenizer, id: number | undefined): string {
  return id === undefined ? 'missing' : `${id} (${JSON.stringify(tokenizer.decode([id]))})`;
}
