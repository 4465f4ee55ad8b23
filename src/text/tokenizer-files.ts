/**
 * Writes a trained byte-level BPE in the Hugging Face layout: tokenizer.json, tokenizer_config.json and
 * special_tokens_map.json. It loads alike in transformers, @huggingface/tokenizers and, as `tokenizer.ggml.pre` =
 * "gpt-2", in llama.cpp: the pre-tokenizer is GPT-2's own.
 */
import { join } from 'node:path';
import { writeJson } from '../base/files.ts';
import type { ByteBpe } from './byte-bpe.ts';

export type TokenizerFileOptions = {
  chatTemplate: string;
  endOfTextToken: string;
  paddingToken: string;
  /** Ends an assistant's turn: `eos_token`, where generation stops. */
  endOfTurnToken: string;
  /** Special tokens that belong to the text (such as <tool_call>): kept when a decoder leaves special tokens out. */
  visibleTokens: readonly string[];
  /** The most tokens the model can attend to. */
  contextLength: number;
};

/** Writes the three files. `bpe.tokens.length` is the vocabulary size a model must have. */
export async function writeTokenizerFiles(
  folder: string,
  bpe: ByteBpe,
  options: TokenizerFileOptions,
): Promise<void> {
  const addedTokens = bpe.specialTokens.map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: !options.visibleTokens.includes(content),
  }));
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  await writeJson(join(folder, 'tokenizer.json'), {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens,
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(bpe.tokens.map((token, id) => [token, id])),
      merges: bpe.merges,
    },
  });
  const named = {
    bos_token: options.endOfTextToken,
    eos_token: options.endOfTurnToken,
    pad_token: options.paddingToken,
  };
  await writeJson(join(folder, 'special_tokens_map.json'), named);
  await writeJson(join(folder, 'tokenizer_config.json'), {
    tokenizer_class: 'PreTrainedTokenizerFast',
    ...named,
    unk_token: null,
    add_bos_token: false,
    add_prefix_space: false,
    clean_up_tokenization_spaces: false,
    model_max_length: options.contextLength,
    added_tokens_decoder: Object.fromEntries(addedTokens.map(({ id, ...token }) => [id, token])),
    chat_template: options.chatTemplate,
  });
}
