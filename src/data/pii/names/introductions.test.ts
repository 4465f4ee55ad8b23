import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marked } from '../../../../test/support/marked-text.ts';
import { introducedElsewhere } from './introductions.ts';
import { names } from './name-recogniser.ts';

test('names in Arabic, Hebrew, Hindi and Thai where the sentence says that one follows', () => {
  const cases: [text: string, expected: string][] = [
    ['اسمي أحمد علي وأريد المساعدة', 'اسمي [NAME] وأريد المساعدة'],
    ['الاسم: فاطمة الزهراء', 'الاسم: [NAME]'],
    ['שמי דוד כהן ואני צריך עזרה', 'שמי [NAME] ואני צריך עזרה'],
    ['קוראים לי יעל', 'קוראים לי [NAME]'],
    ['मेरा नाम राहुल शर्मा है', 'मेरा नाम [NAME] है'],
    ['नाम: प्रिया वर्मा', 'नाम: [NAME]'],
    ['ผมชื่อสมชาย ใจดี', 'ผมชื่อ[NAME]'],
    ['ดิฉันชื่อมาลีค่ะ', 'ดิฉันชื่อ[NAME]ค่ะ'],
  ];
  for (const [text, expected] of cases) assert.equal(marked(introducedElsewhere, text), expected);
  for (const text of ['اسم المنتج', 'שם המוצר', 'मेरा ऑर्डर नाम नहीं है', 'ชื่อสินค้า', 'my name is Anna'])
    assert.equal(marked(introducedElsewhere, text), text);
});

test('Russian, Ukrainian and Greek names, without the words before them', () => {
  const cases: [text: string, expected: string][] = [
    [
      'Здравствуйте, меня зовут Анна Петрова, где мой заказ?',
      'Здравствуйте, меня зовут [NAME], где мой заказ?',
    ],
    ['Добрый день! Это Иван Сергеевич Кузнецов.', 'Добрый день! Это [NAME].'],
    ['Уважаемая Ольга Викторовна, заказ отправлен.', 'Уважаемая [NAME], заказ отправлен.'],
    ['Доброго дня, мене звати Оксана Гриневська.', 'Доброго дня, мене звати [NAME].'],
    ['Γεια σας, με λένε Μαρία Παπαδοπούλου.', 'Γεια σας, με λένε [NAME].'],
    ['Ονομάζομαι Γιώργος Νικολάου', 'Ονομάζομαι [NAME]'],
  ];
  for (const [text, expected] of cases) assert.equal(marked(names, text), expected);
  for (const text of [
    'Почему Самсунг не работает? Заказ в Москву',
    'Купил телефон вчера. Спасибо за помощь!',
  ])
    assert.equal(marked(names, text), text);
});

test('an introduction again and again is read in linear time', () => {
  for (const unit of ['اسمي ', 'שמי א', 'मेरा नाम क', 'ผมชื่อก', 'नाम: क '])
    introducedElsewhere.find(unit.repeat(1e6 / unit.length), {
      before: '',
      country: 'US',
      countries: ['US'],
    });
});
