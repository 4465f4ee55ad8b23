/**
 * Names in Arabic, Hebrew, Devanagari and Thai: none of them has capital letters, and a name is found only where the
 * sentence or the field says that it is one.
 */
import type { PiiSpan, Recogniser } from '../recogniser.ts';

const words = (letters: string, most: number, end = ''): string =>
  `([${letters}]{2,20}${end}(?: [${letters}]{2,20}${end}){0,${most - 1}})`;

const arabic = words('\u0621-\u064a', 2);
const hebrew = words("א-ת'׳-", 2);
const devanagari = words('\\p{sc=Devanagari}', 3);
/** A name, and a family name of one short word that is no beginning of a sentence. */
const thai =
  '([ก-๎]{2,20}?(?: (?!ครับ|ค่ะ|คะ|มี|อยาก|ต้อง|สั่ง|ขอ|จะ|ได้|ไม่|โทร|เบอร์)[ก-๎]{2,14}?)?)(?=(?:ครับ|ค่ะ|คะ|นะ)|[ \\n]|$)';

const patterns: readonly RegExp[] = [
  new RegExp(
    `(?<![\u0621-\u064a])(?:اسمي(?: هو)?|إسمي|الاسم(?: الكامل)? ?:|السيدة?|الأستاذة?) ${arabic}`,
    'gu',
  ),
  new RegExp(`(?<![א-ת])(?:שמי(?: הוא)?|קוראים לי|השם שלי(?: הוא)?|שם(?: מלא)? ?:|מר|גברת) ${hebrew}`, 'gu'),
  new RegExp(`(?:मेरा|मेरे|उनका|ग्राहक का) नाम ${devanagari} (?=है|हैं)`, 'gu'),
  new RegExp(`(?:नाम ?:|श्री|श्रीमती) ${words('\\p{sc=Devanagari}', 2)}(?= जी|[,।.\\n]|$)`, 'gu'),
  new RegExp(`(?:ผม|ดิฉัน|ฉัน|หนู|ลูกค้า)ชื่อ ?${thai}`, 'gu'),
];
/** Where one of these follows, the name was one word. */
const goesOn =
  /^(?:و[\u0621-\u064a]*|من|في|على|أريد|اريد|لدي|عندي|هل|أنا|انا|رقم|هاتفي|ו[א-ת]*|אני|רוצה|צריכה?|יש|לא|מה|עם|הזמנתי|מספר|הטלפון|המספר)$/u;
const some = /[\p{sc=Arabic}\p{sc=Hebrew}\p{sc=Devanagari}\p{sc=Thai}]/u;

export const introducedElsewhere: Recogniser = {
  types: ['NAME'],
  needsScript: true,
  find: (text) => {
    if (!some.test(text)) return [];
    return patterns.flatMap((pattern) =>
      [...text.matchAll(pattern)].flatMap(({ 0: whole, 1: name, index }): PiiSpan[] => {
        const [first, ...others] = name!.split(' ');
        if (goesOn.test(first!)) return [];
        const end = others.findIndex((word) => goesOn.test(word));
        const length = [first!, ...(end < 0 ? others : others.slice(0, end))].join(' ').length;
        const start = index + whole.indexOf(name!);
        return [{ type: 'NAME', start, end: start + length, confidence: 0.6 }];
      }),
    );
  },
};
