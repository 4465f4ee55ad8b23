/**
 * Organisations of China, Japan and Korea: a legal form or a noun for the kind, with a proper name before or behind it.
 */
import type { PiiSpan } from '../recogniser.ts';
import { region } from './han-regions.ts';

/** The end of a Chinese name: a legal form, or a noun for the kind with no other word begun behind it. */
const chineseKind =
  /(有限责任公司|股份有限公司|有限公司|集团公司)|(?:银行|銀行|医院|醫院|大学|大學|学院|中学|小学|研究院|研究所|事务所|出版社|旅行社|幼儿园|协会|集团)(?![业業生士账帐户会城文毕）])(?:[\p{sc=Han}]{2,6}(?:分行|支行|分公司|分院|营业部))?/gu;
/** A kind alone is not enough: the name begins with a place, or someone goes there. */
const visited = /(?:在|去|到|于|就读|毕业|任职|来自|进入)$/u;
const often = /^(?:银行|銀行|医院|醫院|大学|大學)/u;
/** What ends like this is nobody's name. */
const generic =
  /(?:设立|成立|股份|责任|发起|控股|上市|商业|开户|手机|网上|电话|网络|中央|各|该|本|某|家|所|些|贵|们|附近|当地|定点|综合|专科|公立|私立|市立|民营|普通|高等|重点|国有|外资|其他|任何|每个|个人|公司|企业|发卡|收款|付款|代理|合作|境外|境内|全资|附属|宠物|律师|会计|行业|慈善|大型|中小|城市|农村|村镇|民间|专业|相关|有关|指定|地方|犯罪|通知|要求|同)$/u;
/** What holds these is a sentence. */
const sentence =
  /包括|占|持有|变更|标明|符合|建立|所称|一人|不再|名称|存入|冒用|应当|或者|按照|以及|设立|要求|取得|采取|支持|建议|吊销|\d年/u;
const boundary =
  /[^\p{sc=Han}（）()A-Za-z0-9·]|[的了是在我你您他她它们們这這那哪从從去到于於与與和及或由向给為为被把將将等以对因而]|通过|任职|就职|就读|毕业|供职|来自|叫做|名为/gu;
const mostBefore = 20;
const longestOfKind = 8;
const latinOrHan = '[\\p{sc=Han}\\p{sc=Katakana}ーA-Za-z0-9＆&・]';
const japanese = new RegExp(
  `(?:株式会社|有限会社|合同会社|合資会社|合名会社|一般社団法人|（株）|㈱)[ 　]?${latinOrHan}{2,16}|${latinOrHan}{2,16}[ 　]?(?:株式会社|有限会社|合同会社|合資会社|合名会社|（株）|㈱)|[\\p{sc=Han}\\p{sc=Katakana}ー]{2,8}(?:銀行|病院|大学|信用金庫)(?![院生病])`,
  'gu',
);
const korean =
  /(?:주식회사|유한회사|\(주\)|㈜) ?[가-힣A-Za-z0-9]{2,14}|[가-힣A-Za-z0-9]{2,14} ?(?:주식회사|\(주\)|㈜)|(?<![가-힣])[가-힣]{2,8}(?:은행|대학교|병원|증권|카드사|보험)(?=[에의은는이가을를과와로, .]|$)/gu;

/** Spans of type ORGANISATION, in order. */
export function organisationsOf(text: string, script: 'chinese' | 'japanese' | 'korean'): PiiSpan[] {
  if (script === 'chinese') return chineseOrganisations(text);
  const pattern = script === 'japanese' ? japanese : korean;
  return [...text.matchAll(pattern)].map(({ 0: found, index }) => organisation(index, index + found.length));
}

const organisation = (start: number, end: number): PiiSpan => ({
  type: 'ORGANISATION',
  start,
  end,
  confidence: 0.7,
});

function chineseOrganisations(text: string): PiiSpan[] {
  const spans: PiiSpan[] = [];
  let free = 0;
  for (const { 0: kind, 1: form, index } of text.matchAll(chineseKind)) {
    const from = Math.max(free, index - mostBefore);
    const before = text.slice(from, index);
    let start = 0;
    for (const { 0: word, index: at } of before.matchAll(boundary)) start = at + word.length;
    const name = before.slice(start);
    if (!/(?:\p{sc=Han}|[A-Za-z]).*(?:\p{sc=Han}|[A-Za-z])/u.test(name)) continue;
    if (generic.test(name) || sentence.test(name)) continue;
    if (form === undefined && !isNamed(name, kind, text.slice(from - 2, from + start))) continue;
    free = index + kind.length;
    spans.push(organisation(from + start, free));
  }
  return spans;
}

/** Whether a name that ends with its kind alone is one: it begins with a place, or the talk is of going there. */
function isNamed(name: string, kind: string, left: string): boolean {
  if (name.length > longestOfKind) return false;
  if (name.search(region) === 0 || /^(?:中国|中國|[\p{sc=Han}]{2,3}[市县区省])/u.test(name)) return true;
  return often.test(kind) && visited.test(left) && name.length <= 4;
}
