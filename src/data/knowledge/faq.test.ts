import assert from 'node:assert/strict';
import { test } from 'node:test';
import { questionsOf } from './faq.ts';
import { readHtml } from './html.ts';
import { readMarkdown } from './markdown.ts';
import type { Page } from './page.ts';
import { readPlainText } from './plain-text.ts';
import { withQuestionHeadings } from './question-blocks.ts';
import { sectionsOf } from './sections.ts';

/** Every question as [question, answer]. */
function questions(page: Page): string[][] {
  const sections = sectionsOf(withQuestionHeadings(page.blocks));
  return questionsOf(page, sections, { title: 'Help', maxWords: 200 }).map(({ question, answer }) => [
    question,
    answer,
  ]);
}

const shipping = ['Do you ship abroad?', 'We ship to all countries of Europe.'];
const payment = ['How do I pay?', 'By card or by bank transfer, as you like.'];
const both = [shipping, payment];
const [[ship, shipped], [pay, paid]] = both as [[string, string], [string, string]];

const forms: Record<string, string> = {
  headings: `<h1>FAQ</h1><h3>${ship}</h3><p>${shipped}</p><h3>${pay}</h3><p>${paid}</p>`,
  'numbered headings': `<h3>1.2. ${ship}</h3><p>${shipped}</p><h3>Q2) ${pay}</h3><p>${paid}</p>`,
  details: `<details><summary>${ship}</summary>${shipped}</details><details><summary>${pay}</summary>${paid}</details>`,
  'definition list': `<dl><dt>${ship}</dt><dd>${shipped}</dd><dt>${pay}</dt><dd>${paid}</dd></dl>`,
  'JSON-LD': `<p>Help</p><script type="application/ld+json">${JSON.stringify({
    '@graph': [
      {
        '@type': 'FAQPage',
        mainEntity: both.map(([name, text]) => ({
          '@type': 'Question',
          name,
          acceptedAnswer: { '@type': 'Answer', text },
        })),
      },
    ],
  })}</script>`,
  microdata: `<div itemscope itemtype="https://schema.org/FAQPage">${both
    .map(
      ([name, text]) =>
        `<div itemscope itemprop="mainEntity" itemtype="https://schema.org/Question"><span itemprop="name">${name}</span><div itemscope itemprop="acceptedAnswer" itemtype="https://schema.org/Answer"><div itemprop="text">${text}</div></div></div>`,
    )
    .join('')}<p>Something else below.</p></div>`,
  'bold paragraphs': `<h2>FAQ</h2><p><strong>${ship}</strong></p><p>${shipped}</p><p><b><a href="#2">${pay}</a></b></p><p>${paid}</p>`,
  'bold beginnings': `<p><strong>${ship}</strong><br>${shipped}</p><p><strong>${pay}</strong> ${paid}</p>`,
  'an accordion': `<section><button class="accordion">${ship}</button><div class="panel">${shipped}</div><button aria-expanded="false">${pay}</button><div hidden>${paid}</div></section><p>Something else below.</p><button aria-expanded="false">Menu</button>`,
  'Q and A': `<p><strong>Q: ${ship}</strong></p><p>A: ${shipped}</p><p>Q: ${pay}</p><p><b>A:</b> ${paid}</p>`,
};

for (const [name, html] of Object.entries(forms))
  test(`questions of a page as ${name}`, async () => {
    assert.deepEqual(questions(await readHtml(html)), both);
  });

test('questions in Markdown and in plain text', async () => {
  const markdown = `# FAQ\r\n\r\n**${ship}**\r\n\r\n${shipped}\r\n\r\n**Q2: ${pay}**\r\n${paid}\r\n\r\n## Imprint\r\n\r\nNot an answer.\r\n`;
  assert.deepEqual(questions(await readMarkdown(markdown, { mdx: false })), both);
  const text = `FAQ\n===\n\nQ: ${ship}\nA: ${shipped}\n\nQ: ${pay}\n\nA: ${paid}\n`;
  assert.deepEqual(questions(readPlainText(text)), both);
});

test('what a page itself calls an answer may be short, what stands below a heading not', async () => {
  const entity = { name: 'Is it free?', acceptedAnswer: { text: 'Yes.' } };
  const marked = JSON.stringify({
    '@type': 'FAQPage',
    mainEntity: [entity, { ...entity, name: 'And?', acceptedAnswer: { text: '<p> </p>' } }],
  });
  const page = await readHtml(
    `<h2>Is it blue?</h2><p>Yes.</p><script type="application/ld+json">${marked}</script>`,
  );
  assert.deepEqual(questions(page), [['Is it free?', 'Yes.']]);
});

test('what is bold, or ends with a question mark, is no question by that alone', async () => {
  const html =
    '<ul><li><b>Lost it?</b> Ask for another one.</li></ul><p><strong>Note:</strong> bring your passport with you.</p><p>Still unsure? Ask us at any time of day.</p><p><b>Questions?</b></p><p><b>Ready?</b></p>';
  const { blocks } = await readHtml(html);
  assert.deepEqual(withQuestionHeadings(blocks).filter(({ kind }) => kind === 'heading').length, 0);
});
