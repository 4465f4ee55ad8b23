import { deepEqual, equal, rejects } from 'node:assert/strict';
import { mkdtemp, open, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import { bfloat16ToFloats, floatsToBfloat16, floatsToFloat16 } from './float.ts';
import { readHeaderFrom, type SafetensorsHeader } from './safetensors-header.ts';
import { openSafetensors } from './safetensors-reader.ts';
import { openWeights } from './safetensors-shards.ts';
import { writeSafetensors } from './safetensors-writer.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-safetensors-'));
});
after(() => rm(folder, { recursive: true }));

async function readHeader(path: string): Promise<SafetensorsHeader> {
  const file = await open(path, 'r');
  try {
    return await readHeaderFrom(file, path);
  } finally {
    await file.close();
  }
}

/** A file of raw header text and data bytes, with a right or a given length prefix. */
async function rawFile(
  header: string | Uint8Array,
  data: number | Uint8Array = 0,
  length?: bigint,
): Promise<string> {
  const path = join(folder, 'raw.safetensors');
  const headerBytes = Buffer.from(header);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(length ?? BigInt(headerBytes.length));
  await writeFile(path, Buffer.concat([prefix, headerBytes, Buffer.from(new Uint8Array(data as number))]));
  return path;
}

describe('writeSafetensors', () => {
  it('writes the bytes of the reference library', async () => {
    // The literal of huggingface/safetensors, bindings/python/tests/test_simple.py (zeros of 2 x 2 int32).
    const path = join(folder, 'reference.safetensors');
    await writeSafetensors(path, [{ name: 'test', dtype: 'I32', shape: [2, 2], data: new Int32Array(4) }]);
    const json = '{"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}    ';
    equal(await readFile(path, 'latin1'), '@' + '\0'.repeat(7) + json + '\0'.repeat(16));
  });

  it('orders tensors by width and then by name, whatever order they come in', async () => {
    const tensors = [
      { name: 'b', dtype: 'F16', shape: [1], data: new Float32Array([1]) },
      { name: '10', dtype: 'F32', shape: [1], data: new Float32Array([1]) },
      { name: 'a', dtype: 'U8', shape: [1], data: new Uint8Array([1]) },
      { name: 'a.b', dtype: 'F32', shape: [1], data: new Float32Array([2]) },
    ] as const;
    const first = await writeSafetensors(join(folder, 'order-1.safetensors'), tensors, { b: '2', a: '1' });
    const second = await writeSafetensors(join(folder, 'order-2.safetensors'), tensors.toReversed(), {
      a: '1',
      b: '2',
    });
    equal(first.sha256, second.sha256);
    const header = await readHeader(first.file);
    deepEqual([...header.tensors.keys()], ['10', 'a.b', 'b', 'a']);
    equal(header.dataStart % 8, 0);
  });

  it('reads back what it wrote, for any tensors', async () => {
    const tensor = fc.record({
      name: fc.string({ unit: 'grapheme', minLength: 1 }).filter((name) => name !== '__metadata__'),
      values: fc.array(fc.float({ noNaN: true }), { maxLength: 20 }),
    });
    const tensorsOf = fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 6 });
    const path = join(folder, 'property.safetensors');
    await fc.assert(
      fc.asyncProperty(tensorsOf, fc.dictionary(fc.string(), fc.string()), async (tensors, metadata) => {
        const written = tensors.map(({ name, values }) => ({
          name,
          dtype: 'F32' as const,
          shape: [values.length],
          data: async () => new Float32Array(values),
        }));
        await writeSafetensors(path, written, metadata);
        const weights = await openSafetensors(path);
        equal(weights.tensors.size, tensors.length);
        for (const { name, values } of tensors)
          deepEqual(await weights.readFloat32(name), new Float32Array(values));
        deepEqual({ ...weights.metadata }, { ...metadata });
        await weights.close();
      }),
      { numRuns: 40 },
    );
  });

  it('leaves no file behind when a tensor does not fit its shape', async () => {
    const path = join(folder, 'misfit.safetensors');
    const misfit = [{ name: 'w', dtype: 'F32', shape: [3], data: new Float32Array(2) }] as const;
    await rejects(writeSafetensors(path, misfit), {
      code: 'model',
      message: /w is F32 \[3\], 12 bytes, .* has 8/,
    });
    equal((await readdir(folder)).filter((name) => name.startsWith('misfit')).length, 0);
  });
});

describe('a hostile or damaged header is refused with its reason', () => {
  const tensor = (start: number, end: number, shape = [(end - start) / 4]): object => ({
    dtype: 'F32',
    shape,
    data_offsets: [start, end],
  });
  const cases: [string, () => Promise<string>, RegExp][] = [
    [
      'a header of 2^60 bytes',
      () => rawFile('{}', 0, 1n << 60n),
      /claims 1152921504606846976 bytes; the limit/,
    ],
    ['a header longer than the file', () => rawFile('{}', 0, 100n), /claims 100 bytes, but only 2 follow/],
    ['a header that is not UTF-8', () => rawFile(new Uint8Array([0x7b, 0xff, 0x7d])), /not UTF-8/],
    ['a header that is not JSON', () => rawFile('{"a"'), /not JSON/],
    ['a header that is a list', () => rawFile('[]'), /does not start with/],
    ['leading white space', () => rawFile(' {}'), /does not start with/],
    [
      'overlapping tensors',
      () => rawFile(JSON.stringify({ a: tensor(0, 8), b: tensor(4, 12) }), 12),
      /b starts at byte 4/,
    ],
    [
      'two tensors in one place',
      () => rawFile(JSON.stringify({ a: tensor(0, 8), b: tensor(0, 8) }), 8),
      /starts at byte 0/,
    ],
    [
      'a hole',
      () => rawFile(JSON.stringify({ a: tensor(0, 4), b: tensor(8, 12) }), 12),
      /b starts at byte 8/,
    ],
    ['trailing bytes', () => rawFile(JSON.stringify({ a: tensor(0, 4) }), 5), /take 4 bytes, but 5/],
    ['missing bytes', () => rawFile(JSON.stringify({ a: tensor(0, 8) }), 4), /take 8 bytes, but 4/],
    [
      'a size that does not match the shape',
      () => rawFile(JSON.stringify({ a: tensor(0, 8, [3]) }), 8),
      /12 bytes, but its offsets give 8/,
    ],
    [
      'a shape whose product overflows',
      () => rawFile(JSON.stringify({ a: tensor(0, 0, [2 ** 40, 2 ** 40, 0]) })),
      /no file can hold/,
    ],
    ['a negative size', () => rawFile(JSON.stringify({ a: tensor(0, 4, [-1]) }), 4), /not a list of sizes/],
    [
      'an unknown dtype',
      () => rawFile('{"a":{"dtype":"toString","shape":[],"data_offsets":[0,4]}}', 4),
      /unknown dtype "toString"/,
    ],
    [
      'a name given twice',
      () => rawFile(`{"a":${JSON.stringify(tensor(0, 4))},"\\u0061":${JSON.stringify(tensor(0, 4))}}`, 4),
      /names "a" twice/,
    ],
    ['metadata that is not text', () => rawFile('{"__metadata__":{"a":1}}'), /__metadata__/],
    ['a tensor that is null', () => rawFile('{"a":null}'), /no type, shape/],
  ];
  for (const [what, make, reason] of cases)
    it(what, async () => {
      await rejects(readHeader(await make()), { code: 'model', message: reason });
    });

  it('any bytes are either read or refused, never crash', async () => {
    const path = join(folder, 'fuzz.safetensors');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
        await writeFile(path, bytes);
        await readHeader(path).catch((error: { code: string }) => equal(error.code, 'model'));
      }),
      { numRuns: 50 },
    );
  });

  it('while padding, zero-sized tensors and scalars are fine', async () => {
    const path = await rawFile(
      JSON.stringify({ empty: tensor(0, 0, [2, 0]), scalar: tensor(0, 4, []) }) + '   ',
      4,
    );
    deepEqual([...(await readHeader(path)).tensors.keys()], ['empty', 'scalar']);
  });
});

describe('a tensor longer than one piece', () => {
  const length = (9 << 20) + 3;
  const values = Float32Array.from({ length }, (_, i) => (i % 251) - 125);
  for (const dtype of ['F32', 'BF16', 'F16'] as const)
    it(`is read whole from ${dtype}, and little beside it is held in memory`, async () => {
      const path = join(folder, 'long.safetensors');
      await writeSafetensors(path, [{ name: 'w', dtype, shape: [length], data: values }]);
      const weights = await openSafetensors(path);
      const before = process.memoryUsage().arrayBuffers;
      const floats = await weights.readFloat32('w');
      const taken = process.memoryUsage().arrayBuffers - before;
      equal(Buffer.compare(new Uint8Array(floats.buffer), new Uint8Array(values.buffer)), 0);
      equal(taken < floats.byteLength + (8 << 20), true, `${taken} bytes for ${floats.byteLength}`);
      await weights.close();
      await rm(path);
    });

  it('whose type is no float is refused', async () => {
    const path = join(folder, 'integers.safetensors');
    await writeSafetensors(path, [{ name: 'w', dtype: 'I64', shape: [1], data: new BigInt64Array(1) }]);
    const weights = await openSafetensors(path);
    await rejects(weights.readFloat32('w'), { code: 'model', message: /w is I64/ });
    await weights.close();
  });
});

describe('openWeights', () => {
  const indexed = async (weightMap: unknown): Promise<string> => {
    const model = await mkdtemp(join(folder, 'sharded-'));
    for (const [shard, name] of [
      ['one', 'a'],
      ['two', 'b'],
    ] as const)
      await writeSafetensors(join(model, `${shard}.safetensors`), [
        { name, dtype: 'BF16', shape: [2], data: new Float32Array([1.5, -2]) },
      ]);
    await writeFile(join(model, 'model.safetensors.index.json'), JSON.stringify({ weight_map: weightMap }));
    return model;
  };

  it('reads tensors from the shards the index names', async () => {
    const weights = await openWeights(await indexed({ a: 'one.safetensors', b: 'two.safetensors' }));
    deepEqual(await weights.readFloat32('b'), new Float32Array([1.5, -2]));
    deepEqual([...weights.tensors.keys()], ['a', 'b']);
    await weights.close();
  });

  it('refuses a shard outside the folder, a missing tensor and a missing map', async () => {
    for (const outside of ['../one.safetensors', '/etc/passwd', 'x/../../y.safetensors', '..\\y.safetensors'])
      await rejects(openWeights(await indexed({ a: outside })), {
        code: 'model',
        message: /not a plain file name/,
      });
    await rejects(openWeights(await indexed({ a: 'two.safetensors' })), {
      code: 'model',
      message: /no tensor a/,
    });
    await rejects(openWeights(await indexed(null)), { code: 'model', message: /no weight_map/ });
    await rejects(openWeights(folder), { code: 'model', message: /has neither model.safetensors nor/ });
  });
});

describe('16-bit floats', () => {
  it('round to nearest, ties to even', () => {
    const one = 0x3f80; // bfloat16 of 1; its neighbour above is 1 + 2^-7
    const values = new Float32Array([
      1,
      1 + 2 ** -8,
      1 + 2 ** -7 + 2 ** -8,
      1 + 2 ** -8 + 2 ** -20,
      -0,
      Infinity,
      NaN,
      3.4e38,
    ]);
    deepEqual([...floatsToBfloat16(values)], [one, one, one + 2, one + 1, 0x8000, 0x7f80, 0x7fc0, 0x7f80]);
    // float16 has 10 bits of fraction.
    deepEqual(
      [...floatsToFloat16(new Float32Array([1 + 2 ** -11, 1 + 3 * 2 ** -11, 65504, 65520, 2 ** -25]))],
      [0x3c00, 0x3c02, 0x7bff, 0x7c00, 0],
    );
  });

  it('every bfloat16 survives the way to float32 and back', () => {
    const patterns = Uint16Array.from({ length: 65536 }, (_, i) => i).filter(
      (bits) => (bits & 0x7fff) <= 0x7f80,
    );
    deepEqual(floatsToBfloat16(bfloat16ToFloats(patterns)), patterns);
  });
});
