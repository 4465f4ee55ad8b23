/**
 * Reads tool calls out of generated text, in the notation most open models use (Hermes, Qwen and our own base):
 * <tool_call>{"name": "...", "arguments": {...}}</tool_call>
 */
import { isRecord } from '../base/json.ts';
import type { ToolCall } from '../data/example.ts';

const block = /<tool_call>([\s\S]*?)<\/tool_call>/g;

/**
 * Splits what a model wrote into text and tool calls. A block that holds no valid call stays in the text as it is, so
 * nothing the model said is lost. White space around the text is removed when there are calls.
 */
export function parseToolCalls(generated: string): { content: string; toolCalls: ToolCall[] } {
  const toolCalls: ToolCall[] = [];
  const content = generated.replace(block, (whole, json: string) => {
    const call = parseCall(json);
    if (call === undefined) return whole;
    toolCalls.push(call);
    return '';
  });
  return { content: toolCalls.length === 0 ? generated : content.trim(), toolCalls };
}

function parseCall(json: string): ToolCall | undefined {
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
