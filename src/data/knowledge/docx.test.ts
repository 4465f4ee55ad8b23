import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, deflateRawSync } from 'node:zlib';
import { fc } from '../../../test/support/properties.ts';
import { paragraph, writeDocx } from '../../../test/support/docx-writer.ts';
import { writeZip } from '../../../test/support/zip-writer.ts';
import { readDocx } from './docx.ts';
import { joinBlocks, isText } from './page.ts';

const item = (text: string, level: number): string =>
  paragraph(text, `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="1"/></w:numPr>`);
const styled = (text: string, style: string): string => paragraph(text, `<w:pStyle w:val="${style}"/>`);
const row = (cells: readonly string[], header = false): string =>
  `<w:tr>${header ? '<w:trPr><w:tblHeader/></w:trPr>' : ''}${cells.map((cell) => `<w:tc>${paragraph(cell)}</w:tc>`).join('')}</w:tr>`;

test('headings by style, lists, tables, links; what was deleted or hidden stays out', async () => {
  const page = await readDocx(
    writeDocx(
      [
        styled('The &amp; Manual', 'Titel'),
        styled('Contents 1', 'Verzeichnis1'),
        styled('Setup', 'berschrift1'),
        '<w:p><w:r><w:t xml:space="preserve">Go to </w:t></w:r><w:hyperlink r:id="rId7"><w:r><w:t>the desk</w:t></w:r></w:hyperlink><w:r><w:t>.</w:t></w:r><w:del><w:r><w:delText>old</w:delText><w:t>older</w:t></w:r></w:del><w:ins><w:r><w:t> New</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>',
        item('One', 0),
        item('inner', 1),
        item('Two', 0),
        styled('Own heading', 'Eigene'),
        `<w:tbl>${row(['Country', 'Code'], true)}${row(['Chile', '+56'])}</w:tbl>`,
        '<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback><w:p><w:r><w:t>In a box</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>after it</w:t></w:r></w:p>',
        styled('Round and round', 'Kreis'),
      ].join(''),
    ),
  );
  assert.equal(page.title, 'The & Manual');
  assert.deepEqual(
    page.blocks.map((block) =>
      block.kind === 'heading' ? `${'#'.repeat(block.level)} ${block.text}` : isText(block) ? block.text : '',
    ),
    [
      '# The & Manual',
      '# Setup',
      'Go to the desk (https://help.example.com/). New',
      '1. One',
      '  - inner',
      '2. Two',
      '## Own heading',
      'Country: Chile; Code: +56',
      'In a box',
      'after it',
      'Round and round',
    ],
  );
});

test('footnotes and endnotes stand below the paragraph that refers to them', async () => {
  const reference = (kind: string, id: number): string =>
    `<w:r><w:t>word</w:t></w:r><w:r><w:${kind}Reference w:id="${id}"/></w:r>`;
  const notes = (kind: string, text: string): { name: string; data: string } => ({
    name: `word/${kind}s.xml`,
    data: `<w:${kind}s xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:${kind} w:type="separator" w:id="0"><w:p><w:r><w:separator/></w:r></w:p></w:${kind}><w:${kind} w:id="1"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> ${text}</w:t></w:r></w:p><w:p><w:r><w:t>Second line.</w:t></w:r></w:p></w:${kind}></w:${kind}s>`,
  });
  const { blocks } = await readDocx(
    writeDocx(
      `<w:p>${reference('footnote', 1)}</w:p><w:tbl><w:tr><w:tc><w:p>${reference('endnote', 1)}</w:p></w:tc><w:tc>${paragraph('cell')}</w:tc></w:tr></w:tbl><w:p>${reference('footnote', 7)}</w:p>`,
      [notes('footnote', 'Except gifts.'), notes('endnote', 'Since May.')],
    ),
  );
  assert.deepEqual(
    blocks.filter(isText).map(({ text }) => text),
    ['word[1]', '[1] Except gifts. Second line.', 'word[2] [2] Since May. Second line. | cell', 'word'],
  );
});

test('lists by style, and questions in bold letters', async () => {
  const bold = (text: string, value = ''): string =>
    `<w:p><w:pPr><w:rPr><w:b/></w:rPr></w:pPr><w:r><w:rPr><w:b${value}/></w:rPr><w:t>${text}</w:t></w:r></w:p>`;
  const { blocks } = await readDocx(
    writeDocx(
      [
        styled('Pack it', 'Listennummer'),
        styled('gently', 'Liste2'),
        styled('Send it', 'Listennummer'),
        bold('Can I cancel?'),
        paragraph('Yes, within three days.'),
        bold('Is this plain?', ' w:val="0"'),
      ].join(''),
    ),
  );
  assert.deepEqual(
    blocks.filter(isText).map(({ text, lead }) => [text, lead]),
    [
      ['1. Pack it', undefined],
      ['  - gently', undefined],
      ['2. Send it', undefined],
      ['Can I cancel?', 'Can I cancel?'],
      ['Yes, within three days.', undefined],
      ['Is this plain?', undefined],
    ],
  );
});

test('an entry that says it is small is not unpacked past its limit', async () => {
  const block = deflateRawSync(Buffer.alloc(4_000_000), { finishFlush: constants.Z_FULL_FLUSH });
  const packed = Buffer.concat([...Array<Buffer>(200).fill(block), deflateRawSync(Buffer.alloc(0))]);
  const bomb = writeDocx('', [{ name: 'word/document.xml', data: '', packed, claimedBytes: 1000 }]);
  const before = process.resourceUsage().maxRSS;
  await assert.rejects(readDocx(bomb), { name: 'NoPage', message: /unpacks to more than 67108864 bytes/ });
  const grownMegabytes = (process.resourceUsage().maxRSS - before) / 1024;
  assert.ok(grownMegabytes < 300, `${grownMegabytes} MB for 64`);
});

test('bombs, tricks and damage are refused with the reason', async () => {
  const document = { name: 'word/document.xml' };
  const small = writeDocx(paragraph('text'));
  const refused = async (bytes: Buffer, message: RegExp): Promise<void> => {
    await assert.rejects(readDocx(bytes), (cause: Error) => {
      assert.equal(cause.name, 'NoPage');
      assert.match(cause.message, message);
      return true;
    });
  };
  await refused(
    writeDocx('', [{ ...document, data: Buffer.alloc(60_000_000, ' ') }]),
    /unpacks to more than \d+ bytes from \d+/,
  );
  await refused(
    writeDocx('', [{ ...document, data: Buffer.alloc(60_000_000, ' '), claimedBytes: 1000 }]),
    /unpacks to more than/,
  );
  await refused(
    writeDocx('', [{ ...document, data: Buffer.alloc(70_000_000, 1), method: 0 }]),
    /unpacks to more than 67108864 bytes/,
  );
  const bomb =
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]><w:document><w:body><w:p><w:r><w:t>&lol2;</w:t></w:r></w:p></w:body></w:document>';
  await refused(writeDocx('', [{ ...document, data: bomb }]), /DTD/);
  await refused(writeDocx('', [{ name: 'word/styles.xml', data: bomb }]), /DTD/);
  await refused(writeDocx('<w:p>'.repeat(5_000)), /nested more than 500 deep/);
  const files = [{ name: 'a', data: Buffer.alloc(10_000, 'x') }];
  await refused(
    writeZip(files, [
      { name: 'b', of: 0 },
      { name: 'c', of: 0 },
    ]),
    /files overlap/,
  );
  await refused(writeZip(files, [{ name: 'a', of: 0 }]), /"a" twice/);
  await refused(
    writeZip(Array.from({ length: 10_001 }, (_, i) => ({ name: `${i}`, data: '' }))),
    /holds 10001 files, over 10000/,
  );
  for (const name of ['../../etc/passwd', '/etc/passwd', 'C:\\x', 'word\\..\\..\\x'])
    await refused(writeZip([{ name, data: 'x' }]), /leads out of it/);
  await refused(writeZip([{ name: 'a', data: 'x', flags: 1 }]), /encrypted/);
  await refused(writeZip(files), /without a Word document/);
  await refused(writeDocx('', [{ ...document, data: 'x', method: 14 }]), /method 14/);
  await refused(small.subarray(0, small.length - 30), /no ZIP archive, or is cut off/);
  await refused(Buffer.from('d0cf11e0a1b11ae1aaaa', 'hex'), /encrypted or of a Word older than 2007/);
  await refused(Buffer.alloc(0), /no ZIP archive/);
  // An archive in an archive is a file like any other: never opened.
  const nested = writeDocx(paragraph('text'), [
    { name: 'bomb.zip', data: writeZip([{ name: 'x', data: Buffer.alloc(5_000_000) }]) },
  ]);
  assert.equal((await readDocx(nested)).blocks.length, 1);
});

test('damaged bytes anywhere give a page or a reason', async () => {
  const whole = writeDocx(`${paragraph('Some text.')}${item('One', 0)}`);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      async (changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        const text = await readDocx(bytes).then(
          ({ blocks }) => joinBlocks(blocks.filter(isText)),
          (cause: Error) => cause.name,
        );
        assert.equal(typeof text, 'string');
      },
    ),
    { numRuns: 500 },
  );
});
