/**
 * Names of people in Japanese text: a surname, alone or with a given name, before さん, 様 or と申します or after 名前は; and
 * whatever stands in a field for a name.
 */
import type { PiiSpan } from '../recogniser.ts';
import { surnameLength } from './japanese-words.ts';

const letter = '[\\p{sc=Han}々ヶ\\p{sc=Hiragana}\\p{sc=Katakana}ー]';
/** A field for a name: the whole value is one. */
const field = new RegExp(
  `(?:お名前|氏名|名前|ご担当者?名?|担当者名?|宛名|宛先名|受取人|お届け先(?:氏名|名)?|契約者名?|名義人?|ご?注文者名?|ご?依頼主|差出人|予約者名?|会員名|フリガナ|ふりがな|カナ|ヨミガナ|よみがな|代表者名?)(?:（[^）\\n]{1,12}）)?[ 　]{0,2}[：:][ 　]{0,3}(${letter}{1,6}(?:[ 　]${letter}{1,6})?)(?=[様さ（(、。,，\\s　]|$)`,
  'gu',
);
/** 名前は山田太郎です, 山田と申します: what stands between is read as far as a name can go. */
const stated = new RegExp(
  `(?:名前は|氏名は|名は|私は|わたくしは|わたしは|僕は|こちらは|こちら、|担当の|担当は|の|^|[。、，,！!\\n　 「])((?:[\\p{sc=Han}々ヶ]{1,4}[ 　]?)?[\\p{sc=Han}々\\p{sc=Hiragana}\\p{sc=Katakana}ー]{1,5}?)(?:(と申します|と申す|と申しました|ともうします|といいます|と言います|といいました)|です|でございます|だ)`,
  'gu',
);
const honorific =
  /(?:さん|様|さま|サマ|氏(?![名神])|ちゃん|くん|君(?!主)|殿|先生|部長|課長|社長|係長|店長|主任)/gu;
/** Before an honorific: a surname and at most a given name, with a blank between or none. */
const beforeHonorific =
  /(?:[\p{sc=Han}々ヶ]{1,5}[ 　]?(?:\p{sc=Hiragana}{2,4}|\p{sc=Katakana}{2,5})|[\p{sc=Han}々ヶ]{1,4}[ 　]?[\p{sc=Han}々]{0,3}|\p{sc=Katakana}[\p{sc=Katakana}ー]{1,7}[ 　・]\p{sc=Katakana}[\p{sc=Katakana}ー]{1,7})$/u;
/** The reading behind a name: 酒井 隆（サカイ タカシ）. */
const reading =
  /([\p{sc=Han}々ヶ]{1,4}[ 　]?[\p{sc=Han}々\p{sc=Hiragana}]{0,4})[（(]([\p{sc=Katakana}\p{sc=Hiragana}ー][\p{sc=Katakana}\p{sc=Hiragana}ー 　]{1,15})[）)]/gu;
/** What counts as a name where words say so, whatever the surname. */
const namedFreely =
  /^(?:[\p{sc=Han}々ヶ]{2,5}|[\p{sc=Han}々ヶ]{1,4}[ 　][\p{sc=Han}々\p{sc=Hiragana}\p{sc=Katakana}ー]{1,4}|\p{sc=Katakana}[\p{sc=Katakana}ー]{1,6})$/u;
/** 山岸様, 根岸 早紀様: 様 is for people, but for customers, companies and those that are named by what they do. */
const addressedFreely =
  /(?:^|[。、，,！!\n　 「の])([\p{sc=Han}々ヶ]{2,3}|[\p{sc=Han}々ヶ]{1,4}[ 　][\p{sc=Han}々\p{sc=Hiragana}\p{sc=Katakana}ー]{1,4})$/u;
const namedByRole =
  /[者社員長客業校店人方主衆皆奥神王仏同仕模多異有那局庁省署院所団会部課今各何両左逆全先毎]$/u;
const noGivenName =
  /^(?:お|ご|御|の|は|が|を|に|で|も|へ|から|まで|です|ます|店|社|部|課|県|市|区|町|駅|行|家|屋|側|方|者|員|用|名|分|式|的)/u;
const asksName = /お名前|氏名|ご芳名|どちら様|フルネーム|お名前を/u;
const answer =
  /^(?:はい、?)?[ 　]*([\p{sc=Han}々ヶ]{1,4}[ 　]?[\p{sc=Han}々\p{sc=Hiragana}\p{sc=Katakana}ー]{0,5}?)(?:です|と申します|でございます)?[。！!]?\s*$/u;
/** Before a name a sentence has these; between Han characters nothing tells. */
const lookBack = 14;

/** Spans of type NAME, in order. */
export function japaneseNames(text: string, before: string): PiiSpan[] {
  const spans: PiiSpan[] = [];
  const add = (start: number, end: number): void => {
    spans.push({ type: 'NAME', start, end, confidence: 0.7 });
  };
  for (const { 0: whole, 1: value, index } of text.matchAll(field)) {
    const at = index + whole.length - value!.length;
    add(at, at + withoutHonorific(value!).length);
  }
  for (const { 0: whole, 1: value, 2: saysName, index } of text.matchAll(stated)) {
    const end = index + whole.lastIndexOf(value!) + value!.length;
    // 東京の田中と申します: what stands before the particle is where she is from.
    const name = value!.slice(Math.max(value!.lastIndexOf('の'), value!.lastIndexOf('は')) + 1);
    const isNamed = saysName !== undefined || /^(?:お?名前は|氏名は)/u.test(whole);
    if (isName(name, isNamed)) add(end - name.length, end);
  }
  for (const { index } of text.matchAll(honorific)) {
    const left = text.slice(Math.max(0, index - lookBack), index);
    const found = honoured(left) || (text[index] === '様' ? freelyAddressed(left) : 0);
    if (found > 0) add(index - found, index);
  }
  for (const { 0: whole, 1: written, 2: spoken, index } of text.matchAll(reading)) {
    if (!isName(written!, false) || written!.length < 3) continue;
    add(index, index + written!.length);
    add(index + whole.length - 1 - spoken!.length, index + whole.length - 1);
  }
  const bare = text.length <= 24 && asksName.test(before) ? answer.exec(text)?.[1] : undefined;
  if (bare !== undefined && surnameLength(bare, 0) > 0)
    add(text.indexOf(bare), text.indexOf(bare) + bare.length);
  return apart(spans);
}

/** A surname, alone or with a given name; after words that say so, whatever is written like a name. */
function isName(value: string, isNamed: boolean): boolean {
  const length = surnameLength(value, 0);
  const given = value.slice(length).trim();
  if (length > 0) return given === '' || isGiven(given);
  return isNamed && namedFreely.test(value);
}

function isGiven(text: string): boolean {
  return (
    /^(?:[\p{sc=Han}々]{1,3}|\p{sc=Hiragana}{2,4}|\p{sc=Katakana}[\p{sc=Katakana}ー]{1,4}|[\p{sc=Han}々]{1,2}\p{sc=Hiragana}{1,2})$/u.test(
      text,
    ) && !noGivenName.test(text)
  );
}

/** How many characters right before an honorific are a name; 0 when none. */
function honoured(left: string): number {
  const run = beforeHonorific.exec(left)?.[0];
  if (run === undefined) return 0;
  if (/^\p{sc=Katakana}/u.test(run)) return run.length;
  // The longest piece at the end that begins with a surname.
  for (let from = 0; from < run.length; from++) {
    const piece = run.slice(from);
    const length = surnameLength(piece, 0);
    if (length === 0) continue;
    const given = piece.slice(length).trim();
    if (given !== '' && !isGiven(given)) continue;
    // 担当者 before さん is no 担 with a given name; a single character is a surname only where no other Han stands before it.
    if (
      length === 1 &&
      (given === '' ? /\p{sc=Han}$/u.test(left.slice(0, left.length - piece.length)) : given.length < 2)
    )
      continue;
    return piece.length;
  }
  return 0;
}

function freelyAddressed(left: string): number {
  const value = addressedFreely.exec(left)?.[1] ?? '';
  return namedByRole.test(value) ? 0 : value.length;
}

function withoutHonorific(value: string): string {
  return value.replace(/(?:様|さま|さん|殿)$/u, '');
}

/** In order, the first of two that overlap. */
function apart(spans: readonly PiiSpan[]): PiiSpan[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  let free = 0;
  return sorted.filter(({ start, end }) => {
    if (start < free) return false;
    free = end;
    return true;
  });
}
