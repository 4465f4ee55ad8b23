/** Where an encoder's folder holds what: Hugging Face's layout, as sentence-transformers and optimum write it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { exists } from '../../base/files.ts';
import { isRecord } from '../../base/json.ts';

/** How the vectors of tokens become one: their mean, or that of the first token ([CLS]). */
export type Pooling = 'mean' | 'cls';

const modelNames = ['model.onnx', 'onnx/model.onnx', 'onnx/model_quantized.onnx', 'model_quantized.onnx'];
const settingNames = ['tokenizer.json', 'config.json', 'sentence_bert_config.json', '1_Pooling/config.json'];
const defaultLength = 512;

/** The files that an encoder's vectors depend on. */
export async function encoderFiles(folder: string): Promise<string[]> {
  const files = [await findModel(folder)];
  for (const name of settingNames) if (await exists(join(folder, name))) files.push(join(folder, name));
  return files;
}

/** The model file of an encoder's folder. Throws AttuneError 'model' when there is none. */
export async function findModel(folder: string): Promise<string> {
  for (const name of modelNames) if (await exists(join(folder, name))) return join(folder, name);
  throw new AttuneError('model', `${folder} has no ${modelNames[0]}`, {
    fix: `Export an encoder there, for example with optimum: optimum-cli export onnx --model <name> ${folder}.`,
  });
}

/** As the folder says; mean where it does not. */
export async function readPooling(folder: string): Promise<Pooling> {
  const config = await readOptional(join(folder, '1_Pooling', 'config.json'));
  return config['pooling_mode_cls_token'] === true ? 'cls' : 'mean';
}

/** Tokens of the longest text; 512 where the folder does not say, and at most. */
export async function readLength(folder: string): Promise<number> {
  const { max_seq_length: ofSentences } = await readOptional(join(folder, 'sentence_bert_config.json'));
  const { max_position_embeddings: positions, pad_token_id: padding } = await readOptional(
    join(folder, 'config.json'),
  );
  // RoBERTa and its kin count positions from the one after the padding token's id, which is 1.
  const ofModel = typeof positions === 'number' && padding === 1 ? positions - 2 : positions;
  const known = [ofSentences, ofModel].find((value) => typeof value === 'number' && value > 2);
  return Math.min(defaultLength, (known as number | undefined) ?? defaultLength);
}

async function readOptional(path: string): Promise<Record<string, unknown>> {
  if (!(await exists(path))) return {};
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isRecord(value) ? value : {};
  } catch (cause) {
    throw new AttuneError('model', `${path} cannot be read as JSON`, {
      fix: 'Download the file again.',
      cause,
    });
  }
}
