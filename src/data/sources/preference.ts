/**
 * TRL's preference records: {"prompt"?, "chosen", "rejected"}, each text or a list of chat messages. Without a prompt the
 * two are whole conversations that begin alike, as lists or as transcripts like HH-RLHF's.
 */
import type { Message } from '../example.ts';
import { checkText, message, RecordError } from './field-checks.ts';
import { parseMessages, parseTools, withoutWeights, writeMessages } from './openai.ts';
import { conversationOf, preferenceMessages, preferenceOf } from './preference-example.ts';
import { readMeta, type ParsedRecord, type RecordShape } from './record-shape.ts';
import { isTranscript, parseTranscript } from './transcript.ts';

const used = ['prompt', 'chosen', 'rejected', 'tools'];

export const preference: RecordShape = {
  matches: (record) => 'chosen' in record && 'rejected' in record,
  parse: (record) => {
    const tools = parseTools(record['tools'], 'tools');
    const facts = readMeta(record, used);
    const chosen = parseAnswer(record['chosen'], 'chosen');
    const rejected = parseAnswer(record['rejected'], 'rejected');
    const prompt = parsePrompt(record['prompt'], chosen.messages);
    const messages = preferenceMessages(
      prompt.messages,
      { chosen: chosen.messages, rejected: rejected.messages },
      { chosen: 'chosen', rejected: 'rejected' },
    );
    const conversation = facts.meta['conversation'] ?? conversationOf(messages.slice(0, -1));
    return {
      messages,
      meta: { ...facts.meta, conversation },
      ignored: [...facts.ignored, ...prompt.ignored, ...chosen.ignored, ...rejected.ignored],
      ...(tools && { tools }),
    };
  },
  write: (example) => {
    const { prompt, chosen, rejected } = preferenceOf(example);
    return {
      prompt: withoutWeights(writeMessages(prompt)),
      chosen: writeMessages([chosen]),
      rejected: writeMessages([rejected]),
      ...(example.tools && { tools: example.tools }),
    };
  },
};

type Parsed = Pick<ParsedRecord, 'messages' | 'ignored'>;

function parseAnswer(value: unknown, field: string): Parsed {
  if (Array.isArray(value)) return parseMessages(value, field);
  const text = checkText(value, field);
  if (isTranscript(text)) return { messages: parseTranscript(text, field), ignored: [] };
  return { messages: [message('assistant', text)], ignored: [] };
}

/** Nothing where the answers hold it themselves; some data sets repeat its last turn as text, which must then agree. */
function parsePrompt(value: unknown, chosen: readonly Message[]): Parsed {
  const isWhole = chosen.length > 1 && chosen[0]!.role !== 'assistant';
  if (value === undefined || value === null) {
    if (isWhole) return { messages: [], ignored: [] };
    throw new RecordError(
      'there is no prompt: write one, or chosen and rejected as whole conversations (lists of messages, or text with "\\n\\nHuman:" and "\\n\\nAssistant:")',
    );
  }
  if (Array.isArray(value)) return parseMessages(value, 'prompt');
  const text = checkText(value, 'prompt');
  if (isTranscript(text)) {
    const messages = parseTranscript(text, 'prompt');
    const isOpen = messages.at(-1)?.role === 'assistant' && messages.at(-1)?.content === '';
    return { messages: isOpen ? messages.slice(0, -1) : messages, ignored: [] };
  }
  if (!isWhole) return { messages: [message('user', text)], ignored: [] };
  if (!chosen.some(({ content }) => content === text))
    throw new RecordError('chosen is a whole conversation, and prompt is none of its messages');
  return { messages: [], ignored: [] };
}
