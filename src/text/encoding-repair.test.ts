import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../test/support/properties.ts';
import { repairEncoding } from './encoding-repair.ts';

/** Reads the text's UTF-8 bytes as windows-1252, as a careless program does. */
function damage(text: string): string {
  return new TextDecoder('windows-1252').decode(new TextEncoder().encode(text));
}

const sentences = [
  'I can’t find the café on the map — is it “open”?',
  'Die Rechnung über 20 € für Herrn Müller',
  '¿Dónde está mi pedido? Mañana…',
  'Thanks 😀👍',
  'Где мой заказ',
  '我的订单在哪里',
];

for (const sentence of sentences)
  test(`mends ${sentence}`, () => {
    assert.notEqual(damage(sentence), sentence);
    assert.equal(repairEncoding(damage(sentence)), sentence);
    assert.equal(repairEncoding(damage(damage(sentence))), sentence, 'damaged twice');
  });

test('leaves what is not damaged', () => {
  for (const text of [
    ...sentences,
    'plain ASCII',
    'le café—“oui”',
    'SÃO PAULO',
    'Ângela, Ã, naïve â',
    'Ãrea',
    'é—“ ê€™',
    'Ünal™ 20 °C',
    'Spaß—Gruß—Maß—das',
    '"Spaß“, "Fuß“, "Gruß“',
  ])
    assert.equal(repairEncoding(text), text);
});

test('mends a part among sound text', () => {
  assert.equal(repairEncoding('Caf\u00c3\u00a9 Müller, Grüße'), 'Café Müller, Grüße');
});

test("words in any of Europe's letters, with marks right behind them, are never changed", () => {
  // Not Â and Ã, which with a mark behind them are no word of any language, nor œ, which is a mark's neighbour in windows-1252.
  const letter = fc.constantFrom(...'aezäöüßéèêçñøåæłðþÄÖÜÉÈÇÑØÅÆÐÞяΩ中');
  const word = fc.array(letter, { minLength: 1, maxLength: 4 }).map((letters) => letters.join(''));
  const marks = fc.constantFrom('', '.', '—', '“', '”', '’', '…', '…”', '!”', '™', ' “', ' – ');
  fc.assert(
    fc.property(fc.array(fc.tuple(word, marks), { maxLength: 30 }), (parts) => {
      const text = parts.map(([one, mark]) => `${one}${mark} `).join('');
      assert.equal(repairEncoding(text), text);
    }),
    {
      examples: [
        [
          [
            ['Spaß', '—'],
            ['Maß', '“'],
            ['groß', '…”'],
          ],
        ],
      ],
    },
  );
});

test('a megabyte that is hostile costs little time', () => {
  for (const piece of ['Ã', 'â€', 'ðŸ', 'Ã©', 'é—“', '\u00e2\u0080'])
    repairEncoding(piece.repeat(1_000_000 / piece.length));
});
