/** What was said in a conversation. */
import type { Example, Message } from './example.ts';

/** What customer and assistant say to one another: neither system prompts nor what tools answer. */
export function isSpoken<M extends Pick<Message, 'role'>>(one: M): one is M & { role: 'user' | 'assistant' } {
  return one.role === 'user' || one.role === 'assistant';
}

/** All that was said in a conversation, a message a line. */
export function spokenText({ messages }: Example): string {
  return messages
    .filter(isSpoken)
    .map(({ content }) => content)
    .join('\n');
}

/** An empty tool result says something (nothing was found), and an assistant may call a tool without a word. */
export function isEmpty({ role, content, toolCalls }: Message): boolean {
  return role !== 'tool' && content.trim() === '' && (toolCalls?.length ?? 0) === 0;
}
