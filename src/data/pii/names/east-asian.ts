/** People, places, organisations and street addresses in Chinese, Japanese and Korean text, which has no capital letters. */
import type { PiiSpan, Recogniser } from '../recogniser.ts';
import { chineseNames } from './chinese.ts';
import { organisationsOf } from './east-asian-organisations.ts';
import { hanAddresses } from './han-addresses.ts';
import { japaneseNames } from './japanese.ts';
import { koreanAddresses, koreanNames } from './korean.ts';

const eastAsian = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u;
const han = /\p{sc=Han}/u;
const kana = /[\p{sc=Hiragana}\p{sc=Katakana}]/u;
const hangul = /\p{sc=Hangul}/u;
/** What only Japanese has after a name, in a text without kana. */
const japaneseWord = /[様氏殿]|都|府|県|丁目/u;

export const eastAsianNames: Recogniser = {
  types: ['NAME', 'PLACE', 'ORGANISATION', 'ADDRESS'],
  needsScript: true,
  find: (text, { before }) => {
    if (!eastAsian.test(text)) return [];
    const found: PiiSpan[][] = [];
    const hasKana = kana.test(text);
    if (han.test(text)) {
      const isJapanese = hasKana || kana.test(before);
      if (!isJapanese) found.push(chineseNames(text, before), organisationsOf(text, 'chinese'));
      found.push(hanAddresses(text));
      if (isJapanese || japaneseWord.test(text))
        found.push(japaneseNames(text, before), organisationsOf(text, 'japanese'));
    } else if (hasKana) found.push(japaneseNames(text, before));
    if (hangul.test(text))
      found.push(koreanNames(text, before), koreanAddresses(text), organisationsOf(text, 'korean'));
    return found.flat();
  },
};
