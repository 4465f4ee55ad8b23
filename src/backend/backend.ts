import type { Message, ToolCall } from '../data/example.ts';

/** Something that generates. One contract; the embedded llama.cpp and any OpenAI-compatible URL keep it. */
export type Backend = {
  readonly name: string;
  /** Yields the reply's text piece by piece and returns the whole. Aborting `request.signal` ends it with finish reason 'abort'. */
  generate: (request: GenerateRequest) => AsyncGenerator<string, Reply>;
  /**
   * Natural-log probability of each token given those before it; the first entry is 0.
   * Undefined where the backend cannot tell (most URLs).
   */
  logProbabilities?: (tokens: readonly number[]) => Promise<Float32Array>;
  close: () => Promise<void>;
};

export type GenerateRequest = {
  messages: readonly Message[];
  maxTokens: number;
  /** 0 is greedy. */
  temperature?: number;
  topP?: number;
  seed?: number;
  stop?: readonly string[];
  signal?: AbortSignal;
};

export type Reply = {
  /** Text as generated, without the end-of-turn token and without tool calls. */
  content: string;
  toolCalls: ToolCall[];
  finishReason: 'stop' | 'length' | 'tool_calls' | 'abort';
  promptTokens: number;
  completionTokens: number;
};
