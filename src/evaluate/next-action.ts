/**
 * Next-action accuracy for teams that answer with macros: did the model take the step the human agent took?
 * A reply is mapped to the label of the macro whose wording it has; asking a tool is the action `query`.
 */
import type { ToolCall } from '../data/example.ts';
import { matchAction, type Templates } from './action-templates.ts';

/** The action of a turn that asks a tool, whatever the tool. */
export const queryAction = 'query';
/** The action of a reply that follows no macro. */
export const customAction = 'custom';

/** What a model did where the agent acted. */
export type Answered = { topic: string | undefined; reply: string; toolCalls: readonly ToolCall[] };

/** The actions a model's turn stands for: `query` for a tool call, the macros it follows, `custom` where it follows none. */
export function actionsOf({ topic, reply, toolCalls }: Answered, templates: Templates): string[] {
  if (toolCalls.length > 0) return [queryAction];
  const labels = matchAction(reply, templates, topic);
  return labels.length > 0 || reply.trim() === '' ? labels : [customAction];
}
