import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import { writePdf } from '../../../test/support/pdf-writer.ts';
import type { Block } from './page.ts';
import { openPdfReader } from './pdf.ts';
import { inReadingOrder } from './pdf-columns.ts';
import type { TextLine } from './pdf-layout.ts';

const reader = openPdfReader();
after(() => reader.close());
const signal = new AbortController().signal;

function shown(blocks: readonly Block[]): string[] {
  return blocks.map((block) => {
    if (block.kind === 'end') return '';
    return `${block.sheet} ${block.kind === 'heading' ? '#'.repeat(block.level) + ' ' : ''}${block.text}`;
  });
}

async function refused(bytes: Buffer, message: RegExp): Promise<void> {
  await assert.rejects(reader.read(bytes, signal), (cause: Error) => {
    assert.equal(cause.name, 'NoPage');
    assert.match(cause.message, message);
    return true;
  });
}

test('paragraphs, headings and lists; running heads, page numbers and hyphens at line ends are gone', async () => {
  const sheet = (
    number: number,
    lines: readonly { text: string; y: number; size?: number; x?: number }[],
  ) => [
    { text: 'Example Corp - Manual', y: 770, size: 8 },
    ...lines,
    { text: `Page ${number} of 3`, y: 30, size: 8 },
  ];
  const bytes = writePdf(
    [
      sheet(1, [
        { text: 'Reset your phone', y: 720, size: 20 },
        { text: 'Hold the self-service but-', y: 690 },
        { text: 'ton for ten seconds (or more).', y: 676 },
        { text: 'A new paragraph follows here.', y: 650 },
        { text: 'The self-', y: 624 },
        { text: 'service desk is open on', y: 610 },
      ]),
      sheet(2, [
        { text: 'weekdays.', y: 720 },
        { text: 'Steps', y: 690, size: 15 },
        { text: '1. Switch it off', y: 670 },
        { text: 'at the back.', y: 656, x: 84 },
        { text: '2. Wait.', y: 642 },
        { text: '\x95 A bullet', y: 628 },
      ]),
      sheet(3, [
        { text: 'The end . . . . . . . . . . . . . . . 3', y: 740 },
        { text: 'The end.', y: 720 },
      ]),
    ],
    { title: 'Phone manual' },
  );
  const page = await reader.read(bytes, signal);
  assert.equal(page.title, 'Phone manual');
  assert.deepEqual(shown(page.blocks), [
    '1 # Reset your phone',
    '1 Hold the self-service button for ten seconds (or more).',
    '1 A new paragraph follows here.',
    '1 The self-service desk is open on weekdays.',
    '2 ## Steps',
    '2 1. Switch it off at the back.',
    '2 2. Wait.',
    '2 - A bullet',
    '3 The end.',
  ]);
  assert.deepEqual(page.notes, ['left out lines that stand on most of its pages: example corp - manual']);
});

test('columns side by side are read one after the other, tables row by row', async () => {
  const column = (x: number, word: string): { text: string; x: number; y: number }[] =>
    [
      'goes on over several lines',
      'until it ends at the foot,',
      'and another part of the',
      'column is here.',
    ].map((text, i) => ({ text: i === 0 ? `${word} ${text}` : text, x, y: 690 - i * 14 }));
  const [left, right, last] = [column(40, 'Left'), column(230, 'Middle'), column(420, 'Right')];
  const text = (word: string): string =>
    `1 ${word} goes on over several lines until it ends at the foot, and another part of the column is here.`;
  const head = { text: 'A heading across the columns of this page', x: 40, y: 730, size: 20 };
  const foot = {
    text: 'A sentence at the foot that goes across all of the columns of this page, wide as it is, stands last.',
    x: 40,
    y: 600,
  };
  const mixed = left.flatMap((line, i) => [line, right[i]!, last[i]!]);
  for (const lines of [mixed, [...left, ...right, ...last]]) {
    const { blocks } = await reader.read(writePdf([[head, ...lines, foot]]), signal);
    assert.deepEqual(shown(blocks), [
      '1 # A heading across the columns of this page',
      text('Left'),
      text('Middle'),
      text('Right'),
      `1 ${foot.text}`,
    ]);
  }
  const table = [
    ['Plan', 'Price', 'Users'],
    ['Basic', '10', '1'],
    ['Team', '50', '10'],
  ].flatMap((row, i) => row.map((cell, j) => ({ text: cell, x: 50 + j * 150, y: 690 - i * 14 })));
  const list = { text: '1.', x: 50, y: 600 };
  const { blocks } = await reader.read(
    writePdf([[...table, list, { text: 'Choose a plan.', x: 75, y: 600 }]]),
    signal,
  );
  assert.deepEqual(shown(blocks), [
    '1 Plan | Price | Users',
    '1 Basic | 10 | 1',
    '1 Team | 50 | 10',
    '1 1. Choose a plan.',
  ]);
});

test('a page of pieces beside one another in any order is read in the time of its length', () => {
  const pieces = (count: number, perLine: number, step: number): TextLine[] =>
    Array.from({ length: count }, (_, i) => {
      const x = ((i % perLine) * step) % 100_003;
      return {
        text: 'words that may be prose',
        x,
        right: x + 5,
        y: -Math.floor(i / perLine),
        size: 1,
        beside: i % perLine > 0,
      };
    });
  for (const lines of [pieces(50_000, 50_000, 37), pieces(50_000, 4, 100), pieces(50_000, 500, 20)])
    assert.ok(inReadingOrder(lines).length > 0);
});

test('passwords, pictures of text and damage are refused, and the reader goes on', async () => {
  const lines = [[{ text: 'Some text.', y: 700 }]];
  const password =
    '/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <' +
    'ab'.repeat(32) +
    '> /U <' +
    'cd'.repeat(32) +
    '> >> /ID [<00> <00>]';
  await refused(writePdf(lines, { extra: password }), /protected by a password/);
  await refused(writePdf([[]]), /no text in it/);
  await refused(Buffer.from('not a PDF at all'), /no PDF file/);
  await refused(Buffer.alloc(0), /no PDF file/);
  const whole = writePdf(lines);
  for (let cut = 20; cut < whole.length; cut += 40)
    await reader
      .read(whole.subarray(0, cut), signal)
      .catch((cause: Error) => assert.equal(cause.name, 'NoPage'));
  assert.deepEqual(shown((await reader.read(whole, signal)).blocks), ['1 Some text.']);
});

/** The zlib stream of so many million zeros, put together from one million (RFC 1950, 1951). */
function deflatedZeros(millions: number): Buffer {
  const million = deflateRawSync(Buffer.alloc(1_000_000), { finishFlush: constants.Z_FULL_FLUSH });
  const header = Buffer.from([0x78, 0x9c]);
  const endAndChecksum = Buffer.from([3, 0, 0, 0, 0, 0]);
  return Buffer.concat([header, ...Array.from({ length: millions }, () => million), endAndChecksum]);
}

test('a bomb is stopped, and the next file is read', async () => {
  const bounded = openPdfReader({ seconds: 3, megabytes: 200 });
  const read = (bytes: Buffer): Promise<string> =>
    bounded.read(bytes, signal).then(
      ({ blocks }) => shown(blocks).join(),
      (cause: Error) => `${cause.name}: ${cause.message}`,
    );
  try {
    const zeros = deflateSync(deflatedZeros(2000));
    assert.match(
      await read(
        writePdf([[]], { content: { dictionary: '/Filter [/FlateDecode /FlateDecode]', bytes: zeros } }),
      ),
      /^NoPage: it takes more than (?:3 seconds|200 MB of memory) to read/,
    );
    const drawn = deflateSync(Buffer.from('BT /F1 8 Tf (aaaaaaaaaaaaaaaa) Tj ET\n'.repeat(1_000_000)));
    assert.match(
      await read(writePdf([[]], { content: { dictionary: '/Filter /FlateDecode', bytes: drawn } })),
      /^NoPage: it takes more than (?:3 seconds|200 MB of memory) to read/,
    );
    assert.equal(await read(writePdf([[{ text: 'Still here.', y: 700 }]])), '1 Still here.');
  } finally {
    await bounded.close();
  }
});
