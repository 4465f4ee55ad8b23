/** TRL's unpaired preference records: {"prompt", "completion", "label"}, label true for a good completion and false for a bad one. */
import type { Message } from '../example.ts';
import { fail, RecordError } from './field-checks.ts';
import { conversationOf } from './preference-example.ts';
import { promptCompletion } from './prompt-completion.ts';
import type { RecordShape } from './record-shape.ts';

export const unpairedPreference: RecordShape = {
  matches: (record) => promptCompletion.matches(record) && typeof record['label'] === 'boolean',
  parse: ({ label, ...record }) => {
    if (typeof label !== 'boolean') fail('label', label, 'true (good) or false (bad) is needed');
    const parsed = promptCompletion.parse(record);
    const last = parsed.messages.at(-1)!;
    if (last.role !== 'assistant')
      throw new RecordError('the completion does not end in an assistant message');
    const meta = { ...last.meta, rating: label };
    // What was called bad is kept for pairs, but is nothing to imitate.
    const rated: Message = label ? { ...last, meta } : { ...last, meta, trained: false };
    const prompt = parsed.messages.slice(0, -1);
    const conversation = parsed.meta['conversation'] ?? conversationOf(prompt);
    return { ...parsed, messages: [...prompt, rated], meta: { ...parsed.meta, conversation } };
  },
  write: ({ messages, tools, meta }) => {
    const last = messages.at(-1);
    const label = last?.meta?.['rating'];
    if (last === undefined || typeof label !== 'boolean')
      throw new RecordError('the last turn has no rating of true or false');
    const { trained: _, ...reply } = last;
    return {
      ...promptCompletion.write({
        messages: [...messages.slice(0, -1), reply],
        meta,
        ...(tools && { tools }),
      }),
      label,
    };
  },
};
