/** Invented names, addresses, places and firms in Chinese, Japanese and Korean, for text that is written so. */
import type { Random } from '../../base/random.ts';
import { surnameLength } from './names/japanese-words.ts';
import { isEastAsian } from './names/unspaced-names.ts';

type Words = {
  families: readonly string[];
  given: readonly string[];
  streets: readonly string[];
  places: readonly string[];
  firms: readonly string[];
};

const list = (text: string): readonly string[] => text.split(' ');

const chinese: Words = {
  families: list('赵 钱 孙 周 吴 郑 冯 陈 褚 卫 蒋 沈 韩 杨'),
  given: list('安然 晓晨 子安 一鸣 若水 文博 嘉宁 思远 明哲 佳怡 雨晴 书言'),
  streets: list('示例路 样本街 模板大道 例子巷'),
  places: list('示例市 样本市 模板镇'),
  firms: list('示例有限公司 样本有限公司 模板有限公司'),
};
const japanese: Words = {
  families: list('青木 石井 上田 内田 岡本 小川 川口 北村 桜井 杉山 高木 中野'),
  given: list('葵 蓮 陽太 結衣 湊 凛 さくら 悠斗 美咲 健太 莉子 大和'),
  streets: list('例町 見本町 模範町 雛形町'),
  places: list('例市 見本市 模範町'),
  firms: list('株式会社例示 株式会社見本 有限会社模範'),
};
const korean: Words = {
  families: list('김 이 박 최 정 강 조 윤 장 임 한 오'),
  given: list('서준 하윤 지호 서연 민준 지우 예준 수아 도윤 하은 시우 지아'),
  streets: list('예시로 표본길 견본로 본보기길'),
  places: list('예시시 표본군 견본동'),
  firms: list('주식회사예시 주식회사표본 주식회사견본'),
};

const pick = (words: readonly string[], random: Random): string => words[random.integer(words.length)]!;

function wordsFor(value: string): Words {
  if (/\p{sc=Hangul}/u.test(value)) return korean;
  if (/[\p{sc=Hiragana}\p{sc=Katakana}々県都府]|丁目|\p{sc=Han}[ 　]\p{sc=Han}/u.test(value)) return japanese;
  return surnameLength(value, 0) > 1 ? japanese : chinese;
}

/** The value of this type in the script of `value`; undefined where that is none of these, or the type is another. */
export function eastAsianSurrogate(type: string, value: string, random: Random): string | undefined {
  if (!isEastAsian(value)) return undefined;
  const words = wordsFor(value);
  if (type === 'NAME') {
    const family = pick(words.families, random);
    return isFamilyAlone(value, words) ? family : family + pick(words.given, random);
  }
  if (type === 'PLACE') return pick(words.places, random);
  if (type === 'ORGANISATION') return pick(words.firms, random);
  if (type !== 'ADDRESS') return undefined;
  const [street, number] = [pick(words.streets, random), 1 + random.integer(99)];
  if (words === korean) return `${street} ${number}`;
  return words === japanese ? `${street}${number}番地` : `${street}${number}号`;
}

function isFamilyAlone(value: string, words: Words): boolean {
  return value.length === 1 || (words === japanese && surnameLength(value, 0) === value.length);
}

/** 王 after 王小明 became 陈安然 is 陈, and 小明 is 安然. */
export function eastAsianPart(whole: string, replacement: string, part: string): string {
  const family = [chinese, japanese, korean]
    .flatMap(({ families }) => families)
    .find((one) => replacement.startsWith(one) && replacement.length > one.length);
  if (family === undefined || part.length >= whole.replace(/[\s　]/g, '').length) return replacement;
  return whole.startsWith(part) ? family : replacement.slice(family.length);
}
