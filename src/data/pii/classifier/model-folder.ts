/** What a folder in Hugging Face layout says about a token classifier. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '../../../base/errors.ts';
import { isRecord } from '../../../base/json.ts';

export type ClassifierFolder = {
  modelPath: string;
  /** By the model's output index. */
  labels: readonly string[];
  /** The most tokens of a window, special ones included. */
  longestInput: number;
};

/** Longer windows cost more than the context is worth for names. */
const mostTokens = 512;
const modelFiles = ['model.onnx', join('onnx', 'model.onnx')];
const mostConfigBytes = 16_000_000;
/** Their positions begin behind the padding id: two fewer tokens than config.json says. */
const shiftedPositions = /roberta|camembert|longformer|mpnet/;

/** Reads `config.json` and finds the model file. Throws AttuneError 'model' when the folder is no token classifier. */
export async function readClassifierFolder(folder: string): Promise<ClassifierFolder> {
  const config = await readConfig(join(folder, 'config.json'));
  const labels = readLabels(config['id2label'], folder);
  const positions = config['max_position_embeddings'];
  const shift = shiftedPositions.test(String(config['model_type'] ?? '')) ? 2 : 0;
  const longest = typeof positions === 'number' && positions > 8 ? positions - shift : mostTokens;
  return { modelPath: await findModel(folder), labels, longestInput: Math.min(longest, mostTokens) };
}

async function readConfig(path: string): Promise<Record<string, unknown>> {
  try {
    if ((await stat(path)).size > mostConfigBytes) throw new Error('it is too large');
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (isRecord(value)) return value;
    throw new Error('it holds no object');
  } catch (cause) {
    throw new AttuneError('model', `${path} cannot be read: ${(cause as Error).message}.`, {
      fix: 'curate.pii.model.path needs a folder with config.json, tokenizer.json and model.onnx.',
      cause,
    });
  }
}

function readLabels(id2label: unknown, folder: string): string[] {
  const labels = isRecord(id2label) ? Object.keys(id2label).map((_, id) => id2label[String(id)]) : [];
  if (labels.length > 1 && labels.every((label) => typeof label === 'string')) return labels;
  throw new AttuneError(
    'model',
    `${join(folder, 'config.json')} has no "id2label" with the names of its classes.`,
    {
      fix: 'Use a model for token classification, such as one saved by AutoModelForTokenClassification.',
    },
  );
}

async function findModel(folder: string): Promise<string> {
  for (const name of modelFiles) {
    const path = join(folder, name);
    if (
      await stat(path).then(
        (found) => found.isFile(),
        () => false,
      )
    )
      return path;
  }
  throw new AttuneError('model', `There is no ${modelFiles.join(' or ')} in ${folder}.`, {
    fix: 'Export the model: optimum-cli export onnx --task token-classification --model <name> <folder>.',
  });
}

/** The files that say what the model finds. Throws AttuneError 'model' when the folder is no token classifier. */
export async function classifierFiles(folder: string): Promise<string[]> {
  const { modelPath } = await readClassifierFolder(folder);
  return [join(folder, 'config.json'), join(folder, 'tokenizer.json'), modelPath];
}
