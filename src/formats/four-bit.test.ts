import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import { dequantiseScales, quantiseScales, scaleCodeValues } from './double-quantised.ts';
import { blockValues, codeValues, dequantiseFourBit, quantiseFourBit } from './four-bit.ts';
import type { FourBitType } from './four-bit.ts';

/** Against bitsandbytes (golden values made by scripts/golden/engine_quantised.py). */
type Case = {
  shape: [number, number];
  seed: number;
  type: FourBitType;
  codes: string;
  scales: string;
  doubleCodes: string;
  doubleScales: string;
  mean: number;
  values: { plain: string; double: string } | null;
  sums: { plain: number; double: number };
};
const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/engine/quantised.json', import.meta.url), 'utf8'),
) as { typeValues: Record<FourBitType, number[]>; scaleCodeValues: string; blocks: Case[] };

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, 'base64'));
const floatsOf = (text: string): Float32Array => new Float32Array(bytesOf(text).buffer);
const types = ['nf4', 'fp4'] as const;

/** As `weights` in the script. */
function weights([rows, columns]: [number, number], seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const row = Math.floor(i / columns);
    let total = 0;
    for (let draw = 0; draw < 4; draw++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      total += state >>> 24;
    }
    return row === 2 ? 0 : ((total - 510) * ((row % 7) + 1)) / 4096;
  });
}

const magnitude = (values: Float32Array): number =>
  values.reduce((total, value) => total + Math.abs(value), 0);

describe('4-bit blocks are those of bitsandbytes, byte for byte', () => {
  for (const { shape, seed, type, ...expected } of golden.blocks)
    it(`${type}, ${shape.join(' × ')}`, () => {
      const values = weights(shape, seed);
      const blocks = quantiseFourBit(values, type);
      deepEqual(blocks.codes, bytesOf(expected.codes));
      deepEqual(blocks.scales, floatsOf(expected.scales));
      const double = quantiseScales(blocks.scales);
      deepEqual(double.codes, bytesOf(expected.doubleCodes));
      // The reference's own mean carries the rounding of a float32 sum.
      ok(Math.abs(double.mean - expected.mean) <= 2 ** -22 * expected.mean, `mean ${double.mean}`);
      for (const [i, scale] of floatsOf(expected.doubleScales).entries())
        ok(Math.abs(double.scales[i]! - scale) <= 2 ** -22 * expected.mean, `scale of scales ${i}`);
      const scales = dequantiseScales({
        codes: double.codes,
        scales: floatsOf(expected.doubleScales),
        mean: expected.mean,
      });
      const decoded = {
        plain: dequantiseFourBit(blocks, values.length),
        double: dequantiseFourBit({ ...blocks, scales }, values.length),
      };
      for (const kind of ['plain', 'double'] as const) {
        if (expected.values) deepEqual(decoded[kind], floatsOf(expected.values[kind]));
        ok(Math.abs(magnitude(decoded[kind]) - expected.sums[kind]) <= 1e-12 * expected.sums[kind]);
      }
    });

  it('and so are the tables', () => {
    for (const type of types) deepEqual([...codeValues[type]], golden.typeValues[type]);
    deepEqual(scaleCodeValues, floatsOf(golden.scaleCodeValues));
  });
});

describe('4-bit blocks of any values', () => {
  const anyValues = fc.float32Array({ maxLength: 200, noNaN: true, min: -1000, max: 1000 });
  for (const type of types) {
    it(`${type}: what was decoded encodes to the same blocks`, () => {
      fc.assert(
        fc.property(anyValues, (values) => {
          const once = dequantiseFourBit(quantiseFourBit(values, type), values.length);
          deepEqual(dequantiseFourBit(quantiseFourBit(once, type), values.length), once);
        }),
      );
    });

    it(`${type}: no value is further off than half the widest gap, of its block's largest`, () => {
      const rising = codeValues[type].toSorted();
      const gaps = [...rising.keys()].slice(1).map((i) => rising[i]! - rising[i - 1]!);
      const half = Math.max(...gaps) / 2 + 1e-6;
      fc.assert(
        fc.property(anyValues, (values) => {
          const blocks = quantiseFourBit(values, type);
          for (const [i, value] of dequantiseFourBit(blocks, values.length).entries())
            ok(Math.abs(value - values[i]!) <= half * blocks.scales[Math.floor(i / blockValues)]! + 1e-37);
        }),
      );
    });
  }

  it('doubly quantised scales stay within a hundredth of their range', () => {
    const anyScales = fc.float32Array({ minLength: 1, maxLength: 600, noNaN: true, min: 0, max: 10 });
    fc.assert(
      fc.property(anyScales, (scales) => {
        const double = quantiseScales(scales);
        const range = Math.max(...double.scales);
        for (const [i, scale] of dequantiseScales(double).entries())
          ok(Math.abs(scale - scales[i]!) <= 0.01 * range + 1e-5, `${scale} for ${scales[i]}`);
      }),
    );
  });

  it('nothing is quantised to nothing', () => {
    equal(quantiseFourBit(new Float32Array(0), 'nf4').codes.length, 0);
  });
});
