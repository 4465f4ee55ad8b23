import { z } from 'zod';

/** The byte-level BPE pre-tokenizers of llama.cpp that Attune can name in a GGUF file. */
export const preTokenizers = ['gpt-2', 'llama-bpe', 'smaug-bpe', 'qwen2', 'smollm'] as const;
export type PreTokenizer = (typeof preTokenizers)[number];

export const exportConfig = z
  .strictObject({
    gguf: z
      .enum(['f16', 'q8_0'])
      .default('f16')
      .describe('Number format of the served weights. q8_0 is half the size of f16 and slightly less exact.'),
    pre_tokenizer: z
      .enum(preTokenizers)
      .optional()
      .describe(
        'How llama.cpp cuts text into words before merging; only for tokenizers that Attune does not recognise.',
      ),
    parity_tolerance: z
      .number()
      .positive()
      .optional()
      .describe(
        'Largest difference in natural-log probability of one token between what was trained and what is served ' +
          '(default 0.1 for f16, 0.5 for q8_0). Beyond it the run stops.',
      ),
  })
  .describe('How the model is written for serving.');

export type ExportConfig = z.infer<typeof exportConfig>;
