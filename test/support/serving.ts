/** Tiny models of every family, and how far llama.cpp on an exported file is from the engine. */
import { openLlamaBackend } from '../../src/backend/llama.ts';
import { checkParity } from '../../src/export/parity.ts';
import type { LanguageModel } from '../../src/model/parameters.ts';
import { scoreExamples } from '../../src/model/score-examples.ts';
import { loadTokenizer } from '../../src/text/tokenizer.ts';

/** Fields of config.json for writeTinyLlama. Windows are short and caps low, so that they count. */
export const familyFields = {
  llama: { architectures: ['LlamaForCausalLM'], model_type: 'llama' },
  mistral: { architectures: ['MistralForCausalLM'], model_type: 'mistral', sliding_window: null },
  qwen2: { architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2' },
  qwen3: { architectures: ['Qwen3ForCausalLM'], model_type: 'qwen3', head_dim: 32 },
  gemma2: {
    architectures: ['Gemma2ForCausalLM'],
    model_type: 'gemma2',
    hidden_activation: 'gelu_pytorch_tanh',
    num_hidden_layers: 4,
    head_dim: 24,
    query_pre_attn_scalar: 20,
    sliding_window: 8,
    attn_logit_softcapping: 2,
    final_logit_softcapping: 15,
  },
} as const;

/** Many more tokens than a window, and than llama3 scaling leaves alone in the tests. */
const text = [
  '<|system|>You can help the user.<|im_end|><|user|>hello, the café? 🙂 12345<|im_end|>',
  '<|assistant|>the help is in the box, you can open it<|im_end|><|user|>thanks, hello!<|im_end|>',
].join('');

/** Differences in log-probability on the first `length` tokens of a conversation; `tokenizerFolder` is the model's. */
export async function servedDifference(
  model: LanguageModel,
  served: { gguf: string; loraGguf?: string; tokenizerFolder: string },
  length?: number,
): Promise<{ max: number; mean: number; tokens: number }> {
  const tokens = (await loadTokenizer(served.tokenizerFolder)).encode(text).slice(0, length);
  const backend = await openLlamaBackend({ ...served, parallel: 1, threads: 1 });
  const theirs = await backend.logProbabilities!(tokens).finally(() => backend.close());
  const supervised = Uint8Array.from(tokens, (_, i) => Number(i > 0));
  const example = { id: 'a', tokens: Int32Array.from(tokens), supervised };
  const [ours] = await scoreExamples(model, [example], { threads: 1 });
  const cases = [{ id: 'a', trained: ours!.logProbabilities, served: theirs.slice(1) }];
  const { maxDifference: max, meanDifference: mean } = checkParity(cases, Infinity);
  return { max, mean, tokens: tokens.length };
}
