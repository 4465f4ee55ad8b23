/** {"prompt", "completion"}: both text, or both lists of chat messages as TRL has them; only the completion is trained on. */
import { checkConversation, checkText, message, RecordError } from './field-checks.ts';
import { parseMessages, parseTools, withoutWeights, writeMessages } from './openai.ts';
import { asContext } from './preference-example.ts';
import { readMeta, type RecordShape } from './record-shape.ts';

export const promptCompletion: RecordShape = {
  matches: (record) => 'prompt' in record && 'completion' in record,
  parse: (record) => {
    const tools = parseTools(record['tools'], 'tools');
    const facts = { ...readMeta(record, ['prompt', 'completion', 'tools']), ...(tools && { tools }) };
    if (!Array.isArray(record['prompt']) && !Array.isArray(record['completion'])) {
      const prompt = checkText(record['prompt'], 'prompt');
      const completion = checkText(record['completion'], 'completion');
      return { messages: [message('user', prompt), message('assistant', completion)], ...facts };
    }
    const prompt = parseMessages(record['prompt'], 'prompt');
    const completion = parseMessages(record['completion'], 'completion');
    checkConversation(completion.messages, 'completion');
    return {
      messages: [...asContext(prompt.messages), ...completion.messages],
      ...facts,
      ignored: [...facts.ignored, ...prompt.ignored, ...completion.ignored],
    };
  },
  write: ({ messages, tools }) => {
    const [first, second] = messages;
    const isPlain = messages.length === 2 && first?.role === 'user' && second?.role === 'assistant' && !tools;
    if (
      isPlain &&
      !second.toolCalls &&
      second.trained !== false &&
      !first.meta?.['name'] &&
      !second.meta?.['name']
    )
      return { prompt: first.content, completion: second.content };
    const start = messages.findLastIndex(({ role, trained }) => role === 'assistant' && trained !== false);
    if (
      start < 0 ||
      messages.slice(0, start).some(({ role, trained }) => role === 'assistant' && trained !== false)
    )
      throw new RecordError(
        'a prompt-completion record trains exactly one reply, and this example trains another number',
      );
    const records = writeMessages(messages);
    const prompt = withoutWeights(records.slice(0, start));
    return { prompt, completion: records.slice(start), ...(tools && { tools }) };
  },
};
