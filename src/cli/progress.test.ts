import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProgressEvent } from '../base/progress.ts';
import { humanProgress } from './progress.ts';

/** What is written while events arrive at these seconds. */
function shown(interactive: boolean, columns: number, events: readonly [number, ProgressEvent][]): string[] {
  const lines: string[] = [];
  let time = 0;
  const { report } = humanProgress({
    write: (text) => lines.push(text.replace('\r\x1b[K', '').replace(/\n$/, '')),
    now: () => 1000 * time,
    interactive,
    columns,
    paint: (_style, text) => text,
  });
  for (const [at, event] of events) {
    time = at;
    report(event);
  }
  return lines;
}

const step = (label: string, done: number, total?: number): ProgressEvent => ({
  type: 'progress',
  label,
  done,
  ...(total !== undefined && { total }),
  unit: 'records',
  detail: 'looking at length',
});

test('a step that takes no second leaves no line, a longer one says how long it took', () => {
  const lines = shown(false, 80, [
    [0, step('quick', 0, 10)],
    [0.9, step('quick', 10, 10)],
    [1, step('slow', 0, 1200)],
    [3, step('slow', 1200, 1200)],
  ]);
  assert.deepEqual(lines, ['  slow  1,200 records in 2.0 s, looking at length']);
});

test('a long step says now and then how far it is and how long it will take', () => {
  const events = Array.from({ length: 13 }, (_, second): [number, ProgressEvent] => [
    second,
    step('read', 10 * second, 1000),
  ]);
  assert.deepEqual(shown(false, 80, events), [
    '  read  50/1,000 records, 1 min 35 s left, 10 records/s, looking at length',
    '  read  100/1,000 records, 1 min 30 s left, 10 records/s, looking at length',
  ]);
});

test('a terminal shows what is begun at once, and less where it has little room', () => {
  const events: [number, ProgressEvent][] = [
    [0, step('read', 0, 100)],
    [2, step('read', 20, 100)],
    [2.01, step('decide by quality', 0)],
  ];
  assert.deepEqual(shown(true, 80, events), [
    '──────────────────── read  0/100 records, looking at length',
    '━━━━──────────────── read  20/100 records, 8.0 s left, 10 records/s, looking at',
    'decide by quality',
  ]);
  assert.deepEqual(shown(true, 30, events), ['read  0/100', 'read  20/100, 8.0 s left', 'decide by quality']);
});
