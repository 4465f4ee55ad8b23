/** A Hugging Face tokenizer as the metadata that llama.cpp builds its own tokenizer from: byte-level BPE, or SentencePiece's. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AttuneError } from '../base/errors.ts';
import type { GgufValue } from '../formats/gguf.ts';
import { readModelJson } from '../model/json-file.ts';
import { isControlToken } from '../text/tokenizer.ts';
import type { PreTokenizer } from './config.ts';
import { addsSpace, pieceScores, pieceType } from './sentencepiece.ts';

/** llama.cpp's token types (llama_token_type). */
const normal = 1;
const control = 3;
const userDefined = 4;
const unused = 5;

const component = z.looseObject({ type: z.string() });
const tokenizerFile = z.looseObject({
  model: z.looseObject({
    type: z.string(),
    vocab: z.record(z.string(), z.int().nonnegative()),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
    byte_fallback: z.boolean().nullish(),
    ignore_merges: z.boolean().nullish(),
  }),
  normalizer: component.nullish(),
  pre_tokenizer: component.nullish(),
  post_processor: component.nullish(),
  added_tokens: z
    .array(z.looseObject({ id: z.int().nonnegative(), content: z.string(), special: z.boolean() }))
    .default([]),
});
export type TokenizerFile = z.infer<typeof tokenizerFile>;

const namedToken = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
const tokenizerConfigFile = z.looseObject({
  bos_token: namedToken,
  eos_token: namedToken,
  pad_token: namedToken,
  unk_token: namedToken,
  add_bos_token: z.boolean().nullish(),
  chat_template: z
    .union([z.string(), z.array(z.looseObject({ name: z.string(), template: z.string() }))])
    .nullish(),
});

/**
 * The `tokenizer.*` metadata of a model folder. Ids without a token, up to `vocabularySize`, become unused ones.
 * Throws AttuneError 'model' when llama.cpp has no tokenizer that would cut text the same way, unless `preTokenizer` names one.
 */
export async function ggufVocabulary(
  folder: string,
  vocabularySize: number,
  preTokenizer?: PreTokenizer,
): Promise<[string, GgufValue][]> {
  const file = await readModelJson(join(folder, 'tokenizer.json'), tokenizerFile);
  const config = await readModelJson(join(folder, 'tokenizer_config.json'), tokenizerConfigFile);
  const { tokens, types, ids } = listTokens(file, vocabularySize, folder);
  const entries: [string, GgufValue][] = [
    ['tokenizer.ggml.tokens', { type: 'array', of: 'string', values: tokens }],
    ['tokenizer.ggml.token_type', { type: 'array', of: 'int32', values: types }],
    ...(file.model.byte_fallback
      ? sentencePieceEntries(file, tokens, folder)
      : byteLevelEntries(file, preTokenizer ?? findPreTokenizer(file, folder))),
  ];
  for (const [key, named] of [
    ['bos', config.bos_token],
    ['eos', config.eos_token],
    ['unknown', config.unk_token],
    ['padding', config.pad_token],
  ] as const) {
    const id = ids.get(typeof named === 'string' ? named : (named?.content ?? ''));
    if (id !== undefined) entries.push([`tokenizer.ggml.${key}_token_id`, { type: 'uint32', value: id }]);
  }
  entries.push([
    'tokenizer.ggml.add_bos_token',
    { type: 'bool', value: addsBeginning(file, config.add_bos_token) },
  ]);
  const template = await chatTemplateSource(folder, config.chat_template);
  if (template !== undefined) entries.push(['tokenizer.chat_template', { type: 'string', value: template }]);
  return entries;
}

function byteLevelEntries(file: TokenizerFile, pre: PreTokenizer): [string, GgufValue][] {
  const merges = file.model.merges.map((merge) => (typeof merge === 'string' ? merge : joinMerge(merge)));
  return [
    ['tokenizer.ggml.model', { type: 'string', value: 'gpt2' }],
    ['tokenizer.ggml.pre', { type: 'string', value: pre }],
    ['tokenizer.ggml.merges', { type: 'array', of: 'string', values: merges }],
  ];
}

function sentencePieceEntries(
  file: TokenizerFile,
  tokens: readonly string[],
  folder: string,
): [string, GgufValue][] {
  const refuse = refusal(folder, 'Choose another base.');
  if (file.model.type !== 'BPE') refuse(`its tokenizer is ${file.model.type}, and only BPE is supported`);
  const prefix = addsSpace(
    flatten(file.normalizer, 'normalizers'),
    flatten(file.pre_tokenizer, 'pretokenizers'),
    refuse,
  );
  return [
    ['tokenizer.ggml.model', { type: 'string', value: 'llama' }],
    ['tokenizer.ggml.pre', { type: 'string', value: 'default' }],
    ['tokenizer.ggml.scores', { type: 'array', of: 'float32', values: pieceScores(file, tokens) }],
    ['tokenizer.ggml.add_space_prefix', { type: 'bool', value: prefix }],
  ];
}

function listTokens(
  file: TokenizerFile,
  vocabularySize: number,
  folder: string,
): { tokens: string[]; types: number[]; ids: Map<string, number> } {
  const tokens = Array.from({ length: vocabularySize }, (_, id) => `[PAD${id}]`);
  const types: number[] = tokens.map(() => unused);
  const ids = new Map<string, number>();
  const put = (token: string, id: number, type: number): void => {
    if (id >= vocabularySize)
      throw new AttuneError(
        'model',
        `${folder}: token ${JSON.stringify(token)} has id ${id}, but the model has ${vocabularySize} tokens.`,
        {
          fix: 'The tokenizer and the weights do not belong together.',
        },
      );
    tokens[id] = token;
    types[id] = type;
    ids.set(token, id);
  };
  for (const [token, id] of Object.entries(file.model.vocab)) put(token, id, normal);
  for (const { content, id, special } of file.added_tokens)
    put(content, id, isControlToken({ content, special }) ? control : userDefined);
  if (file.model.byte_fallback)
    for (const [id, token] of tokens.entries()) types[id] = pieceType(token, file) ?? types[id]!;
  return { tokens, types, ids };
}

/** A space inside a part would end it, so it is written in the byte alphabet, where it is Ġ. */
function joinMerge([left, right]: readonly [string, string]): string {
  return `${left.replaceAll(' ', 'Ġ')} ${right.replaceAll(' ', 'Ġ')}`;
}

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const llama3Words = `${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
const qwen2Words = llama3Words.replace('{1,3}', '');

const refusal =
  (folder: string, fix: string) =>
  (what: string): never => {
    throw new AttuneError('model', `${folder}: llama.cpp has no known tokenizer for this model: ${what}.`, {
      fix,
    });
  };

/** llama.cpp knows a tokenizer's word cutting by name only; the name follows from the rules in tokenizer.json. */
function findPreTokenizer(file: TokenizerFile, folder: string): PreTokenizer {
  const refuse = refusal(
    folder,
    'Choose another base, or, if you know the right one, name it as export.pre_tokenizer in attune.yaml.',
  );
  if (file.model.type !== 'BPE') refuse(`its tokenizer is ${file.model.type}, and only BPE is supported`);
  if (file.normalizer && file.normalizer.type !== 'NFC')
    refuse(`it changes text by a ${file.normalizer.type} normalizer first`);
  const steps = flatten(file.pre_tokenizer, 'pretokenizers');
  const last = steps.at(-1);
  if (last?.type !== 'ByteLevel') return refuse('its words are not cut into bytes');
  if (last['add_prefix_space'] === true) refuse('it puts a space before the text');
  const before = steps.slice(0, -1);
  const usesGpt2Words = last['use_regex'] !== false;
  const [first] = before;
  if (usesGpt2Words && before.length === 0) return 'gpt-2';
  if (usesGpt2Words && before.length === 1 && first?.type === 'Digits' && first['individual_digits'] === true)
    return 'smollm';
  if (!usesGpt2Words && before.length === 1 && first?.type === 'Split') {
    const pattern = (first['pattern'] as { Regex?: string } | undefined)?.Regex;
    if (pattern === qwen2Words) return 'qwen2';
    // Both cut alike; llama-bpe also takes whole words of the vocabulary without merging.
    if (pattern === llama3Words) return file.model.ignore_merges ? 'llama-bpe' : 'smaug-bpe';
  }
  return refuse(`its pre-tokenizer is ${JSON.stringify(file.pre_tokenizer)}`);
}

export type Component = z.infer<typeof component>;

/** The steps of a component that may be a sequence, which holds them under the name `list`. */
function flatten(step: Component | null | undefined, list: 'normalizers' | 'pretokenizers'): Component[] {
  if (!step) return [];
  if (step.type !== 'Sequence') return [step];
  return (step[list] as Component[]).flatMap((inner) => flatten(inner, list));
}

/** Whether the tokenizer itself puts the beginning token before a text; the chat template is another matter. */
function addsBeginning(file: TokenizerFile, configured: boolean | null | undefined): boolean {
  if (configured !== null && configured !== undefined) return configured;
  const steps = (file.post_processor?.['processors'] as Component[] | undefined) ?? [file.post_processor];
  const template = steps.find((step) => step?.type === 'TemplateProcessing')?.['single'] as
    | object[]
    | undefined;
  return template !== undefined && template[0] !== undefined && 'SpecialToken' in template[0];
}

async function chatTemplateSource(
  folder: string,
  configured: z.infer<typeof tokenizerConfigFile>['chat_template'],
): Promise<string | undefined> {
  const file = await readFile(join(folder, 'chat_template.jinja'), 'utf8').catch(() => undefined);
  if (file !== undefined) return file;
  if (typeof configured === 'string') return configured;
  return configured?.find(({ name }) => name === 'default')?.template;
}
