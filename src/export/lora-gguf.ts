/** A LoRA adapter in PEFT layout as a GGUF file that llama.cpp adds to its base model. */
import { join } from 'node:path';
import { z } from 'zod';
import { AttuneError } from '../base/errors.ts';
import { writeGguf, type GgufTensor, type GgufValue } from '../formats/gguf.ts';
import { openSafetensors, type Weights } from '../formats/safetensors.ts';
import type { WrittenFile } from '../formats/write-stream.ts';
import { readModelConfig, weightShapes, type ModelConfig } from '../model/config.ts';
import { readModelJson } from '../model/json-file.ts';
import { architectures } from './architecture.ts';
import { ggufName, ggufOutputs } from './gguf-layout.ts';

export type ExportLoraOptions = {
  /** PEFT layout: adapter_config.json and adapter_model.safetensors. */
  adapterFolder: string;
  /** The base it was trained on. */
  modelFolder: string;
  /** `{sha256}` in the name becomes the first 16 hex digits of the content's hash. */
  outputFile: string;
};

const adapterConfigFile = z.looseObject({
  peft_type: z.literal('LORA'),
  r: z.int().positive(),
  lora_alpha: z.number().positive(),
  use_rslora: z.boolean().nullish(),
  use_dora: z.literal(false, 'DoRA adapters cannot be served by llama.cpp').nullish(),
  bias: z.literal('none', 'biases cannot be served in an adapter').nullish(),
  modules_to_save: z.array(z.string()).max(0, 'whole modules cannot be served in an adapter').nullish(),
  rank_pattern: z.record(z.string(), z.number()).nullish(),
  alpha_pattern: z
    .record(z.string(), z.number())
    .refine((pattern) => Object.keys(pattern).length === 0, 'alpha per module is not supported')
    .nullish(),
});
type AdapterConfig = z.infer<typeof adapterConfigFile>;

/**
 * Writes the adapter in F32 (it is small, and served as trained). Throws AttuneError 'model' when its config holds what
 * llama.cpp cannot serve, a pair is incomplete, or a shape does not fit the base.
 */
export async function exportLoraGguf(options: ExportLoraOptions): Promise<WrittenFile> {
  const { adapterFolder, modelFolder, outputFile } = options;
  const config = await readModelConfig(modelFolder);
  const adapter = await readModelJson(join(adapterFolder, 'adapter_config.json'), adapterConfigFile);
  const weights = await openSafetensors(join(adapterFolder, 'adapter_model.safetensors'));
  try {
    const metadata: [string, GgufValue][] = [
      ['general.architecture', { type: 'string', value: architectures[config.family].name }],
      ['general.type', { type: 'string', value: 'adapter' }],
      ['adapter.type', { type: 'string', value: 'lora' }],
      ['adapter.lora.alpha', { type: 'float32', value: llamaAlpha(adapter, adapterFolder) }],
    ];
    return await writeGguf(outputFile, metadata, adapterTensors(weights, config, adapterFolder));
  } finally {
    await weights.close();
  }
}

/** llama.cpp scales by alpha / rank. Rank-stabilised LoRA (arXiv 2312.03732) scales by alpha / sqrt(rank). */
function llamaAlpha(
  { lora_alpha: alpha, r, use_rslora: stabilised, rank_pattern: ranks }: AdapterConfig,
  folder: string,
): number {
  if (!stabilised) return alpha;
  if (ranks && Object.keys(ranks).length > 0)
    throw new AttuneError(
      'model',
      `${folder}: rank-stabilised LoRA with several ranks cannot be served by llama.cpp.`,
    );
  return alpha * Math.sqrt(r);
}

function adapterTensors(weights: Weights, config: ModelConfig, folder: string): GgufTensor[] {
  const problem = (what: string): AttuneError =>
    new AttuneError('model', `${folder}: ${what}.`, {
      fix: 'Train the adapter on this base, on linear layers only.',
    });
  const pairs = new Map<string, Partial<Record<'A' | 'B', string>>>();
  for (const name of weights.tensors.keys()) {
    const [, module, side] = /^base_model\.model\.(.+)\.lora_([AB])(?:\.default)?\.weight$/.exec(name) ?? [];
    if (!module || !side) throw problem(`the tensor ${name} is not part of a LoRA of linear layers`);
    pairs.set(module, { ...pairs.get(module), [side]: name });
  }
  if (pairs.size === 0) throw problem('it holds no tensors');
  const shapes = new Map(
    [...weightShapes(config)].map(([name, shape]) => [name.replace(/\.weight$/, ''), shape]),
  );
  // The base's order, so that the file does not depend on the adapter's.
  const modules = [...shapes.keys()].filter((module) => pairs.has(module));
  const unknown = [...pairs.keys()].find((module) => !shapes.has(module) || shapes.get(module)!.length !== 2);
  if (unknown || pairs.has('model.embed_tokens'))
    throw problem(`the base has no linear layer ${unknown ?? 'model.embed_tokens'}`);
  return modules.flatMap((module): GgufTensor[] => {
    const { A, B } = pairs.get(module)!;
    if (!A || !B) throw problem(`${module} has only one half of its LoRA`);
    const [outputs, inputs] = shapes.get(module) as [number, number];
    const down = weights.tensors.get(A)!.shape;
    const up = weights.tensors.get(B)!.shape;
    const [rank] = down;
    if (down.length !== 2 || up.length !== 2 || down[1] !== inputs || up[0] !== outputs || up[1] !== rank)
      throw problem(`${module} is [${outputs}, ${inputs}] in the base, but its LoRA is [${up}] x [${down}]`);
    const name = ggufName(`${module}.weight`, config);
    return [
      { name: `${name}.lora_a`, type: 'F32', shape: down, data: () => weights.readFloat32(A) },
      {
        name: `${name}.lora_b`,
        type: 'F32',
        shape: up,
        // The product B A must come out with its rows as the base's do.
        data: async () => ggufOutputs(module, await weights.readFloat32(B), config),
      },
    ];
  });
}
