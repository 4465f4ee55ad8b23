import { z } from 'zod';

/** The byte-level BPE pre-tokenizers of llama.cpp that Attune can name in a GGUF file. */
export const preTokenizers = ['gpt-2', 'llama-bpe', 'smaug-bpe', 'qwen2', 'smollm'] as const;
export type PreTokenizer = (typeof preTokenizers)[number];

/**
 * Ten times what trained models were measured at (0.005 and 0.05): beyond it something is wrong in kind, such as a
 * rotary layout or a template, not in the last digits.
 */
export const defaultParityTolerance = { f16: 0.05, q8_0: 0.5 } as const;

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
          `(default ${defaultParityTolerance.f16} for f16, ${defaultParityTolerance.q8_0} for q8_0). Beyond it the run stops.`,
      ),
  })
  .describe('How the model is written for serving.');
