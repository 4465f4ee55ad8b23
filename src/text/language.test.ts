import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadLanguageDetector } from './language.ts';

const detect = await loadLanguageDetector();

const sentences: [language: string, text: string][] = [
  ['en', 'I would like to know where my parcel is, it should have come yesterday.'],
  ['es', 'Quisiera saber dónde está mi pedido, tenía que llegar ayer por la tarde.'],
  ['fr', 'Je voudrais savoir où est mon colis, il devait arriver hier après-midi.'],
  ['de', 'Ich möchte wissen, wo mein Paket ist, es hätte gestern ankommen sollen.'],
  ['zh', '请问我的包裹在哪里?昨天就应该到了。'],
  ['ja', '荷物はどこにありますか。昨日届くはずでした。'],
  ['ru', 'Скажите, пожалуйста, где моя посылка? Она должна была прийти вчера.'],
];

for (const [language, text] of sentences) test(language, () => assert.equal(detect(text), language));

test('says nothing of what is too short or in no language', () => {
  for (const text of ['', 'ok', 'Hi there', '12345 67890', 'https://example.com/some/long/path/to/a/page'])
    assert.equal(detect(text), undefined, text);
});

test('a text with some English words in it is not taken for English', () => {
  const mixed: [language: string, text: string][] = [
    [
      'de',
      'Bitte schicken Sie mir das Update für "Get to the Top" und sagen Sie mir, wie lange es noch dauert.',
    ],
    [
      'nl',
      'Kunt u mij vertellen hoe ik de app "What you need" op mijn telefoon kan installeren, want dat lukt niet.',
    ],
    ['pl', 'Proszę o informację, czy to jest dobra wersja i kiedy będzie można ją pobrać ze strony sklepu.'],
    [
      'pt',
      'Não consigo entrar no aplicativo, aparece "please try again", e eu preciso dele hoje para o trabalho.',
    ],
  ];
  for (const [language, text] of mixed) assert.equal(detect(text), language);
});

test('reads no more of a long text than it needs', () => {
  assert.equal(
    detect(`${'x'.repeat(50)}\n${'I would like to know where my parcel is. '.repeat(25_000)}`),
    'en',
  );
  detect('a@'.repeat(500_000));
});
