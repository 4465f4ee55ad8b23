/**
 * Prepares the base model's training text: trains the tokenizer and writes the whole corpus as token ids.
 *
 *   node recipes/base-model/prepare.ts --data <folder> --out <folder> [--vocabulary 4096]
 *
 * The output folder gets
 *   tokenizer.json, tokenizer_config.json, special_tokens_map.json
 *   tokens.bin        training tokens: unsigned 16-bit little-endian ids, all examples one after the other
 *   starts.bin        where each training example starts: unsigned 32-bit little-endian token offsets, and the total
 *                     number of tokens as the last entry, so example i is tokens[starts[i] .. starts[i + 1])
 *   validation.tokens.bin, validation.starts.bin   the same for the held-out 2 %
 *   summary.json      counts per source
 * A document ends with <|endoftext|>, a conversation with the <|im_end|> of its last turn. Every token is trained on.
 * The training examples are shuffled (seeded), so any prefix of the file is a fair sample.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeFileAtomic, writeJson } from '../../src/base/files.ts';
import { seededRandom, shuffled } from '../../src/base/random.ts';
import { trainByteBpe } from '../../src/text/byte-bpe.ts';
import { parseChatTemplate } from '../../src/text/chat-template.ts';
import { writeTokenizerFiles } from '../../src/text/tokenizer-files.ts';
import { loadTokenizer, type Tokenizer } from '../../src/text/tokenizer.ts';
import { corpus } from './corpus.ts';
import {
  countWords,
  endOfText,
  endOfTurn,
  openRenderer,
  padding,
  type Rendered,
  specialTokens,
  visibleTokens,
} from './render.ts';

const validationShare = 0.02;
const seed = 1;

async function prepare(options: {
  data: string;
  out: string;
  vocabulary: number;
  contextLength: number;
}): Promise<void> {
  const startedAt = performance.now();
  const seconds = (): number => Math.round((performance.now() - startedAt) / 100) / 10;
  const chatTemplate = await readFile(fileURLToPath(new URL('chat_template.jinja', import.meta.url)), 'utf8');
  const template = parseChatTemplate(chatTemplate);
  const all: Rendered[] = [];
  const render = openRenderer(template);
  for await (const record of corpus(options.data)) all.push(render(record));
  const order = shuffled(all, seededRandom(seed, 'corpus'));
  const held = Math.round(order.length * validationShare);
  const validation = order.slice(0, held);
  const training = order.slice(held);
  console.log(`${all.length} examples read after ${seconds()} s`);

  const bpe = trainByteBpe(countWords(training), { vocabularySize: options.vocabulary, specialTokens });
  await mkdir(options.out, { recursive: true });
  await writeTokenizerFiles(options.out, bpe, {
    chatTemplate,
    endOfTextToken: endOfText,
    paddingToken: padding,
    endOfTurnToken: endOfTurn,
    visibleTokens,
    contextLength: options.contextLength,
  });
  console.log(`tokenizer of ${bpe.tokens.length} tokens trained after ${seconds()} s`);

  const tokenizer = await loadTokenizer(options.out);
  const summary = {
    vocabulary: bpe.tokens.length,
    training: await writeTokens(tokenizer, training, options.out, ''),
    validation: await writeTokens(tokenizer, validation, options.out, 'validation.'),
  };
  await writeJson(join(options.out, 'summary.json'), { ...summary, seconds: seconds() });
  const { tokens, charactersPerToken } = summary.training;
  console.log(`${tokens} training tokens, ${charactersPerToken} characters each, after ${seconds()} s`);
}

type Written = {
  examples: number;
  tokens: number;
  characters: number;
  charactersPerToken: number;
  sources: Record<string, { examples: number; tokens: number }>;
};

async function writeTokens(
  tokenizer: Tokenizer,
  examples: readonly Rendered[],
  folder: string,
  prefix: string,
): Promise<Written> {
  const parts: Uint16Array[] = [];
  const starts = new Uint32Array(examples.length + 1);
  const sources: Written['sources'] = {};
  let characters = 0;
  for (const [i, { text, guard, source }] of examples.entries()) {
    const ids = Uint16Array.from(tokenizer.encode(text, guard));
    parts.push(ids);
    starts[i + 1] = starts[i]! + ids.length;
    characters += text.length;
    const counted = (sources[source] ??= { examples: 0, tokens: 0 });
    counted.examples++;
    counted.tokens += ids.length;
  }
  await writeFileAtomic(join(folder, `${prefix}tokens.bin`), Buffer.concat(parts.map(bytesOf)));
  await writeFileAtomic(join(folder, `${prefix}starts.bin`), bytesOf(starts));
  const tokens = starts.at(-1)!;
  return {
    examples: examples.length,
    tokens,
    characters,
    charactersPerToken: Math.round((100 * characters) / tokens) / 100,
    sources,
  };
}

const bytesOf = (array: Uint16Array | Uint32Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string' },
    vocabulary: { type: 'string', default: '4096' },
    'context-length': { type: 'string', default: '2048' },
  },
});
if (values.data === undefined || values.out === undefined) {
  console.error(
    'Usage: node recipes/base-model/prepare.ts --data <folder> --out <folder> [--vocabulary 4096]',
  );
  process.exitCode = 2;
} else {
  await prepare({
    data: values.data,
    out: values.out,
    vocabulary: Number(values.vocabulary),
    contextLength: Number(values['context-length']),
  });
}
