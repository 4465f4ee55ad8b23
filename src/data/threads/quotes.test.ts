import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/properties.ts';
import { isEncryptedText, withoutArmour } from './armour.ts';
import { stripQuotes } from './quotes.ts';
import { stripSignature } from './signatures.ts';

const own = 'It works now.\n\nThe second lamp is still dark, though.';

const quotedForms: Record<string, string> = {
  gmail:
    'On Tue, Mar 12, 2024 at 11:05 AM Ann Lee <ann@desk.example> wrote:\n\n> Please try again.\n>> older\n> bye',
  'gmail, wrapped':
    'On Tue, Mar 12, 2024 at 11:05 AM Ann Lee <\nann@desk.example> wrote:\n> Please try again.',
  'attribution over an unmarked copy':
    'On 12 March 2024 at 11:05, Ann Lee wrote:\n\nPlease try again.\n\nAnn',
  'a name alone': 'Ann Lee wrote:\n> Please try again.',
  'a name alone, French': 'Ann Lee a écrit :\n> Réessayez.',
  german: 'Am 12.03.2024 um 11:05 schrieb Ann Lee <ann@desk.example>:\n> Bitte noch einmal.',
  'german, Gmail': 'Ann Lee <ann@desk.example> schrieb am Di., 12. März 2024, 11:05:\n> Bitte noch einmal.',
  french: 'Le mar. 12 mars 2024 à 11:05, Ann Lee <ann@desk.example> a écrit\u00a0:\n> Réessayez.',
  spanish: 'El mar, 12 mar 2024 a las 11:05, Ann Lee (<ann@desk.example>) escribió:\n> Pruebe otra vez.',
  chinese: '在 2024年3月12日 11:05，Ann Lee <ann@desk.example> 写道：\n> 请再试一次',
  'outlook, english':
    'From: Ann Lee <ann@desk.example>\nSent: Tuesday, March 12, 2024 11:05 AM\nTo: Ida\nSubject: RE: Lamp\n\nPlease try again.',
  'outlook, german':
    '________________________________\nVon: Ann Lee\nGesendet: Dienstag, 12. März 2024 11:05\nAn: Ida\nBetreff: AW: Lampe\n\nBitte noch einmal.',
  'outlook, french':
    'De : Ann Lee\nEnvoyé : mardi 12 mars 2024 11:05\nÀ : Ida\nObjet : RE: Lampe\n\nRéessayez.',
  'outlook, spanish':
    '*De:* Ann Lee\n*Enviado:* martes, 12 de marzo de 2024 11:05\n*Para:* Ida\n*Asunto:* RE: Lámpara\n\nPruebe.',
  'Gmail, Chinese': 'Ann Lee <ann@desk.example> 于2024年3月12日周二 11:05写道：\n\n> 请再试一次',
  'Gmail, Polish': 'wt., 12 mar 2024 o 11:05 Ann Lee <ann@desk.example> napisał(a):\n\n> Jeszcze raz.',
  'Gmail, Russian': 'вт, 12 мар. 2024 г. в 11:05, Ann Lee <ann@desk.example>:\n\n> Ещё раз.',
  'Gmail, Finnish, wrapped':
    'ti 12. maalisk. 2024 klo 11.05 Ann Lee\n(ann@desk.example) kirjoitti:\n\n> Uudelleen.',
  'Gmail, Turkish': 'Ann Lee <ann@desk.example>, 12 Mar 2024 Sal, 11:05 tarihinde şunu yazdı:\n\n> Yine.',
  'Gmail, Korean': '2024년 3월 12일 (화) 오전 11:05, Ann Lee <ann@desk.example>님이 작성:\n\n> 다시.',
  'Gmail, Polish, over an unmarked copy':
    'wt., 12 mar 2024 o 11:05 Ann Lee <ann@desk.example> napisał(a):\nJeszcze raz.\nAnn',
  'Gmail, Russian, over an unmarked copy':
    'вт, 12 мар. 2024 г. в 11:05, Ann Lee <ann@desk.example>:\nЕщё раз.',
  'Gmail, Korean, over an unmarked copy':
    '2024년 3월 12일 (화) 오전 11:05, Ann Lee <ann@desk.example>님이 작성:\n다시.',
  'Gmail, Arabic, over an unmarked copy':
    'في الثلاثاء، 12 مارس 2024 في 11:05 ص تمت كتابة ما يلي بواسطة Ann Lee <\u200eann@desk.example\u200e>:\nمرة أخرى.',
  'Gmail, Hebrew, over an unmarked copy':
    '\u202bבתאריך יום ג׳, 12 במרץ 2024 ב-11:05 מאת \u202aAnn Lee\u202c\u200f <ann@desk.example>:\u202c\nשוב.',
  'Gmail, Vietnamese, over an unmarked copy':
    'Vào Th 3, 12 thg 3, 2024 vào lúc 11:05 Ann Lee <ann@desk.example> đã viết:\nLại đi.',
  'Gmail, Finnish, over an unmarked copy':
    'ti 12. maalisk. 2024 klo 11.05 Ann Lee (ann@desk.example) kirjoitti:\nUudelleen.',
  'outlook, polish':
    'Od: Ann Lee\nWysłano: wtorek, 12 marca 2024 11:05\nDo: Ida\nTemat: RE: Lampa\n\nJeszcze raz.',
  'outlook, russian':
    'От: Ann Lee\nОтправлено: 12 марта 2024 г. 11:05\nКому: Ida\nТема: RE: Лампа\n\nЕщё раз.',
  'outlook, japanese':
    '差出人: Ann Lee\n送信日時: 2024年3月12日 11:05\n宛先: Ida\n件名: RE: ランプ\n\nもう一度。',
  'outlook, czech':
    'Od: Ann Lee\nOdesláno: úterý 12. března 2024 11:05\nKomu: Ida\nPředmět: RE: Lampa\n\nZnovu.',
  'outlook, turkish':
    'Kimden: Ann Lee\nGönderildi: 12 Mart 2024 Salı 11:05\nKime: Ida\nKonu: RE: Lamba\n\nYine.',
  'outlook, korean':
    '보낸 사람: Ann Lee\n보낸 날짜: 2024년 3월 12일\n받는 사람: Ida\n제목: RE: 램프\n\n다시.',
  'original message': '-----Original Message-----\nFrom: Ann\nPlease try again.',
  'original message, german': '-----Ursprüngliche Nachricht-----\nBitte noch einmal.',
  'reply above': '##- Please type your reply above this line -##\n\nTom (Desk)\n12 Mar',
};

for (const [name, quote] of Object.entries(quotedForms))
  test(`quotes are stripped: ${name}`, () => {
    assert.deepEqual(stripQuotes(`${own}\n\n${quote}\n`), { text: own, quoted: true });
    assert.deepEqual(stripQuotes(`${own}\r\n\r\n${quote.replaceAll('\n', '\r\n')}`), {
      text: own,
      quoted: true,
    });
  });

test('answers between quoted lines stay', () => {
  const text = 'Hello,\n\nAnn wrote on Monday:\n> which lamp?\n\nThe left one.\n\n> since when?\nSunday.';
  assert.equal(stripQuotes(text).text, 'Hello,\n\nAnn wrote on Monday:\n\nThe left one.\n\nSunday.');
  const dated = 'On Mon, 11 Mar 2024 10:00, Ann wrote:\n> which lamp?\nThe left one.';
  assert.equal(stripQuotes(dated).text, 'The left one.');
});

test('what only looks like a quote stays', () => {
  for (const text of [
    'Hello.\nOn Monday I wrote:\nplease send it, but nothing came.',
    'The label says:\nFrom: Lyon\nDate: Monday\nand nothing else.',
    'Hello,\nFrom: the shop in Lyon\nto: my address\nis that how I fill in the label?',
    'I need three things:\n- a lamp\n- a switch -----\n',
    'Von mir aus gern.\nAn welche Adresse?',
    'a -> b\n1 > 0',
    'Write to ann@desk.example before 12 March 2024:\nthe offer ends then.',
  ])
    assert.deepEqual(stripQuotes(text), { text: text.trim(), quoted: false });
});

test('a message that only forwards another keeps it', () => {
  const forwarded =
    'FYI\n\n---------- Forwarded message ---------\nFrom: Bank\nDate: Monday\nSubject: Invoice\n\nPlease pay.';
  assert.equal(stripQuotes(forwarded).text, forwarded);
  const bare =
    'From: Bank <b@example.org>\nSent: Monday, March 11, 2024 9:00 AM\nSubject: Invoice\n\nPlease pay.';
  assert.equal(stripQuotes(bare).text, bare);
});

test('nothing that the writer wrote above a quote is lost', () => {
  const line = fc
    .stringMatching(/^[A-Za-z0-9 ,.?!äöü中文:()<@-]{0,60}$/)
    .filter(
      (text) =>
        !/^\s*(?:>|on\b|am\b|von\b|le\b|el\b|em\b|il\b|op\b|den\b|på\b|from|de\b|da\b|van\b|fra|-|\d{4})/i.test(
          text,
        ),
    )
    .filter((text) => !/wrote|schrieb|escrib|écrit/i.test(text));
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 8 }),
      fc.constantFrom(...Object.values(quotedForms)),
      (lines, quote) => {
        const text = `x${lines.join('\n')}`.replace(/\n{3,}/g, '\n\n').trim();
        assert.equal(stripQuotes(`${text}\n\n${quote}`).text, text);
        assert.equal(stripQuotes(text).text, text);
      },
    ),
    { numRuns: 500 },
  );
});

test('quotes of any depth and length, and lines made to be slow', () => {
  const hostile = [
    `ok\n${'>'.repeat(1e6)} deep`,
    `ok\n${'> '.repeat(5e5)}`,
    `ok\n${'> x\n'.repeat(2.5e5)}`,
    `ok\n${'On 2024 '.repeat(1.3e5)}`,
    `ok\n${'On 2024 10:00\n'.repeat(7e4)}`,
    `ok\n${'From: x\n'.repeat(1.3e5)}`,
    `ok\n${'_'.repeat(1e6)}\n${'-'.repeat(1e6)}`,
    `ok\n${'Le a écrit '.repeat(9e4)}`,
    `ok\n${'a <b@c.d> schrieb '.repeat(5e4)}`,
    `ok\n${'\n'.repeat(1e6)}`,
    `ok\n${'Sent from my iPhone\n'.repeat(5e4)}`,
    `ok\n${'Thanks,\nAnn\n'.repeat(9e4)}`,
    `ok\nThis e-mail${' any'.repeat(2.5e5)}`,
    `ok\nThanks,\n${'A '.repeat(5e5)}`,
    `ok\n${'-- \n'.repeat(2.5e5)}`,
  ];
  for (const text of hostile) assert.ok(stripSignature(stripQuotes(text).text).text.startsWith('ok'));
});

test('signatures are stripped', () => {
  const body = 'The lamp flickers.\n\nCan you help?';
  for (const signature of [
    '-- \nIda Berg\nBergheim',
    '--\nIda',
    'Sent from my iPhone',
    'Von meinem iPhone gesendet',
    'Envoyé de mon iPhone',
    'Enviado desde mi iPhone',
    'Get Outlook for iOS',
    'Best regards,\nIda Berg',
    'Thanks!\nIda',
    'Cheers! 👋\nIda',
    'Viele Grüße 🙂\nIda Berg',
    'Kind regards\n\nDr. Ida van der Berg\nHead of Lighting\nBerg Ltd. | www.berg.example\nTel. +44 20 7946 0991',
    'Mit freundlichen Grüßen\nIda Berg',
    'Cordialement,\nIda Berg',
    'Un saludo\nIda',
    'Regards,\nIda\n\nSent from my iPad\n\nThis e-mail and any attachments are confidential and intended for the addressee.\nDelete it otherwise.',
    'CONFIDENTIALITY NOTICE: for the addressee only.',
    'Skickat från min iPhone',
    'Sendt fra min iPad',
    'Lähetetty iPhonesta',
    "Wysłane z iPhone'a",
    'Отправлено с iPhone',
    'iPhoneから送信',
    'Odesláno z iPhonu',
    "iPhone'umdan gönderildi",
    '나의 iPhone에서 보냄',
    'Verstuurd vanaf mijn iPhone',
    'Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.',
  ])
    assert.deepEqual(stripSignature(`${body}\n\n${signature}\n`), { text: body, signature: true }, signature);
});

test('what belongs to the matter is no signature', () => {
  for (const text of [
    'The lamp flickers. Thanks!',
    'Please help.\nThank you',
    'Thanks,\nit works now',
    'Regards,\nIda\nPS: my order is 12345',
    'Steps:\n--flag is needed\nthen restart',
    'Best\nway to reset it?',
    'Thank you for the quick answer.\nCan you also send the invoice to accounts?',
  ])
    assert.deepEqual(stripSignature(text), { text, signature: false }, text);
});

test('a message that begins with the line to reply above is what stands below it', () => {
  const line = '##- Please type your reply above this line -##';
  assert.deepEqual(stripQuotes(`${line}\n\nYour request was received.`), {
    text: 'Your request was received.',
    quoted: false,
  });
});

test('a message in PGP armour is what was signed', () => {
  const armour = [
    '-----BEGIN PGP SIGNED MESSAGE-----',
    'Hash: SHA256',
    '',
    own,
    '- --',
    'Ida',
    '-----BEGIN PGP SIGNATURE-----',
    '',
    'iQEzBAEBCAAdFiEE',
    '=abcd',
    '-----END PGP SIGNATURE-----',
  ].join('\n');
  assert.deepEqual(withoutArmour(armour), `${own}\n--\nIda\n`);
  assert.deepEqual(withoutArmour(`${armour}\nSent from a list`), `${own}\n--\nIda\n\nSent from a list`);
  assert.equal(withoutArmour(own), own);
  assert.equal(
    isEncryptedText('\n-----BEGIN PGP MESSAGE-----\nVersion: 2\n\nhQEM\n-----END PGP MESSAGE-----'),
    true,
  );
  assert.equal(isEncryptedText(`${own}\n-----BEGIN PGP MESSAGE-----`), false);
});
