/**
 * Addresses of China and Japan, which run from the large to the small: 广东省深圳市南山区科技路12号3栋502室,
 * 東京都渋谷区神南1丁目2番3号. A number with its unit is looked for, and what stands before it is read backwards.
 */
import type { PiiSpan } from '../recogniser.ts';
import { region } from './han-regions.ts';
import { withoutInner } from './inner-spans.ts';

const numeral = '(?:[0-9０-９]{1,5}|[一二三四五六七八九十百]{1,4}|[A-Za-zＡ-Ｚ]\\d{0,3})';
const unit =
  '(?:号院|号楼|號樓|号室|号门|号|號|丁目|番地|番|弄|栋|棟|幢|座|单元|單元|室|楼|樓|层|層|階|房|户|戶|巷|段|組|组)';
/** A number with its unit, or the hyphenated numbers of Japan: 1-2-3. */
const numbered = new RegExp(
  `${numeral}(?:[-－−之][0-9]{1,5}){0,3}${unit}|[0-9０-９]{1,4}(?:[-－−‐][0-9０-９]{1,4}){1,3}(?![0-9０-９-])`,
  'gu',
);
/** What goes on after the first number: further numbers, with the name of a building between. */
const further = new RegExp(
  `[ 　,，]?[\\p{sc=Han}\\p{sc=Katakana}ーA-Za-z・]{0,12}?${numeral}(?:[-－−][0-9]{1,5}){0,2}(?:${unit}|F(?![A-Za-z]))|[-－−]?[0-9]{2,4}(?![0-9\\p{sc=Han}-])`,
  'uy',
);
/** What an address before its first number may hold. */
const inAddress = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ーヶケ々〇A-Za-z0-9０-９ 　,，·]/u;
/** Words of a sentence: the address begins behind them. */
const inSentence =
  /[的了是在我你您他她它们们這这那哪住寄送到至往址为為：:，,。！!发發向从從去来來搬请請把将將给給离離]|位于|位於|至于|快递|收货|[はにをがへでとも]|住所|所在/gu;
const lesserUnit =
  /(?:路|街|道|巷|弄|胡同|里|段|镇|鎮|乡|鄉|村|屯|庄|社区|小区|花园|公寓|大厦|广场|家园|园区|工业园|科技园|大楼|中心|苑|城|町|丁目|条)[东西南北中内]?$/u;
const noStreet =
  /(?:马|道|公|铁|线|电|回|走|一|网|半|大|小)路$|(?:知|味|频|通|管|渠|车|跑|人行|赛|轨|隧|街|河|报)道$|^.?(?:里|段|条|城|中心|村|乡|苑|屯|庄)$/u;
const adminUnit =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー]{1,7}?(?:自治州|地区|市|州|盟|郡|区|區|县|縣|旗|町|村|镇|鎮|乡|鄉|街道)/gu;
const isDateBefore = /[年月日第]\s?$/u;
const mostBefore = 44;
const mostFurther = 6;
const postalCode = /(?:〒 ?)?\d{3}-\d{4}[ 　]?$|(?<!\d)\d{6}[ 　]?$/u;

/** Spans of type ADDRESS, and of type PLACE where a region is named and nothing smaller. In order. */
export function hanAddresses(text: string): PiiSpan[] {
  const spans: PiiSpan[] = [];
  let free = 0;
  for (const { 0: found, index } of text.matchAll(numbered)) {
    if (index < free) continue;
    const from = Math.max(free, index - mostBefore);
    const start = addressStart(text.slice(from, index), found);
    if (start === undefined) continue;
    free = addressEnd(text, index + found.length);
    spans.push({ type: 'ADDRESS', start: withPostalCode(text, from + start), end: free, confidence: 0.85 });
  }
  return withoutInner(spans, regionsIn(text));
}

/** Where in what stands before its first number an address begins; undefined when that is none. */
function addressStart(before: string, number: string): number | undefined {
  let start = before.length;
  while (start > 0 && inAddress.test(before[start - 1]!)) start--;
  if (isDateBefore.test(before)) return undefined;
  const named = [...before.slice(start).matchAll(region)][0];
  if (named) {
    const at = start + named.index;
    const rest = before.slice(at + named[0].length);
    return rest.length > 0 && hasUnits(rest, number, 1) ? at : undefined;
  }
  const run = start;
  for (const { 0: word, index } of before.slice(run).matchAll(inSentence)) {
    const end = run + index + word.length;
    // が is in names as well: 霞が関.
    if (end <= before.length && !(word === 'が' && /[市区県]/u.test(before.slice(run, end)))) start = end;
  }
  while (start < before.length && /[\s　0-9,，]/u.test(before[start]!)) start++;
  return hasUnits(before.slice(start), number, 2) ? start : undefined;
}

/** A road or a village right before the number and something before it, or so many larger units. */
function hasUnits(before: string, number: string, least: number): boolean {
  const admin = [...before.matchAll(adminUnit)].length;
  const isHyphenated = /[-－−‐]/u.test(number) && !/\p{sc=Han}/u.test(number);
  if (isHyphenated) return admin > 0 && /[\p{L}ー]$/u.test(before) && !/[号番]/u.test(before);
  if (lesserUnit.test(before) && before.length >= 2) return !noStreet.test(before);
  return admin >= least || (admin > 0 && /丁目|番/u.test(number));
}

function addressEnd(text: string, after: number): number {
  let end = after;
  for (let count = 0; count < mostFurther; count++) {
    further.lastIndex = end;
    const more = further.exec(text)?.[0];
    if (more === undefined || isSentence(more.replace(/^[ 　,，]/u, ''))) break;
    end += more.length;
  }
  return end;
}

function isSentence(text: string): boolean {
  return text.search(inSentence) >= 0;
}

function withPostalCode(text: string, start: number): number {
  return start - (postalCode.exec(text.slice(Math.max(0, start - 14), start))?.[0].length ?? 0);
}

const smaller = /[\p{sc=Han}]{1,6}?(?:自治州|地区|市|州(?!市)|盟|区|區|县|縣|旗|郡|町)/uy;
const road = /[\p{sc=Han}]{1,8}?(?:街道|大道|路|街|镇|鎮|乡|鄉|村)(?![\p{sc=Han}])/uy;

/** A region with the cities and districts that follow it; with a road at the end it is an address. */
function regionsIn(text: string): PiiSpan[] {
  const spans: PiiSpan[] = [];
  let free = 0;
  for (const { 0: found, index } of text.matchAll(region)) {
    if (index < free) continue;
    let end = index + found.length;
    let units = 0;
    for (; units < 3; units++) {
      smaller.lastIndex = end;
      const more = smaller.exec(text)?.[0];
      if (more === undefined || isSentence(more)) break;
      end += more.length;
    }
    road.lastIndex = end;
    const street = units > 0 ? road.exec(text)?.[0] : undefined;
    const type = street === undefined ? 'PLACE' : 'ADDRESS';
    free = end + (street?.length ?? 0);
    spans.push({ type, start: index, end: free, confidence: 0.7 });
  }
  return spans;
}
