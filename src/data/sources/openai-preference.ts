/** OpenAI's preference format: {"input": {"messages", "tools"?}, "preferred_output": [...], "non_preferred_output": [...]}. */
import { isRecord } from '../../base/json.ts';
import { checkRecord } from './field-checks.ts';
import { parseMessages, parseTools, withoutWeights, writeMessages } from './openai.ts';
import { conversationOf, preferenceMessages, preferenceOf } from './preference-example.ts';
import { readMeta, type RecordShape } from './record-shape.ts';

const used = ['input', 'preferred_output', 'non_preferred_output'];

export const openaiPreference: RecordShape = {
  matches: (record) =>
    isRecord(record['input']) && 'preferred_output' in record && 'non_preferred_output' in record,
  parse: (record) => {
    const { messages: given, tools: listed, ...rest } = checkRecord(record['input'], 'input');
    const { parallel_tool_calls: _, ...others } = rest;
    const prompt = parseMessages(given, 'input.messages');
    const chosen = parseMessages(record['preferred_output'], 'preferred_output');
    const rejected = parseMessages(record['non_preferred_output'], 'non_preferred_output');
    const messages = preferenceMessages(
      prompt.messages,
      { chosen: chosen.messages, rejected: rejected.messages },
      { chosen: 'preferred_output', rejected: 'non_preferred_output' },
    );
    const facts = readMeta(record, used);
    const tools = parseTools(listed, 'input.tools');
    const unknown = Object.keys(others).map((key) => `input.${key}`);
    return {
      messages,
      meta: {
        ...facts.meta,
        conversation: facts.meta['conversation'] ?? conversationOf(messages.slice(0, -1)),
      },
      ignored: [...facts.ignored, ...unknown, ...prompt.ignored, ...chosen.ignored, ...rejected.ignored],
      ...(tools && { tools }),
    };
  },
  write: (example) => {
    const { prompt, chosen, rejected } = preferenceOf(example);
    return {
      input: {
        messages: withoutWeights(writeMessages(prompt)),
        ...(example.tools && { tools: example.tools }),
      },
      preferred_output: writeMessages([chosen]),
      non_preferred_output: writeMessages([rejected]),
    };
  },
};
