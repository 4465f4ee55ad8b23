/** A conversation with a model in a terminal. */
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { AttuneError } from '../base/errors.ts';
import type { Backend } from '../backend/backend.ts';
import type { Message } from '../data/example.ts';

export type ChatOptions = {
  backend: Backend;
  input: Readable;
  output: Writable;
  /** What the model is told first. */
  systemPrompt?: string;
  maxTokens?: number;
  temperature?: number;
  seed?: number;
};

const help =
  'Type a message. /clear starts anew, /exit ends; Ctrl-C stops a reply, and ends when there is none.\n';

/** Reads messages line by line and prints the replies as they come, until /exit or the end of the input. */
export async function chat(options: ChatOptions): Promise<void> {
  const { backend, input, output, systemPrompt, maxTokens = 512, temperature, seed } = options;
  const opening: Message[] = systemPrompt ? [{ role: 'system', content: systemPrompt }] : [];
  let messages = [...opening];
  let reply: AbortController | undefined;
  const terminal = (input as { isTTY?: boolean }).isTTY === true;
  const lines = createInterface({ input, output: terminal ? output : undefined, prompt: '> ', terminal });
  lines.on('SIGINT', () => (reply ? reply.abort() : lines.close()));
  const prompt = (): void => {
    if (terminal) lines.prompt();
  };
  output.write(help);
  prompt();
  for await (const line of lines) {
    const text = line.trim();
    if (text === '/exit') break;
    if (text === '/clear') messages = [...opening];
    else if (text === '/help') output.write(help);
    else if (text !== '') {
      reply = new AbortController();
      const asked: Message[] = [...messages, { role: 'user', content: text }];
      const answer = await say(asked, reply.signal);
      if (answer) messages = [...asked, answer];
      reply = undefined;
    }
    prompt();
  }
  lines.close();

  /** Undefined when the backend refused; the conversation then goes on without that message. */
  async function say(asked: readonly Message[], signal: AbortSignal): Promise<Message | undefined> {
    try {
      const pieces = backend.generate({ messages: asked, maxTokens, temperature, seed, signal });
      let next = await pieces.next();
      for (; !next.done; next = await pieces.next()) output.write(next.value);
      const { content, toolCalls } = next.value;
      for (const call of toolCalls) output.write(`[calls ${call.name} ${JSON.stringify(call.arguments)}]`);
      output.write('\n');
      return { role: 'assistant', content, ...(toolCalls.length === 0 ? {} : { toolCalls }) };
    } catch (error) {
      if (!(error instanceof AttuneError)) throw error;
      output.write(`${error.message}${error.fix ? ` ${error.fix}` : ''}\n`);
      return undefined;
    }
  }
}
