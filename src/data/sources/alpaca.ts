/**
 * Alpaca: {"instruction", "input"?, "output", "system"?, "history"?: [[user, assistant], ...]}. A `category`, as Dolly and
 * instruction sets of companies have it, is the topic of a record that names none.
 */
import type { Message } from '../example.ts';
import { checkList, checkText, fail, message, RecordError } from './field-checks.ts';
import { readMeta, type RecordShape } from './record-shape.ts';

const used = ['instruction', 'input', 'output', 'system', 'history'];

export const alpaca: RecordShape = {
  matches: (record) => 'instruction' in record && 'output' in record,
  parse: (record) => {
    const instruction = checkText(record['instruction'], 'instruction');
    const input = checkText(record['input'] ?? '', 'input');
    const output = checkText(record['output'], 'output');
    const system = checkText(record['system'] ?? '', 'system');
    const messages: Message[] = [
      ...(system === '' ? [] : [message('system', system)]),
      ...parseHistory(record['history'] ?? []),
      message('user', input === '' ? instruction : `${instruction}\n${input}`),
      message('assistant', output),
    ];
    const { meta, ignored } = readMeta(record, used);
    const { category } = meta;
    if (typeof category === 'string' && category.trim() !== '') meta['topic'] ??= category;
    return { messages, meta, ignored };
  },
  write: ({ messages, tools }) => {
    const system = messages[0]?.role === 'system' ? messages[0].content : '';
    const turns = system === '' ? messages : messages.slice(1);
    if (tools) throw new RecordError('Alpaca has no place for tools');
    turns.forEach((one, i) => {
      if (one.role !== (i % 2 === 0 ? 'user' : 'assistant') || one.toolCalls || one.trained === false)
        throw new RecordError(
          `Alpaca has no place for message ${i + 1}: user and assistant take turns, in plain text, all trained`,
        );
    });
    if (turns.length === 0 || turns.length % 2 === 1)
      throw new RecordError('an Alpaca record ends with a reply');
    const history: string[][] = [];
    for (let i = 0; i + 2 < turns.length; i += 2) history.push([turns[i]!.content, turns[i + 1]!.content]);
    return {
      instruction: turns.at(-2)!.content,
      input: '',
      output: turns.at(-1)!.content,
      ...(system !== '' && { system }),
      ...(history.length > 0 && { history }),
    };
  },
};

function parseHistory(value: unknown): Message[] {
  return checkList(value, 'history').flatMap((item, i) => {
    const pair = checkList(item, `history[${i}]`);
    if (pair.length !== 2)
      fail(`history[${i}]`, pair, 'a pair of what the user said and the reply is needed');
    return [
      message('user', checkText(pair[0], `history[${i}][0]`)),
      message('assistant', checkText(pair[1], `history[${i}][1]`)),
    ];
  });
}
