import { isRecord } from '../base/json.ts';
import type { ToolCall } from '../data/example.ts';

/**
 * Marks around a tool call in generated text, in the notation most open models use (Hermes, Qwen and our own base):
 * <tool_call>{"name": "...", "arguments": {...}}</tool_call>
 */
export const toolCallMarks = { start: '<tool_call>', end: '</tool_call>' } as const;

/** Reads what stands between the marks; undefined where it is no valid call. */
export function parseToolCall(json: string): ToolCall | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || typeof value['name'] !== 'string' || value['name'] === '') return undefined;
  const args = value['arguments'] ?? {};
  return isRecord(args) ? { name: value['name'], arguments: args } : undefined;
}
