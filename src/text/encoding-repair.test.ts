import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
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
  ])
    assert.equal(repairEncoding(text), text);
});

test('mends a part among sound text', () => {
  assert.equal(repairEncoding('Caf\u00c3\u00a9 Müller, Grüße'), 'Café Müller, Grüße');
});

test('text without the letters that begin a sequence is never changed', () => {
  const letter = fc.constantFrom('a', 'ä', 'ö', 'ü', 'ß', ' ', 'e', '—', '“', 'я', '中', '😀');
  fc.assert(
    fc.property(fc.array(letter, { maxLength: 60 }), (letters) => {
      const text = letters.join('');
      assert.equal(repairEncoding(text), text);
    }),
  );
});

test('a megabyte that is hostile costs little time', () => {
  for (const piece of ['Ã', 'â€', 'ðŸ', 'Ã©', 'é—“', '\u00e2\u0080'])
    repairEncoding(piece.repeat(1_000_000 / piece.length));
});
