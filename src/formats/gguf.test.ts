import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import { q8ToFloats, readGguf } from '../../test/support/gguf-reader.ts';
import { writeGguf, type GgufTensor, type GgufValue } from './gguf.ts';
import { floatsToQ8 } from './q8.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-gguf-'));
});
after(() => rm(folder, { recursive: true }));

const metadata: [string, GgufValue][] = [
  ['general.architecture', { type: 'string', value: 'llama' }],
  ['llama.block_count', { type: 'uint32', value: 2 }],
  ['llama.rope.freq_base', { type: 'float32', value: 10000 }],
  ['tokenizer.ggml.add_bos_token', { type: 'bool', value: false }],
  ['tokenizer.ggml.tokens', { type: 'array', of: 'string', values: ['a', 'Ġé', '🚀'] }],
  ['tokenizer.ggml.token_type', { type: 'array', of: 'int32', values: [1, 3, -1] }],
];
const tensor = (name: string, type: GgufTensor['type'], shape: number[]): GgufTensor => {
  const length = shape.reduce((a, b) => a * b, 1);
  return { name, type, shape, data: async () => Float32Array.from({ length }, (_, i) => i - length / 2) };
};

describe('writeGguf', () => {
  it('is read back whole, each tensor in its own type', async () => {
    const tensors = [
      tensor('odd', 'F32', [3]),
      tensor('half', 'F16', [2, 5]),
      tensor('quant', 'Q8_0', [2, 32]),
    ];
    const { file } = await writeGguf(join(folder, 'all.gguf'), metadata, tensors);
    const read = await readGguf(file);
    for (const [key, value] of metadata)
      deepEqual(read.metadata.get(key), value.type === 'array' ? value.values : value.value);
    for (const { name, shape, type, data } of tensors) {
      deepEqual(read.tensors.get(name)?.shape, shape);
      const [wanted, got] = [await data(), read.readFloat32(name)];
      for (let i = 0; i < wanted.length; i++)
        ok(Math.abs(wanted[i]! - got[i]!) <= (type === 'Q8_0' ? 0.2 : 0), name);
    }
  });

  it('gives equal bytes for equal input and can name the file by them', async () => {
    const tensors = [tensor('w', 'F16', [2, 2])];
    const first = await writeGguf(join(folder, 'model-{sha256}.gguf'), metadata, tensors);
    const second = await writeGguf(join(folder, 'again.gguf'), metadata, tensors);
    equal(first.sha256, second.sha256);
    equal(first.file, join(folder, `model-${first.sha256.slice(0, 16)}.gguf`));
  });

  it('refuses a name that llama.cpp would refuse, and leaves nothing', async () => {
    await rejects(writeGguf(join(folder, 'long.gguf'), [], [tensor('x'.repeat(64), 'F32', [1])]), {
      code: 'model',
    });
    await rejects(readGguf(join(folder, 'long.gguf')), { code: 'storage' });
  });
});

describe('Q8_0', () => {
  it('rounds halves away from zero, as C does', () => {
    const values = new Float32Array(32);
    values.set([127, 2.5, -2.5, 0.5, -0.5, 0.49999997, -126.5]);
    const bytes = new Int8Array(floatsToQ8(values).buffer);
    deepEqual([...bytes.subarray(2, 9)], [127, 3, -3, 1, -1, 0, -127]);
    deepEqual([...bytes.subarray(0, 2)], [0x00, 0x3c]);
  });

  it('keeps every value within half a step, and zeros exactly', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, min: -1000, max: 1000 }), { minLength: 32, maxLength: 32 }),
        (list) => {
          const values = new Float32Array(list);
          const largest = Math.max(...list.map(Math.abs));
          const result = q8ToFloats(floatsToQ8(values));
          // Half a step, and the float16 rounding of the scale (2^-11 relative, or 2^-25 where float16 is subnormal).
          const bound = largest / 127 / 2 + largest * 2 ** -11 + 127 * 2 ** -25;
          for (let i = 0; i < 32; i++) ok(Math.abs(result[i]! - values[i]!) <= bound * 1.0001);
        },
      ),
    );
  });
});
