import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadLanguageDetector } from '../../text/language.ts';
import { entitiesConfig, languageConfig, toxicityConfig } from '../config/text.ts';
import type { Example, Message } from '../example.ts';
import type { RecordRule } from '../rule.ts';
import { encoding } from './encoding.ts';
import { entities } from './entities.ts';
import { language } from './language.ts';
import { toxicity } from './toxicity.ts';

const talk = (user: string, assistant: string, meta: Partial<Example['meta']> = {}): Example => ({
  messages: [
    { role: 'user', content: user },
    { role: 'assistant', content: assistant },
  ],
  meta: { id: 'a', source: 's', ...meta },
});

const messagesAfter = (rule: RecordRule, example: Example): Message[] =>
  rule.decide(example).example?.messages ?? assert.fail('dropped');
const textsAfter = (rule: RecordRule, example: Example): string[] =>
  messagesAfter(rule, example).map(({ content }) => content);

test('encoding mends every turn and says so', () => {
  const verdict = encoding.decide(talk('cafÃ©', 'Itâ€™s open'));
  assert.ok(verdict.example);
  assert.deepEqual(
    verdict.example.messages.map(({ content }) => content),
    ['café', 'It’s open'],
  );
  assert.equal(verdict.changes?.[0]?.reason, 'mended the encoding of 2 texts');
});

test('entities are written in one way, but not in code, addresses or longer words', () => {
  const rule = entities(
    entitiesConfig.parse({
      names: [{ name: 'Acme Cloud', variants: ['acmecloud', 'acme-cloud', 'C++'] }],
      urls: [{ from: 'http://old.example/help', to: 'https://help.example' }],
    }),
  );
  assert.deepEqual(
    textsAfter(
      rule,
      talk('ACMECLOUD and acme cloud, C++!', 'Read http://old.example/help/login about acme-cloud'),
    ),
    ['Acme Cloud and Acme Cloud, Acme Cloud!', 'Read https://help.example/login about Acme Cloud'],
  );
  const kept = talk('me@acmecloud.com `acmecloud login` acmeclouds', 'see https://x.example/acme-cloud/a');
  assert.equal(rule.decide(kept).example, kept);
});

test('entities are found where a script puts no space between words, whatever signs they are made of', () => {
  const rule = entities(
    entitiesConfig.parse({
      names: [
        { name: '微信支付', variants: ['微信付款', 'WeChat Pay'] },
        { name: 'ไลน์เพย์', variants: ['ไลน์ เพย์'] },
        { name: '$1 $& (R)', variants: ['.*', 'a|b', '[x]', '(order', 'a-b&&c'] },
      ],
    }),
  );
  assert.deepEqual(
    textsAfter(rule, talk('我想用微信付款买东西，用wechat pay付', 'ใช้ไลน์ เพย์จ่าย WeChat Payment')),
    ['我想用微信支付买东西，用微信支付付', 'ใช้ไลน์เพย์จ่าย WeChat Payment'],
  );
  assert.deepEqual(textsAfter(rule, talk('.* a|b, [x] (order; a-b&&c anything ab x order', '-')), [
    '$1 $& (R) $1 $& (R), $1 $& (R) $1 $& (R); $1 $& (R) anything ab x order',
    '-',
  ]);
});

test('language is noted, and what is in another one is dropped', async () => {
  const detect = await loadLanguageDetector();
  const german = talk(
    'Wo ist mein Paket? Es sollte gestern ankommen.',
    'Ich sehe gleich nach, einen Moment bitte.',
  );
  const keepAll = language(languageConfig.parse({}), detect);
  assert.equal(keepAll.decide(german).example?.meta.language, 'de');
  const englishOnly = language(languageConfig.parse({ keep: ['en'] }), detect);
  assert.equal(englishOnly.decide(german).drop, 'it is in de, not in en');
  assert.equal(
    englishOnly.decide({ ...german, meta: { ...german.meta, language: 'en-GB' } }).drop,
    undefined,
  );
  assert.equal(englishOnly.decide(talk('ok', 'ok')).drop, undefined, 'too short to tell');
});

test('a message in another language is marked', async () => {
  const rule = language(languageConfig.parse({}), await loadLanguageDetector());
  const mixed = talk(
    'I have a question about my last order: it has not arrived, the tracking page has shown the same thing for a week, and nobody has answered the two letters that I wrote to you about it.',
    'Ich kann Ihnen leider nur auf Deutsch antworten, bitte entschuldigen Sie.',
  );
  const [user, assistant] = messagesAfter(rule, mixed);
  assert.deepEqual([user!.meta?.['language'], assistant!.meta?.['language']], [undefined, 'de']);
});

test('listed words are counted, and dropped only on request', () => {
  const listed = { en: ['bastard', 'sex'], de: ['scheiße'] };
  const rude = talk('You bastard, scheiße', 'Your sex: female', { language: 'de' });
  const verdict = toxicity(toxicityConfig.parse({}), listed).decide(rude);
  assert.equal(verdict.example?.meta['toxic'], 2);
  assert.deepEqual(
    verdict.example?.messages.map(({ meta }) => meta?.['toxic']),
    [2, undefined],
  );
  for (const tag of ['DE_at', 'constructor', '__proto__'])
    assert.equal(
      toxicity(toxicityConfig.parse({}), listed).decide({ ...rude, meta: { ...rude.meta, language: tag } })
        .example?.meta['toxic'],
      tag === 'DE_at' ? 2 : 1,
      tag,
    );
  const drop = (who: string): string | undefined =>
    toxicity(toxicityConfig.parse({ drop: who }), listed).decide(rude).drop;
  assert.equal(drop('assistant'), undefined);
  assert.equal(drop('anyone'), 'the user uses words from the list of abuse');
  assert.equal(
    toxicity(toxicityConfig.parse({ allow: ['Bastard', 'scheiße'] }), listed).decide(rude).example,
    rude,
  );
});
