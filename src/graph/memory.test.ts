import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { planMemory } from './memory.ts';
import { add, constant, exp, input, matmul, reduceSum, reshape, softmax } from './ops.ts';

const floats = (count: number): number => 4 * count;

test('a value is freed after the last op that reads it', () => {
  const x = input('x', [8, 16]);
  const w = constant(new Float32Array(16 * 32), [16, 32]);
  const scores = matmul(x, w);
  const probabilities = softmax(scores);
  const total = reduceSum(probabilities, [0, 1]);
  deepEqual(planMemory([total]), {
    constantBytes: floats(16 * 32),
    inputBytes: floats(8 * 16),
    // softmax needs its input and its output; the sum needs one of them and four bytes
    peakBytes: floats(2 * 8 * 32),
  });
});

test('a value that the backward pass reads again stays', () => {
  const x = input('x', [64]);
  const y = exp(x);
  const chain = softmax(softmax(softmax(y)));
  equal(planMemory([chain]).peakBytes, floats(2 * 64));
  equal(planMemory([matmul(reshape(chain, [1, 64]), reshape(y, [64, 1]))]).peakBytes, floats(3 * 64));
});

test('a reshape takes nothing, and an element-wise op takes over the buffer of an input it is the last to read', () => {
  const x = softmax(input('x', [4, 8]));
  equal(planMemory([softmax(reshape(x, [32]))]).peakBytes, floats(2 * 32));
  equal(planMemory([exp(reshape(x, [32]))]).peakBytes, floats(32));
  equal(planMemory([add(x, softmax(x))]).peakBytes, floats(2 * 32));
});

test('a result that is handed out is never freed', () => {
  const first = softmax(input('x', [32]));
  const second = softmax(first);
  equal(planMemory([softmax(second)]).peakBytes, floats(2 * 32));
  equal(planMemory([first, softmax(second)]).peakBytes, floats(3 * 32));
});
