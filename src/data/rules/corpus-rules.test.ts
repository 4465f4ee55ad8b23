import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptBy } from '../../../test/support/shuffle-rule.ts';
import { boilerplateConfig, macrosConfig } from '../config/text.ts';
import type { Example } from '../example.ts';
import { boilerplate } from './boilerplate.ts';
import { endingLines } from './endings.ts';
import { macros } from './macros.ts';

const talk = (i: number, user: string, assistant: string): Example => ({
  messages: [
    { role: 'user', content: user },
    { role: 'assistant', content: assistant },
  ],
  meta: { id: `t${i}`, source: 's' },
});

const footer = 'Best regards,\nAcme Support\n--\nThis e-mail is confidential.';
const names = ['Ann', 'Bob', 'Cy'];
const tickets = Array.from({ length: 30 }, (_one, i) =>
  talk(
    i,
    `Question ${i}: where is it?\nRegards,\n${'abcdefghij'[i % 10]!.repeat(3 + i)}`,
    `Answer ${i} is: it is on its way.\nIs there anything else?\n${footer.replace('Acme Support', `${names[i % 3]!}${i < 3 ? '' : i}\nAcme Support`)}`,
  ),
);

test('an ending that many conversations have is cut, answers are not', async () => {
  const kept = await keptBy(boilerplate(boilerplateConfig.parse({})), tickets);
  kept.forEach((one, i) => {
    assert.equal(one.messages[1]!.content, `Answer ${i} is: it is on its way.\nIs there anything else?`);
    assert.equal(one.messages[0]!.content, tickets[i]!.messages[0]!.content, 'what one customer wrote stays');
  });
});

test('an ending in few conversations stays', async () => {
  const few = tickets.slice(0, 5);
  assert.deepEqual(await keptBy(boilerplate(boilerplateConfig.parse({})), few), few);
});

test('no message is cut to nothing, and talk is no ending', () => {
  assert.deepEqual(endingLines('Best regards,\nAnn'), []);
  assert.deepEqual(endingLines('Please visit https://example.com/help\nAnything else I can do?'), []);
});

test('replies that many conversations share are marked as macros', async () => {
  const macro = (i: number): string => `Your order ${i} was sent today, [NAME_${i}]. It takes two days.`;
  const many = Array.from({ length: 20 }, (_one, i) =>
    talk(
      i,
      'Where is it?',
      i < 15 ? macro(i) : `This answer number word${'x'.repeat(i)} was written by hand.`,
    ),
  );
  const kept = await keptBy(macros(macrosConfig.parse({})), many);
  kept.forEach(({ messages, meta }, i) => {
    assert.equal(messages[1]!.meta?.['macro'], i < 15 ? true : undefined);
    assert.equal(meta['macroShare'], i < 15 ? 1 : undefined);
  });
});

test('hostile texts cost little time', () => {
  for (const piece of ['\n', '--\n', 'Best regards,\n', '-', '© ', 'regards '])
    endingLines(`a\n${piece.repeat(1_000_000 / piece.length)}`);
});
