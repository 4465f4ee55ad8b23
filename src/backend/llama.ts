/**
 * The embedded backend: llama.cpp in this process, through node-llama-cpp. Prompts are rendered and tokenised by our own
 * code, the same that made the training examples, and only ids go in: llama.cpp does the arithmetic and the sampling.
 */
import { randomInt } from 'node:crypto';
import type { ControlledEvaluateInputItem, LlamaContext, LlamaContextSequence, Token } from 'node-llama-cpp';
import { AttuneError } from '../base/errors.ts';
import { encodeMessages, loadChatFormat, type ChatFormat } from '../text/chat-format.ts';
import type { Backend, GenerateRequest, Reply } from './backend.ts';
import { readEndTokens } from './end-tokens.ts';
import { loadLlamaModel } from './llama-library.ts';
import { createSequencePool, sharedPrefix, type SequencePool } from './llama-sequences.ts';
import { ReplyTokens } from './reply-tokens.ts';
import { checkTokenizer } from './tokenizer-check.ts';

export type LlamaBackendOptions = {
  gguf: string;
  /** A LoRA as GGUF, added to the model at full strength. */
  loraGguf?: string;
  /** Folder with the tokenizer.json and chat template the model was trained with. */
  tokenizerFolder: string;
  /** CPU threads (default: 1 for models under 256 MiB, else the cores less one). */
  threads?: number;
  /** Tokens of one conversation, prompt and reply (default: what the model was trained for, 4096 at most). */
  contextSize?: number;
  /** Requests served at once; each takes memory for `contextSize` tokens. */
  parallel?: number;
};

const defaultContextLimit = 4096;

/**
 * Loads the model. Throws AttuneError 'environment' when llama.cpp cannot run here, 'model' when a file is not right, and
 * 'parity' when llama.cpp tokenises differently from the model's own tokenizer.
 */
export async function openLlamaBackend(options: LlamaBackendOptions): Promise<Backend> {
  const { gguf, loraGguf, tokenizerFolder, parallel = 4 } = options;
  const format = await loadChatFormat(tokenizerFolder);
  const endTokens = await readEndTokens(tokenizerFolder, format.tokenizer);
  const { llama, model, threads } = await loadLlamaModel(gguf, options.threads);
  const dispose = async (): Promise<void> => {
    await model.dispose();
    await llama.dispose();
  };
  try {
    checkTokenizer(format, (text) => model.tokenize(text, true));
    const context = await model.createContext({
      sequences: parallel,
      contextSize: options.contextSize ?? Math.min(model.trainContextSize, defaultContextLimit),
      threads,
      ...(loraGguf === undefined ? {} : { lora: { adapters: [{ filePath: loraGguf }] } }),
    });
    const pool = createSequencePool(Array.from({ length: parallel }, () => context.getSequence()));
    const isEnd = (token: number): boolean => endTokens.has(token) || model.isEogToken(token as Token);
    return {
      name: `llama.cpp ${gguf}`,
      generate: (request) => generate({ request, format, pool, context, isEnd }),
      logProbabilities: (tokens) => logProbabilities(tokens, pool, context),
      close: async () => {
        pool.close();
        await context.dispose();
        await dispose();
      },
    };
  } catch (cause) {
    await dispose();
    if (cause instanceof AttuneError) throw cause;
    throw new AttuneError('model', `llama.cpp cannot use ${loraGguf ?? gguf}: ${(cause as Error).message}`, {
      fix: loraGguf === undefined ? 'Export the model again.' : 'Export the adapter again, for this base.',
      cause,
    });
  }
}

type Generation = {
  request: GenerateRequest;
  format: ChatFormat;
  pool: SequencePool;
  context: LlamaContext;
  isEnd: (token: number) => boolean;
};

async function* generate(generation: Generation): AsyncGenerator<string, Reply> {
  const { request, format, pool, context } = generation;
  const prompt = encodeMessages(format, request.messages, { addGenerationPrompt: true });
  if (prompt.length >= context.contextSize)
    throw new AttuneError(
      'backend',
      `The conversation has ${prompt.length} tokens; the model holds ${context.contextSize}.`,
      {
        fix: 'Shorten the conversation, or serve the model with a larger context.',
      },
    );
  const sequence = await pool.borrow(prompt, request.signal);
  if (!sequence)
    return {
      content: '',
      toolCalls: [],
      finishReason: 'abort',
      promptTokens: prompt.length,
      completionTokens: 0,
    };
  try {
    return yield* generateOn(sequence, prompt, generation);
  } finally {
    pool.giveBack(sequence);
  }
}

async function* generateOn(
  sequence: LlamaContextSequence,
  prompt: readonly number[],
  generation: Generation,
): AsyncGenerator<string, Reply> {
  const { request, format, context, isEnd } = generation;
  // Beyond the context the library would silently forget the beginning of the conversation.
  const limit = Math.min(request.maxTokens, context.contextSize - prompt.length);
  const read = new ReplyTokens(format.tokenizer, request.stop);
  const { reply } = read;
  let completionTokens = 0;
  let finishReason: Reply['finishReason'] = 'length';
  const kept = await rewind(sequence, Math.min(sharedPrefix(sequence, prompt), prompt.length - 1));
  const tokens = sequence.evaluate(prompt.slice(kept) as Token[], {
    temperature: request.temperature ?? 0,
    // The library's own defaults (40 and 0.95) are not what the request asks for.
    topK: 0,
    topP: request.topP ?? 1,
    seed: request.seed ?? randomInt(2 ** 31),
    yieldEogToken: true,
  });
  for await (const token of tokens) {
    completionTokens++;
    if (isEnd(token)) {
      finishReason = 'stop';
      break;
    }
    const shown = read.push(token);
    if (shown) yield shown;
    if (request.signal?.aborted) finishReason = 'abort';
    else if (reply.stopped) finishReason = 'stop';
    if (finishReason !== 'length' || completionTokens >= limit) break;
  }
  const rest = read.finish();
  if (rest) yield rest;
  if (finishReason === 'stop' && reply.toolCalls.length > 0) finishReason = 'tool_calls';
  const { toolCalls } = reply;
  // Models put white space between text and calls; it is layout, not text.
  const content = toolCalls.length > 0 ? reply.content.trim() : reply.content;
  return { content, toolCalls, finishReason, promptTokens: prompt.length, completionTokens };
}

/** Makes the sequence forget all but its first `length` tokens; returns how many it still has. */
async function rewind(sequence: LlamaContextSequence, length: number): Promise<number> {
  if (sequence.nextTokenIndex > length)
    await sequence.eraseContextTokenRanges([{ start: length, end: sequence.nextTokenIndex }]);
  return sequence.nextTokenIndex;
}

async function logProbabilities(
  tokens: readonly number[],
  pool: SequencePool,
  context: LlamaContext,
): Promise<Float32Array> {
  if (tokens.length > context.contextSize)
    throw new AttuneError(
      'backend',
      `${tokens.length} tokens are to be scored; the model holds ${context.contextSize}.`,
      {
        fix: 'Open the model with a larger context.',
      },
    );
  const result = new Float32Array(tokens.length);
  if (tokens.length < 2) return result;
  const sequence = (await pool.borrow([]))!;
  try {
    await rewind(sequence, 0);
    // includeTop gives the largest logit; the library's includeMax is ignored in 3.22.1.
    const input = tokens.slice(0, -1).map((token, i): ControlledEvaluateInputItem => {
      const filter = { tokens: [tokens[i + 1] as Token], includeTop: 1 };
      return [token as Token, { generateNext: { logits: { filter }, totalLogitWeight: true } }];
    });
    const outputs = await sequence.controlledEvaluate(input);
    for (let i = 1; i < tokens.length; i++) {
      const { logits, totalLogitWeight } = outputs[i - 1]?.next ?? {};
      const logit = logits?.get(tokens[i] as Token);
      if (!logits || logit === undefined || totalLogitWeight === undefined)
        throw new AttuneError('backend', `llama.cpp gave no logit for token ${tokens[i]} at position ${i}.`);
      // totalLogitWeight is the sum of exp(logit - largest).
      result[i] = logit - Math.max(...logits.values()) - Math.log(totalLogitWeight);
    }
    return result;
  } finally {
    pool.giveBack(sequence);
  }
}
