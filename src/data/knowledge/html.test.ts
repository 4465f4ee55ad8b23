import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import { decodeText } from './decode-text.ts';
import { readHtml } from './html.ts';
import type { Block } from './page.ts';

function shown(blocks: readonly Block[]): string[] {
  return blocks.map((block) => {
    if (block.kind === 'end') return `/${block.level}`;
    if (block.kind === 'heading')
      return `${'#'.repeat(block.level)} ${block.text}${block.anchor ? ` (${block.anchor})` : ''}`;
    return block.kind === 'code' ? `> ${block.text}` : block.text;
  });
}

test('the main part of a page, with what its head says', async () => {
  const page = await readHtml(`<!doctype html><html lang="de-AT"><head><title>Konto | Beispiel Hilfe</title>
<link rel="canonical" href="https://hilfe.example/konto"><meta property="article:section" content="Konto">
<style>p { color: red }</style><script>alert('<p>no</p>')</script></head><body>
<header><a href="/">Start</a></header><nav><ul><li>Menü</li></ul></nav>
<main><h1 id="konto">Ihr Konto</h1><div class="breadcrumbs">Start / Konto</div>
<p>Öffnen Sie <b>zuerst</b><br>die <a href="/x">Seite</a>. Mehr bei <a href="https://x.example/a">uns</a>&nbsp;und <a href="https://x.example/">x.example</a>.</p>
<svg><title>icon</title><text>drawn</text></svg>
<ol start="3"><li>Eins<ul><li>innen</li></ul></li><li><p>Zwei</p><p>weiter</p></li></ol>
<pre><code>npm  run
  build</code></pre>
<table><thead><tr><th>Land</th><th>Vorwahl</th></tr></thead><tbody><tr><td>Chile</td><td>+56</td></tr><tr><td>Peru</td><td></td></tr></tbody></table>
<table><tr><td colspan=2>Nur ein Satz.</td></tr><tr><td>a</td><td>b<ul><li>c</li></ul></td></tr></table>
<details><summary>Was kostet es?</summary><p>Nichts.</p></details><p>Danach.</p>
<dl><dt>Wie lange dauert es?</dt><dd>Einen Tag.</dd><dt>PIN</dt><dd>Vier Ziffern.</dd></dl>
<button>Senden</button><form><p>Im Formular</p></form>
</main><footer>© Beispiel</footer></body></html>`);
  const { title, language, url, category } = page;
  assert.deepEqual(
    { title, language, url, category },
    { title: 'Ihr Konto', language: 'de-AT', url: 'https://hilfe.example/konto', category: 'Konto' },
  );
  assert.deepEqual(shown(page.blocks), [
    '# Ihr Konto (konto)',
    'Öffnen Sie zuerst\ndie Seite. Mehr bei uns (https://x.example/a) und x.example.',
    '3. Eins',
    '  - innen',
    '4. Zwei',
    '  weiter',
    '> npm  run\n  build',
    'Land: Chile; Vorwahl: +56',
    'Peru',
    'Nur ein Satz.',
    'a | b - c',
    '## Was kostet es?',
    'Nichts.',
    '/2',
    'Danach.',
    '## Wie lange dauert es?',
    'Einen Tag.',
    'PIN:',
    'Vier Ziffern.',
    '/2',
    'Im Formular',
  ]);
});

test('questions in JSON-LD, pages that only redirect, lines broken between Chinese characters', async () => {
  const json = JSON.stringify({
    '@graph': [
      {
        '@type': ['WebPage', 'FAQPage'],
        mainEntity: {
          '@type': 'Question',
          name: 'Is it <b>free</b>?',
          acceptedAnswer: { text: '<p>Yes.</p><ul><li>Always.</li></ul>' },
        },
      },
    ],
  });
  const page = await readHtml(
    `<title>FAQ</title><script type="application/ld+json">${json}</script><script type="application/ld+json">{no</script>`,
  );
  assert.deepEqual(page.questions, [{ question: 'Is it free?', answer: 'Yes.\n\n- Always.' }]);
  await assert.rejects(readHtml('<meta http-equiv="Refresh" content="0; URL=\'/new\'">'), {
    message: /sends its readers on to \/new/,
  });
  const chinese = await readHtml('<p>我们\n会帮你。\nOK 好</p>');
  assert.deepEqual(shown(chinese.blocks), ['我们会帮你。 OK 好']);
});

test('encodings: declared ones are read, undeclared ones refused', () => {
  assert.equal(decodeText(Buffer.from('\ufeffä')), 'ä');
  assert.equal(decodeText(Buffer.from('\ufeffä', 'utf16le')), 'ä');
  const german = Buffer.concat([Buffer.from('<meta charset="iso-8859-1">'), Buffer.from([0xe4])]);
  assert.equal(decodeText(german), '<meta charset="iso-8859-1">ä');
  const chinese = Buffer.concat([
    Buffer.from('<meta http-equiv=x content="text/html; charset=gb2312">'),
    Buffer.from([0xc4, 0xe3]),
  ]);
  assert.ok(decodeText(chinese).endsWith('你'));
  assert.throws(() => decodeText(Buffer.from([0xe4, 0x41])), {
    message: 'it is not UTF-8 and names no other encoding',
  });
  assert.throws(
    () => decodeText(Buffer.concat([Buffer.from('<meta charset=made-up>'), Buffer.from([0xe4])])),
    { name: 'NoPage' },
  );
});

test('any bytes are a page or a reason, and nothing is nested without end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.constantFrom(
            '<p>',
            '</p>',
            '<td>',
            '<table>',
            '</table>',
            '<li>',
            '<ul>',
            '</ul>',
            '<a href=x>',
            '</a>',
            '<details>',
            '<summary>',
            '</details>',
            '<h2>',
            '</h2>',
            '<dl>',
            '<dt>',
            '<dd>',
            '</dl>',
            '<main>',
            '</main>',
            '<pre>',
            '</pre>',
            '<br>',
          ),
          fc.string({ maxLength: 5 }),
        ),
        { maxLength: 60 },
      ),
      async (parts) => {
        await readHtml(parts.join(''));
      },
    ),
    { numRuns: 300 },
  );
  await assert.rejects(readHtml('<div>'.repeat(200_000)), { message: /nested more than 1000 deep/ });
  for (const pattern of [
    '<',
    '<p',
    '</p>',
    '<a href=x>',
    '<p></x>',
    '&amp;',
    '&#',
    '<!--',
    '<li>',
    '<tr><td>',
    'a\n',
    '<table><tr><td>',
    '<p a="',
    '. ',
    '<b></b> ',
  ]) {
    const text = pattern.repeat(Math.ceil(1_000_000 / pattern.length));
    await readHtml(text).catch((cause: Error) => assert.equal(cause.name, 'NoPage', pattern));
  }
});

test("of a help centre's or a wiki's page only the article itself is read", async () => {
  const page = async (html: string): Promise<string[]> =>
    (await readHtml(html)).blocks.map((block) => ('text' in block ? block.text : block.kind));
  const guide =
    '<title>Return &ndash; Help</title><main><article class="article"><h1>Return</h1><div class="article-meta">Ann, March 12</div><div class="article-body"><p>Within 30 days.</p></div><div>12 of 15 found this helpful</div><h2>Comments</h2><p>Please sign in</p></article></main>';
  assert.deepEqual(await page(guide), ['Within 30 days.']);
  assert.equal((await readHtml(guide)).title, 'Return');
  const wiki =
    '<body><div id="main"><ol id="breadcrumbs"><li>Space</li></ol><h1>Space : Lamp</h1><div class="page-metadata">Created by Ann</div><div class="wiki-content group"><div class="toc-macro"><ul><li>Steps</li></ul></div><h2>Steps<a class="headerlink">¶</a></h2><p>Press it.</p></div><h2>Attachments:</h2></div></body>';
  assert.deepEqual(await page(wiki), ['Steps', 'Press it.']);
  assert.deepEqual(await page('<main><p>All of it.</p><div class="article-body"></div></main>'), [
    'All of it.',
  ]);
});
