import { z } from 'zod';
import type { Message } from '../data/example.ts';

export const turnsSchema = z
  .array(z.object({ role: z.enum(['customer', 'assistant']), text: z.string() }))
  .describe('The dialogue in order: customer first, then in turn, assistant last.');

export type Turns = z.infer<typeof turnsSchema>;

/** The turns as messages, or what is wrong with their order. */
export function readTurns(
  turns: Turns,
): { messages: Message[]; reason?: undefined } | { messages?: undefined; reason: string } {
  if (turns.some(({ text }) => text.trim() === '')) return { reason: 'a turn is empty' };
  if (turns.some(({ role }, i) => (role === 'customer') !== (i % 2 === 0)))
    return { reason: 'customer and assistant do not take turns, customer first' };
  if (turns.length % 2 !== 0 || turns.length === 0) return { reason: "the last turn is not the assistant's" };
  return {
    messages: turns.map(({ role, text }) => ({
      role: role === 'customer' ? 'user' : 'assistant',
      content: text.trim(),
    })),
  };
}

/** A question and its answer. */
export const exchangeOf = (request: string, reply: string): Message[] => [
  { role: 'user', content: request.trim() },
  { role: 'assistant', content: reply.trim() },
];
