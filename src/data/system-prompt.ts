import type { Message } from './example.ts';

export const defaultSystemPrompt = 'You are a helpful customer support assistant.';

export type SystemPrompts = { system_prompt: string; topics: Readonly<Record<string, string>> };

/**
 * Messages with a system prompt in front. A record's own system message wins, because it is what the assistant of
 * that record worked under; then the topic's prompt, then the default.
 */
export function withSystemPrompt(
  messages: readonly Message[],
  topic: string | undefined,
  prompts: SystemPrompts,
): Message[] {
  const first = messages[0];
  if (first?.role === 'system' && first.content.trim() !== '') return [...messages];
  const rest = first?.role === 'system' ? messages.slice(1) : messages;
  const ofTopic =
    topic !== undefined && Object.hasOwn(prompts.topics, topic) ? prompts.topics[topic] : undefined;
  return [{ role: 'system', content: ofTopic ?? prompts.system_prompt }, ...rest];
}
