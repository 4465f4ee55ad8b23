import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { nestsRepetition } from './regex-safety.ts';

const gpt2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
const llama3 = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const gpt4o = String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

test('the patterns of GPT-2, Llama 3 and GPT-4o repeat nothing that repeats', () => {
  for (const pattern of [gpt2, llama3, gpt4o]) equal(nestsRepetition(pattern), false, pattern);
});

test('a repetition of a repetition is found, however it is written', () => {
  for (const pattern of [
    '^(a+)+$',
    '(?:x*)*',
    '((a|b+)c?)*',
    String.raw`([\])]+){2,}`,
    '(a{2,}b)+?',
    '(?=(a*))*',
  ])
    equal(nestsRepetition(pattern), true, pattern);
});

test('brackets and plus signs that are only text do not count', () => {
  for (const pattern of [String.raw`\(a\+\)+`, '[(+]+[)*]+', '(a+){2,3}', '(a?)+', 'a+b*', ''])
    equal(nestsRepetition(pattern), false, pattern);
});

test('a pattern of nothing but brackets ends', () => {
  equal(nestsRepetition('('.repeat(5000) + 'a' + ')'.repeat(5000)), false);
  equal(nestsRepetition('['.repeat(5000)), false);
});
