import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { paragraph, writeDocx } from '../../test/support/docx-writer.ts';
import { writePdf } from '../../test/support/pdf-writer.ts';
import { type ProgressEvent } from '../base/progress.ts';
import { collect } from './collect.ts';
import { collectFiles } from './collect-files.ts';
import { collectConfig } from './config.ts';
import type { Example } from './example.ts';
import { type Passage, readPassages } from './knowledge/passage.ts';
import type { LedgerEntry } from './ledger.ts';

const help = join(import.meta.dirname, '../../recipes/customer-support/data/knowledge');
const signal = new AbortController().signal;

function folderOf(files: Record<string, string | Buffer>): string {
  const folder = mkdtempSync(join(tmpdir(), 'attune-knowledge-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

async function run(projectFolder: string, knowledge: object[], more: object = {}) {
  const outputFolder = mkdtempSync(join(tmpdir(), 'attune-collected-'));
  const events: ProgressEvent[] = [];
  const config = collectConfig.parse({ knowledge, ...more });
  const report = (event: ProgressEvent): void => void events.push(event);
  const summary = await collect({ config, projectFolder, outputFolder, seed: 1, report, signal });
  const passages: Passage[] = [];
  for await (const passage of readPassages(join(outputFolder, 'passages.jsonl'))) passages.push(passage);
  return {
    summary,
    events,
    passages,
    bytes: readFileSync(join(outputFolder, 'passages.jsonl'), 'utf8'),
    examples: lines<Example>(outputFolder, 'examples'),
    ledger: lines<LedgerEntry>(outputFolder, 'ledger'),
  };
}

function lines<T>(folder: string, name: string): T[] {
  const text = readFileSync(join(folder, `${name}.jsonl`), 'utf8').trimEnd();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as T);
}

test('a help centre in four languages: titles, sections, links, languages, and its questions', async () => {
  const { summary, passages, examples, ledger } = await run(
    help,
    ['en', 'es', 'fr', 'zh'].map((path) => ({ path, base_url: 'https://login.gov/' })),
    { system_prompt: 'S', topics: { 'verify-your-identity': 'V' } },
  );
  const counts = { pages: 62, left_out: 2, bad: 0 };
  assert.deepEqual(
    Object.entries(summary['knowledge'] as object).map(([name, { pages, left_out, bad }]) => [
      name,
      { pages, left_out, bad },
    ]),
    ['en', 'es', 'fr', 'zh'].map((name) => [name, counts]),
  );
  for (const passage of passages) {
    assert.doesNotMatch(passage.text, /\{%|%\}|\{\{|\{:|<\/?(?:div|p|li|button)\b|\]\(|\*\*/, passage.id);
    assert.equal(passage.language, passage.source, passage.id);
    assert.match(
      passage.url!,
      /^https:\/\/login\.gov\/(?:(?:es|fr|zh)\/)?(?:help|policy|contact|what-is-login|accessibility|about)/,
    );
  }
  assert.equal(new Set(passages.map(({ id }) => id)).size, passages.length);
  const phone = passages.find(({ text }) => text.includes('Google Voice'))!;
  assert.deepEqual(phone, {
    id: 'en/help/verify-your-identity/phone-number.md#1',
    text: phone.text,
    title: 'Verify my phone number',
    url: 'https://login.gov/help/verify-your-identity/phone-number/',
    language: 'en',
    source: 'en',
    place: 'en/help/verify-your-identity/phone-number.md#1',
  });
  // Kept: lists among the page's facts and captured warnings. Left out: the list of other articles.
  assert.match(phone.text, /We do not accept:\n\n?- International numbers/);
  assert.ok(
    passages.some(({ text }) =>
      text.includes('you will have to delete your account and create a new account.'),
    ),
  );
  assert.ok(
    !passages.some(({ section = '' }) =>
      /Related articles|Otros artículos|Articles connexes|相关文章/.test(section),
    ),
  );
  assert.equal(
    ledger.filter(({ reason }) => reason?.startsWith('left out a section that is only links')).length,
    208,
  );
  assert.deepEqual(
    ledger
      .filter(({ action }) => action === 'dropped')
      .map(({ place, reason }) => `${place}: ${reason}`)
      .slice(0, 2),
    ['contact-submitted', 'contact'].map((name) => `en/policy/${name}.md: there is no text in it`),
  );
  const question = examples.find(({ messages }) => messages[1]!.content === 'What ID can I use?')!;
  assert.deepEqual(question.messages[0], { role: 'system', content: 'V' });
  assert.match(
    question.messages[2]!.content,
    /^Login\.gov accepts these ID types:\n\n- Driver's license from all 50 states/,
  );
  assert.deepEqual(question.meta, {
    id: 'en/help/verify-your-identity/accepted-id-type.md#question-1',
    conversation: 'page en/help/verify-your-identity/accepted-id-type.md',
    source: 'en',
    language: 'en',
    topic: 'verify-your-identity',
    url: 'https://login.gov/help/verify-your-identity/accepted-id-type/',
    kind: 'faq',
    place: 'en/help/verify-your-identity/accepted-id-type.md',
  });
  const asked = new Set(examples.map(({ messages }) => messages[1]!.content));
  for (const one of [
    'How do I create a Login.gov account?',
    '¿Cómo creo una cuenta de Login.gov?',
    'Comment puis-je créer un compte Login.gov?',
    '我如何设立 Login.gov 账户？',
  ])
    assert.ok(asked.has(one), one);
});

test('a folder of everything: each file is read or has its reason, in an order of its own', async () => {
  const files: Record<string, string | Buffer> = {
    'docs/a.md': '# First page\n\nSome text about it.',
    'docs/a/b.txt': 'Guide\n\nA paragraph that was\nbroken for its width.',
    'docs/z.docx': writeDocx(paragraph('A sentence in Word.')),
    'docs/é.html': '<html lang="fr"><title>Été | Site</title><body><p>Ouvert tout l’été.</p></body></html>',
    'docs/手册.pdf': writePdf([
      [{ text: 'On a page of paper.', y: 700 }],
      [{ text: 'And on the next one.', y: 700 }],
    ]),
    'docs/copy.md': '# First page\n\nSome text about it.',
    'docs/_index.md': '---\ntitle: Only facts\n---\n',
    'docs/broken.pdf': '%PDF-1.7 nothing',
    'docs/picture.png': 'x',
    'docs/LICENSE': 'x',
    'docs/latin.txt': Buffer.from([0x61, 0xe9, 0x62]),
    'docs/old.html': '<meta http-equiv="refresh" content="0;url=/a">',
    'docs/Act(2019-01-01).md': 'The old act.',
    'docs/Act(2023-12-29).md': '# Act\n\nThe new act.',
    'docs/.hidden.md': 'hidden',
    'docs/node_modules/x.md': 'not ours',
  };
  const folder = folderOf(files);
  symlinkSync('..', join(folder, 'docs/a/loop'));
  symlinkSync('/etc/passwd', join(folder, 'docs/passwd.txt'));
  const { passages, ledger, bytes, summary } = await run(folder, [
    { path: './docs', name: 'kb', base_url: 'https://x.example/kb' },
  ]);
  assert.deepEqual(
    ledger.filter(({ action }) => action !== 'changed').map(({ place, reason }) => `${place}: ${reason}`),
    [
      'Act(2019-01-01).md: Act(2023-12-29).md beside it is a newer version',
      'Act(2023-12-29).md: 1 passage, 0 questions',
      'LICENSE: its name has no ending that says what it is',
      '_index.md: there is no text in it',
      'a/b.txt: 1 passage, 0 questions',
      'a/loop: it is a link, and links are not followed',
      'a.md: 1 passage, 0 questions',
      'broken.pdf: it is no PDF file that can be read (InvalidPDFException)',
      'copy.md: it has the same text as ./docs/a.md',
      'latin.txt: it is not UTF-8 and names no other encoding',
      'old.html: it only sends its readers on to /a',
      'passwd.txt: it is a link, and links are not followed',
      'picture.png: .png files are not read',
      'z.docx: 1 passage, 0 questions',
      'é.html: 1 passage, 0 questions',
      '手册.pdf: 1 passage, 0 questions',
    ].map((line) => `./docs/${line}`),
  );
  assert.deepEqual(
    passages.map(({ title, text, url, place }) => [title, text, url, place]),
    [
      ['Act (2023-12-29)', 'The new act.', 'Act(2023-12-29)', 'Act(2023-12-29).md#1'],
      ['Guide', 'Guide\n\nA paragraph that was broken for its width.', 'a/b.txt', 'a/b.txt#1'],
      ['First page', 'Some text about it.', 'a', 'a.md#1'],
      ['z', 'A sentence in Word.', 'z.docx', 'z.docx#1'],
      ['Été', 'Ouvert tout l’été.', '%C3%A9.html', 'é.html#1'],
      [
        '手册',
        'On a page of paper.\n\nAnd on the next one.',
        '%E6%89%8B%E5%86%8C.pdf#page=1',
        '手册.pdf#page=1',
      ],
    ].map(([title, text, url, place]) => [title, text, `https://x.example/kb/${url}`, `./docs/${place}`]),
  );
  assert.deepEqual(summary['knowledge'], {
    kb: { pages: 6, left_out: 8, bad: 2, passages: 6, questions: 0 },
  });
  assert.equal(
    (await run(folder, [{ path: './docs', name: 'kb', base_url: 'https://x.example/kb' }])).bytes,
    bytes,
  );
  const listed = await collectFiles(collectConfig.parse({ knowledge: [{ path: 'docs' }] }), folder);
  assert.deepEqual(listed.map((file) => relative(folder, file)).includes('docs/passwd.txt'), false);
  assert.equal(listed.length, 13);
});

test('a sitemap chooses the pages; those it lists in vain are in the ledger', async () => {
  const url = (path: string): string =>
    `<url><loc>https://x.example${path}</loc><image:image><image:loc>https://x.example/p.png</image:loc></image:image></url>`;
  const folder = folderOf({
    'site/index.html': '<main><h1>Home</h1><p>Welcome to all of you.</p></main>',
    'site/help/pay.html': '<h1>Pay</h1><p>By card &amp; cash.</p>',
    'site/help/é/index.html': '<h1>Accents</h1><p>They work here.</p>',
    'site/unlisted.html': '<p>Nobody lists me.</p>',
    'secret.md': 'Not in the site.',
    'maps/sitemap.xml':
      '<sitemapindex><sitemap><loc>https://x.example/one.xml</loc></sitemap><sitemap><loc>https://x.example/sitemap.xml</loc></sitemap></sitemapindex>',
    'maps/one.xml': `<?xml version="1.0"?><urlset>${['/', '/help/pay', '/help/%C3%A9/', '/gone?a=1&amp;b=2', '/%2e%2e/secret.md', '/help/pay'].map(url).join('\n')}</urlset>`,
  });
  const knowledge = [{ path: 'site', sitemap: 'maps/sitemap.xml', base_url: 'https://x.example' }];
  const { passages, ledger } = await run(folder, knowledge);
  assert.deepEqual(
    passages.map(({ title, url: address }) => [title, address]),
    [
      ['Home', 'https://x.example/'],
      ['Pay', 'https://x.example/help/pay'],
      ['Accents', 'https://x.example/help/%C3%A9/'],
    ],
  );
  assert.deepEqual(
    ledger.filter(({ action }) => action === 'dropped').map(({ place, reason }) => `${place}: ${reason}`),
    [
      'site/gone: the sitemap lists it, but there is no such file',
      'site/secret.md: the sitemap lists it, but there is no such file',
    ],
  );
  await assert.rejects(run(folder, [{ path: 'site', sitemap: 'site/index.html' }]), {
    message: /is not a sitemap: it begins with <main>/,
  });
});

test('a sitemap that cannot be read costs no other; what is nested deep is none', async () => {
  const list = (tag: string, path: string): string => `<${tag}><loc>https://x.example${path}</loc></${tag}>`;
  const deep = `<urlset>${'<url>'.repeat(12)}${'</url>'.repeat(12)}</urlset>`;
  const bomb =
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' +
    `<urlset>${list('url', '/&b;')}</urlset>`;
  const folder = folderOf({
    'site/pay.html': '<h1>Pay</h1><p>By card &amp; cash.</p>',
    'map.xml': `<sitemapindex>${['/gone.xml', '/deep.xml', '/bomb.xml', '/pages.xml'].map((path) => list('sitemap', path)).join('')}</sitemapindex>`,
    'deep.xml': deep,
    'bomb.xml': bomb,
    'pages.xml': `<urlset>${list('url', '/pay')}</urlset>`.replaceAll('><', '>\r\n<'),
  });
  const { passages, ledger } = await run(folder, [{ path: 'site', sitemap: 'map.xml' }]);
  assert.deepEqual(
    passages.map(({ title }) => title),
    ['Pay'],
  );
  const left = ledger
    .filter(({ action }) => action === 'dropped')
    .map(({ place, reason }) => `${place} ${reason}`);
  assert.match(left[0] ?? '', /^site\/gone\.xml the sitemap names it, but it cannot be read: .*no such file/);
  assert.match(left[1] ?? '', /^site\/deep\.xml .*deep\.xml is not a sitemap/);
  assert.match(left[2] ?? '', /the sitemap lists it, but there is no such file/);
  assert.deepEqual(
    (await collectFiles(collectConfig.parse({ knowledge: [{ path: 'site', sitemap: 'map.xml' }] }), folder))
      .map((file) => relative(folder, file))
      .sort(),
    ['bomb.xml', 'map.xml', 'pages.xml', join('site', 'pay.html')],
  );
  await assert.rejects(run(folder, [{ path: 'site', sitemap: 'deep.xml' }]), {
    code: 'data',
    message: /deep\.xml is not a sitemap/,
  });
});

test('sitemaps that are compressed are unpacked, within limits', async () => {
  const list = (tag: string, path: string): string => `<${tag}><loc>https://x.example${path}</loc></${tag}>`;
  const folder = folderOf({
    'site/pay.html': '<h1>Pay</h1><p>By card &amp; cash.</p>',
    'map.xml.gz': gzipSync(
      `<sitemapindex>${['/cut.xml.gz', '/bomb.xml.gz', '/pages.xml.gz'].map((path) => list('sitemap', path)).join('')}</sitemapindex>`,
    ),
    'cut.xml.gz': gzipSync(list('url', '/pay')).subarray(0, 20),
    'bomb.xml.gz': gzipSync(Buffer.alloc(101 * 1024 * 1024, ' ')),
    'pages.xml.gz': gzipSync(`<urlset>${list('url', '/pay')}</urlset>`),
  });
  const { passages, ledger } = await run(folder, [{ path: 'site', sitemap: 'map.xml.gz' }]);
  assert.deepEqual(
    passages.map(({ title }) => title),
    ['Pay'],
  );
  const left = ledger.filter(({ action }) => action === 'dropped').map(({ reason }) => reason);
  assert.match(
    left.join('\n'),
    /cut\.xml\.gz is damaged: it cannot be unpacked\n.*bomb\.xml\.gz unpacks to over/,
  );
});

test('folders more than 64 deep are left out, and told', async () => {
  const folder = folderOf({
    'kb/a.md': 'Text of the first page.',
    [`kb/${'d/'.repeat(64)}b.md`]: 'Text of the deepest page.',
    [`kb/${'d/'.repeat(65)}c.md`]: 'Text that is too deep.',
  });
  const { passages, ledger } = await run(folder, [{ path: 'kb' }]);
  assert.equal(passages.length, 2);
  assert.match(
    ledger.find(({ action }) => action === 'dropped')?.reason ?? '',
    /it is a folder more than 64 deep/,
  );
});

test('questions and answers that pages mark up become examples, each once', async () => {
  const folder = folderOf({
    'faq.html': `<title>Help</title><script type="application/ld+json">{"@type":"FAQPage","mainEntity":[{"@type":"Question","name":"Is it free?","acceptedAnswer":{"@type":"Answer","text":"<p>Yes, and it will always be.</p>"}}]}</script>
<main><h2>Is it free</h2><p>Shown below as well, in other words.</p><h2>Wie kündige ich?</h2><p>Schreiben Sie uns eine Nachricht.</p><h2>Imprint</h2><p>No question here at all.</p></main>`,
    'long.md': `# Why does it take so long?\n\n${'It has many parts. '.repeat(200)}\n\n## Parts\n\nMore text.`,
  });
  const { examples, passages } = await run(folder, [{ path: '.', name: 'kb' }]);
  assert.deepEqual(
    examples.map(({ messages }) => messages.slice(1).map(({ content }) => content)),
    [
      ['Is it free?', 'Yes, and it will always be.'],
      ['Wie kündige ich?', 'Schreiben Sie uns eine Nachricht.'],
    ],
  );
  assert.deepEqual(
    passages.filter(({ url }) => url !== undefined),
    [],
  );
});

test('what is wrong with the settings or the folder is said', async () => {
  const problem = (config: object): string => collectConfig.safeParse(config).error!.issues[0]!.message;
  assert.match(problem({}), /name at least one source, or a knowledge base/);
  assert.match(
    problem({ sources: [{ jsonl: 'a' }], knowledge: [{ path: 'a' }] }),
    /two sources are called "a"/,
  );
  assert.match(
    problem({ knowledge: [{ path: 'a' }], passages: { max_words: 50, min_words: 60 } }),
    /min_words must not be over/,
  );
  await assert.rejects(run(folderOf({}), [{ path: 'nowhere' }]), { code: 'storage' });
  await assert.rejects(run(folderOf({ 'a.png': 'x' }), [{ path: '.' }]), {
    code: 'data',
    message: /holds no page that could be read\n {2}\.\/a\.png: \.png files are not read/,
  });
  const big = folderOf({ 'big.md': Buffer.alloc(17 * 1024 * 1024, 'a '), 'small.md': 'Some text.' });
  const { ledger } = await run(big, [{ path: '.' }]);
  assert.equal(ledger[0]!.reason, 'it is 17825792 bytes long, over 16777216');
  rmSync(big, { recursive: true });
});
