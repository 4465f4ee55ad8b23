/** One training record, the same from collect to train, and the shape of every line in an artifact's examples.jsonl. */
export type Role = 'system' | 'user' | 'assistant' | 'tool';

export type ToolCall = { name: string; arguments: Record<string, unknown> };

/** An answer that could have stood in an assistant turn's place; without `toolCalls` it is text alone. */
export type RejectedReply = { content: string; toolCalls?: ToolCall[] };

export type Message = {
  role: Role;
  /** The text; empty for an assistant turn that only calls tools. */
  content: string;
  /** Only on assistant turns: what the assistant asks its tools to do. */
  toolCalls?: ToolCall[];
  /** Only on tool turns: the tool that answered. */
  name?: string;
  /** Only on assistant turns: false keeps the turn in the context but out of the loss (OpenAI's `weight: 0`). */
  trained?: boolean;
  /** Only on assistant turns: answers to the same context that were liked less. Preference objectives learn from them; SFT ignores them. */
  rejected?: RejectedReply[];
  /** Facts about this turn that no model sees, such as the action label an evaluation compares with, a `rating`, or `picked`: the reply was picked among those rejected. */
  meta?: Record<string, string | number | boolean>;
};

export type ExampleMeta = {
  /** Unique within a project; made from the source and the record's place where the record has none. */
  id: string;
  /** The source's name in attune.yaml, or its path. */
  source: string;
  topic?: string;
  outcome?: string;
  /** How the conversation was liked: thumbs as true and false or `up` and `down`, or points such as CSAT's 1 to 5. */
  rating?: string | number | boolean;
  /** BCP 47 tag. */
  language?: string;
  /** ISO 8601. */
  createdAt?: string;
  /** Where the record stands: file and line, as in `chats.jsonl:12`. */
  place?: string;
  /** Examples with the same conversation stay in one split (default: the id). */
  conversation?: string;
  /** Anything else the source knows (kept, never shown to a model). */
  [key: string]: string | number | boolean | undefined;
};

/**
 * What an example counts as part of: examples of one conversation (cut at each answer, several questions about one
 * document) stay on one side of a split, and are one observation where chance is reckoned with.
 */
export const conversationOf = ({ conversation, id }: ExampleMeta): string => conversation ?? id;

/** A tool that the assistant could call, in OpenAI's shape; handed to chat templates that can show it. */
export type ToolDefinition = { type: 'function'; function: Record<string, unknown> };

export type Example = { messages: Message[]; meta: ExampleMeta; tools?: ToolDefinition[] };
