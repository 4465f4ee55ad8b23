import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import { readMarkdown } from './markdown.ts';
import type { Block } from './page.ts';

/** Blocks as short lines: `# heading`, `> code`, the rest as it is. */
function shown(blocks: readonly Block[]): string[] {
  return blocks.map((block) => {
    if (block.kind === 'end') return `/${block.level}`;
    if (block.kind === 'heading')
      return `${'#'.repeat(block.level)} ${block.text}${block.anchor ? ` (${block.anchor})` : ''}`;
    return block.kind === 'code' ? `> ${block.text}` : block.text;
  });
}

async function blocks(text: string, mdx = false): Promise<string[]> {
  return shown((await readMarkdown(text, { mdx })).blocks);
}

test('a Jekyll page: facts, Liquid, attributes and the HTML in it', async () => {
  const page = await readMarkdown(
    `---
title: Reset your code
permalink: /help/reset/
category: signing-in
do_list:
  - "**Driver's license** from any state"
  - A passport
---

{% capture warning %}
You will have to delete the account.
{% endcapture %}
{% include alert.html content=warning %}
{% comment %}Not for readers{% endcomment %}

{: .number-list}

1. Go to <https://example.gov>.

   Choose an address that stays *yours*.

2. Click **“Submit”** on [the page](/help/next/)
   * Not [their](https://other.example/a_b_c) page
3. Done{:class="end"}

## What we accept ## {#accept}

{% include icon-list.html items=page.do_list size='md' %}

<div class="accordion">
  <h3><button type="button">Can I turn it off?</button></h3>
  <div id="a1">
    <p>No, see the [{{ site.baseurl }}] &amp; page.</p>

    <ul>
      <li>Ask <a href="mailto:us@example.gov">us</a></li>
    </ul>
  </div>
</div>
`,
    { mdx: false },
  );
  assert.deepEqual(
    { title: page.title, address: page.address, category: page.category },
    { title: 'Reset your code', address: '/help/reset/', category: 'signing-in' },
  );
  assert.deepEqual(shown(page.blocks), [
    'You will have to delete the account.',
    '1. Go to https://example.gov.',
    '  Choose an address that stays yours.',
    '2. Click “Submit” on the page',
    '  - Not their (https://other.example/a_b_c) page',
    '3. Done',
    '## What we accept (accept)',
    "- Driver's license from any state",
    '- A passport',
    '### Can I turn it off?',
    'No, see the [] & page.',
    '- Ask us (us@example.gov)',
  ]);
});

test('lists, tables, code, quotes and definitions', async () => {
  assert.deepEqual(
    await blocks(
      [
        'Title\n=====\n\nfirst\nline\nof it  \nbroken\n\n> [!NOTE]\n> Mind *this*\n> too',
        '| Plan | Price |\n|:--|--:|\n| Basic | 5 \\| 6 |\n| `a|b` | |\n\nafter',
        '```sh\nnpm run {% raw %} <b>\n```\n\n    indented\n\n- one\n\n  ```\n  in item\n  ```\n- two\n\nterm\n: what it is\n\nHow much is it?\n: Nothing at all.',
        '[a link][target] and ![a picture](x.png) `code *x*` \\*plain\\* snake_case_name 2 < 3 & AT&T\n\n[target]: https://example.com/x "Title"',
        '***\n\n##not a heading\n\n- [ ] todo',
      ].join('\n\n'),
    ),
    [
      '# Title',
      'first line of it\nbroken',
      'Mind this too',
      'Plan: Basic; Price: 5 | 6',
      'a|b',
      'after',
      '> npm run {% raw %} <b>',
      '> indented',
      '- one',
      '  in item',
      '- two',
      'term:',
      'what it is',
      '## How much is it?',
      'Nothing at all.',
      '/2',
      'a link (https://example.com/x) and code *x* *plain* snake_case_name 2 < 3 & AT&T',
      '##not a heading',
      '- [ ] todo',
    ],
  );
});

test('MDX: imports and expressions go, components leave their content and titles', async () => {
  assert.deepEqual(
    await blocks(
      `import Tabs from '@theme/Tabs';
export const x = {
  a: 1
};

# Setup {#setup}

<Tabs>
<TabItem value="mac" label="macOS">

Run *this*{' '}first. {/* hidden */}{props.name}

</TabItem>
</Tabs>

:::tip[Good to know]

It is **free**.

:::

<Accordion title="How do I pay?">
By card.
</Accordion>

<Video src={url} />
Generic \`Array<string>\` stays.
`,
      true,
    ),
    [
      '# Setup (setup)',
      '## macOS',
      'Run this first.',
      '/2',
      'Good to know',
      'It is free.',
      '## How do I pay?',
      'By card.',
      '/2',
      'Generic Array<string> stays.',
    ],
  );
});

test('braces of raw blocks are text, kramdown puts contents in place of a list, and invisible characters go', async () => {
  const liquid = 'Write {% raw %}{{ name }} and {% if %}{% endraw %} so. {% raw %}No end.';
  assert.deepEqual(await blocks(liquid), ['Write {{ name }} and {% if %} so. No end.']);
  assert.deepEqual(await blocks('* TOC\n{:toc}\n\n1. Contents\n{: toc .x}\n\n- TOC\n- kept'), [
    '- TOC',
    '- kept',
  ]);
  assert.deepEqual(await blocks('in\u200bvisible soft\u00adhyphen\n\n\u200b'), ['invisible softhyphen']);
});

test('front matter that is wrong, TOML, redirects, questions among the facts', async () => {
  const broken = await readMarkdown('---\na: [\n---\nText here.', { mdx: false });
  assert.deepEqual(
    [shown(broken.blocks), broken.notes],
    [['Text here.'], ['its front matter is not valid YAML']],
  );
  const toml = await readMarkdown('+++\ntitle = "From Hugo"\n+++\n{{< youtube abc >}}Text.', { mdx: false });
  assert.deepEqual([toml.title, shown(toml.blocks)], ['From Hugo', ['Text.']]);
  await assert.rejects(readMarkdown('---\nredirect_to: /new/\n---\nold', { mdx: false }), {
    message: 'it only sends its readers on to /new/',
  });
  const faq = await readMarkdown('---\nfaq:\n- question: Is it free?\n  answer: Yes, **always**.\n---\n', {
    mdx: false,
  });
  assert.deepEqual(faq.questions, [{ question: 'Is it free?', answer: 'Yes, always.' }]);
  assert.deepEqual(await blocks('---\n\nA rule, not facts.\n'), ['A rule, not facts.']);
});

test('any text is read, and words outside of markup stay', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), fc.boolean(), async (text, mdx) => {
      await readMarkdown(text, { mdx });
    }),
    { numRuns: 300 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 9 }), { maxLength: 9 }),
      async (paragraphs) => {
        const text = paragraphs.map((words) => words.join(' '));
        assert.deepEqual(await blocks(text.join('\n\n')), text);
      },
    ),
  );
});

test('hostile Markdown takes linear time', { timeout: 600_000 }, async () => {
  const patterns =
    `[ | ![ | ]( | \` | \`\`x | * | **a | _a | __a_ | ~~ | < | <a  | <!-- | {% | {{ | {% comment %} | {/* | <A title=" | >  | -  |   -  | 1.  | || |
|- | # | \\ | & | ::: | \n: x | [a]( | [a]:  | <details> | </div> | = | {: | {# | !!!  | \`\`\`\n | <pre> | \ue000`
      .replaceAll('\\n', '\n')
      .split(/ \| | \|\n/);
  const attempt = async (text: string): Promise<void> => {
    await readMarkdown(text, { mdx: true }).catch((cause: Error) => assert.equal(cause.name, 'NoPage'));
  };
  for (const pattern of patterns) {
    await attempt(pattern.repeat(Math.ceil(100_000 / pattern.length)));
    await attempt(`---\n${pattern.repeat(Math.ceil(100_000 / pattern.length))}\n---\n`);
  }
  await attempt(patterns.join('').repeat(10_000));
});

test('fences within quotes, notes with an empty line, footnotes, and components in a page that ends in .md', async () => {
  const read = async (text: string): Promise<string[]> =>
    (await readMarkdown(text, { mdx: false })).blocks.map((block) =>
      'text' in block ? block.text : block.kind,
    );
  assert.deepEqual(await read('> So:\n>\n> ```yaml\n> a: 1\n>   b: 2\n> ```\n> Done.\n\nNext.'), [
    'So:',
    'a: 1\n  b: 2',
    'Done.',
    'Next.',
  ]);
  assert.deepEqual(await read('> ```\n> open\n\nNext.'), ['open', 'Next.']);
  assert.deepEqual(await read('=== "Mac"\n\n    Press F5.\n\n    ```sh\n    reset\n    ```\n\nAfter.'), [
    'Mac',
    'Press F5.',
    'reset',
    'After.',
  ]);
  assert.deepEqual(await read('It rains.[^1]\n\n[^1]: At times.\n\nSee [^x] and [x^2].'), [
    'It rains.',
    'At times.',
    'See and [x^2].',
  ]);
  const page =
    "import Tabs from '@theme/Tabs';\n\n<Tabs>\n\nAn apple.\n\n</Tabs>\n\n<List />\n\n```js\nimport x from 'y';\n```";
  assert.deepEqual(await read(page), ['An apple.', "import x from 'y';"]);
  assert.deepEqual(await read("Set <FQDN>.\n\n```js\nimport x from 'y';\n```"), [
    'Set <FQDN>.',
    "import x from 'y';",
  ]);
  for (const text of ['> '.repeat(5e5), '>```\n'.repeat(1e5), '[^'.repeat(5e5), '=== "a"\n\n'.repeat(5e4)])
    assert.ok(Array.isArray(await read(text)));
});
