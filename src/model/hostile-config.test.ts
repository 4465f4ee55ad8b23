import { equal, throws } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseModelConfig } from './config.ts';

const url = new URL('../../models/attune-base/config.json', import.meta.url);
const config = JSON.parse(readFileSync(url, 'utf8')) as Record<string, unknown>;
const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;
const parse = (changes: Record<string, unknown>): unknown =>
  parseModelConfig({ ...config, ...changes }, 'config.json');

test('a billion layers are refused before they are listed', () => {
  throws(() => parse({ num_hidden_layers: 1e9 }), { code: 'model', message: /num_hidden_layers: .*1000/ });
  throws(() => parse({ hidden_size: 2 ** 53 }), { code: 'model', message: /hidden_size/ });
});

test('a field nested a million deep is refused with a short message', () => {
  throws(() => parse({ quantization_config: nested(1_000_000) }), {
    code: 'model',
    message: /quantization_config = \[…\] is not supported/,
  });
  throws(
    () => parse({ quantization_config: { a: 'x'.repeat(1_000_000) } }),
    (error: Error) => {
      equal(error.message.length < 300, true);
      return true;
    },
  );
});

test('what no family reads may be nested as deep as it likes', () => {
  parse({ auto_map: nested(1_000_000) });
});
