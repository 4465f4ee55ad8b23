import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { isRecord } from '../base/json.ts';
import { nestsRepetition } from './regex-safety.ts';

/** Text to token ids and back, for any base model's tokenizer.json. */
export type Tokenizer = {
  readonly vocabularySize: number;
  /**
   * Ids of `text`. Special tokens written in the text (such as <|im_end|>) become their ids; none is added.
   * With `guard`, those that have it within them are text (see quote-messages.ts), and no guard is left in what is encoded.
   */
  encode: (text: string, guard?: string) => number[];
  /** The same with the tokens that its post-processor adds around a text, such as [CLS] and [SEP]; what encoders expect. */
  encodeMarked: (text: string) => number[];
  /** The text of ids, special tokens included. */
  decode: (ids: readonly number[]) => string;
  /** The id of one token, or undefined. */
  tokenId: (token: string) => number | undefined;
  /** Tokens that are cut out of a text before anything else, wherever they are written in it. */
  readonly addedTokens: readonly AddedToken[];
};

export type AddedToken = {
  content: string;
  /** It stands for something other than its letters, such as the end of a turn. Others are text: line breaks, HTML, <think>. */
  isControl: boolean;
};

/** Some models mark control tokens as not special; llama.cpp's converter corrects those that look like <|this|>. */
export function isControlToken({ content, special }: { content: string; special: boolean }): boolean {
  return special || (content.startsWith('<|') && content.endsWith('|>'));
}

/** The part of @huggingface/tokenizers we use; its own declarations do not resolve under "nodenext". */
export type TokenizerLibrary = {
  encode: (text: string, options: { add_special_tokens: boolean }) => { ids: (number | undefined)[] };
  decode: (
    ids: readonly number[],
    options: { skip_special_tokens: boolean; clean_up_tokenization_spaces: boolean },
  ) => string;
  token_to_id: (token: string) => number | undefined;
  get_vocab: (withAddedTokens: boolean) => Map<string, number>;
  readonly added_tokens: readonly { readonly content: string; readonly special: boolean }[];
  // The steps that encode() is made of.
  readonly normalizer: ((text: string) => string) | null;
  pre_tokenizer: ((text: string, options: { section_index: number }) => string[]) | null;
  readonly model: ((pieces: string[]) => string[]) & {
    readonly unk_token?: string;
    readonly unk_token_id?: number;
    readonly end_of_word_suffix?: string;
    readonly config: { readonly continuing_subword_prefix?: string };
  };
  readonly post_processor:
    | ((tokens: string[], pair: null, addSpecialTokens: boolean) => { tokens: string[] })
    | null;
};
type LibraryModule = { Tokenizer: new (tokenizer: object, config: object) => TokenizerLibrary };

/** Gemma 3's, among the largest, has 33 MB. */
const maxFileBytes = 256_000_000;

/**
 * Loads `tokenizer.json` of a model folder in Hugging Face layout.
 * Throws AttuneError 'model' when it is missing, damaged, or of a kind that cannot be run here.
 */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const { library, path } = await openTokenizerLibrary(folder);
  const vocabulary = library.get_vocab(true);
  let highestId = -1;
  for (const id of vocabulary.values()) highestId = Math.max(highestId, id);
  const encode = (text: string, marked: boolean): number[] => {
    const { ids } = library.encode(text, { add_special_tokens: marked });
    if (ids.every((id) => id !== undefined)) return ids;
    throw new AttuneError('model', `${path}: no token for a part of ${JSON.stringify(text.slice(0, 80))}.`, {
      fix: 'The vocabulary has neither bytes nor an unknown token; use a tokenizer that covers all text.',
    });
  };
  return {
    vocabularySize: highestId + 1,
    // A post-processor would add BOS and EOS even where the chat template has written them.
    encode: (text, guard) =>
      guard === undefined ? encode(text, false) : withoutGuards(library, guard, () => encode(text, false)),
    encodeMarked: (text) => encode(text, true),
    decode: (ids) =>
      ids.length === 0
        ? ''
        : library.decode(ids, { skip_special_tokens: false, clean_up_tokenization_spaces: false }),
    tokenId: (token) => library.token_to_id(token),
    addedTokens: library.added_tokens
      .filter(({ content }) => typeof content === 'string')
      .map(({ content, special }) => ({ content, isControl: isControlToken({ content, special }) })),
  };
}

/** The library first cuts added tokens out of a text and then words; between the two the guards have done their work. */
function withoutGuards(library: TokenizerLibrary, guard: string, encode: () => number[]): number[] {
  const cutWords = library.pre_tokenizer;
  library.pre_tokenizer = (text, options) => {
    const plain = text.replaceAll(guard, '');
    return cutWords ? cutWords(plain, options) : [plain];
  };
  try {
    return encode();
  } finally {
    library.pre_tokenizer = cutWords;
  }
}

/** The library on a folder's tokenizer.json, with the file as it is. Throws as loadTokenizer does. */
export async function openTokenizerLibrary(
  folder: string,
): Promise<{ library: TokenizerLibrary; json: Record<string, unknown>; path: string }> {
  const path = join(folder, 'tokenizer.json');
  const json = await readTokenizerJson(path);
  return { library: await openLibrary(path, json), json, path };
}

async function readTokenizerJson(path: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > maxFileBytes) throw damaged(path, `it has ${size} bytes; the limit is ${maxFileBytes}`);
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof AttuneError) throw cause;
    throw new AttuneError('model', `There is no readable tokenizer at ${path}.`, {
      fix: 'A model folder needs tokenizer.json; save it with transformers: tokenizer.save_pretrained(folder).',
      cause,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(path, 'it is not JSON', cause);
  }
  if (!isRecord(value) || !isRecord(value['model'])) throw damaged(path, 'it has no "model"');
  const { type, vocab } = value['model'];
  // Files of before 2020 name no type; the library tells it by the vocabulary.
  if (type !== undefined && !knownTypes.includes(type))
    throw damaged(path, `its model is of type ${JSON.stringify(type)}; known are ${knownTypes.join(', ')}`);
  if (!isRecord(vocab) && !Array.isArray(vocab)) throw damaged(path, 'its model has no "vocab"');
  for (const [pattern] of text.matchAll(/(?<="Regex"\s*:\s*)"(?:[^"\\]|\\.)*"/g))
    checkPattern(JSON.parse(pattern), path);
  return value;
}

const knownTypes: readonly unknown[] = ['BPE', 'Unigram', 'WordPiece'];

/** The longest patterns of real tokenizers have some 400 characters. */
const maxPatternLength = 5000;

/** Throws for a pattern that could take forever on some text. */
function checkPattern(pattern: string, path: string): void {
  const shown = JSON.stringify(pattern.slice(0, 80));
  if (pattern.length > maxPatternLength)
    throw damaged(path, `a pattern of ${pattern.length} characters (${shown}…)`);
  if (nestsRepetition(pattern))
    throw damaged(path, `the pattern ${shown} repeats a repetition, which can take forever on some text`);
}

async function openLibrary(path: string, json: object): Promise<TokenizerLibrary> {
  const module = (await import('@huggingface/tokenizers')) as unknown as LibraryModule;
  try {
    return new module.Tokenizer({ added_tokens: [], ...json }, { clean_up_tokenization_spaces: false });
  } catch (cause) {
    throw damaged(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

const damaged = (path: string, reason: string, cause?: unknown): AttuneError =>
  new AttuneError('model', `${path} cannot be used as a tokenizer: ${reason}.`, {
    fix: 'Download the file again, or save it with a current version of transformers.',
    cause,
  });
