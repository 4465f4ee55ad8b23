/**
 * Names of people in Chinese text: a surname and one or two characters that names are made of, and only where the words
 * around say that a person is meant. Chinese puts no space between words, so neither half is enough.
 */
import type { PiiSpan } from '../recogniser.ts';
import { doubleSurnames, givenCharacters, neverInNames, ordinaryWords, surnames } from './chinese-words.ts';

/** After these a name follows, whatever it is. */
const introduced =
  /(?:我叫|名叫|名字(?:是|叫|为)|(?:姓名|名字|联系人|联络人|收件人|收货人|寄件人|发件人|经办人|负责人|申请人|投保人|被保险人|预订人|预定人|入住人|乘车人|持卡人|开户人|签收人|取件人|委托人|法定代表人|户主|户名|客户|客户名|顾客|乘客|旅客|患者|业主|车主|学员|署名|签名|称呼|聯絡人|收件者|姓名|戶名|客戶|顧客|簽名)(?:姓名|名称)?(?:应该)?[ \t]{0,2}(?:[：:]|是|为|叫|為)|本人姓名[：:是])[ \t「“"]{0,3}$/u;
/** After these the character of a name have to be known ones, and the name has to end there. */
const addressed =
  /(?:我是|我就是|这是|這是|这里是|这边是|我这边是|您好|你好|亲爱的|親愛的|尊敬的|感谢|感謝|谢谢|謝謝|客服|经理|經理|专员|专家|顾问|工程师|快递员|配送员|医生|醫生|老师|老師|司机|律师|同事|朋友|同学|妻子|丈夫|太太|老公|老婆|先生|儿子|女儿|母亲|父亲|妈妈|爸爸|爱人|弟弟|哥哥|姐姐|妹妹|客户|客戶|用户|会员|顾客|本人|(?:申请|联系|联络|收件|收货|寄件|经办|负责|投保|预订|持卡|开户|委托|法定代表)人)[，,!！、：: \t]{0,2}$/u;
/** The same, where the name has a surname and two characters more. */
const mentioned =
  /(?:联系|聯繫|转接|通知|寄给|发给|交给|转给|转账给|汇给|告诉|@|(?:^|[^\p{sc=Han}]|[我您你他她们已会再要想都并先能以是]|麻烦|直接)(?:由|跟|给|和|与|與|叫|让|请|請|找))$/u;
/** Behind a surname alone, or behind the whole name. */
const polite = /^(?:先生|女士|小姐|太太|夫人)/u;
const titles =
  /^(?:老师|老師|经理(?![解会论想])|經理(?![解會論想])|医生|醫生|律师(?![费事函])|同学(?!会)|师傅|師傅|主任|教授|总(?=[您你好说，。,！!：:\s]|$)|老板|阿姨|警官|护士|博士|院长|校长|女生)/u;
/** Where these stand before it, what looks like a surname before a title is the end of another word. */
const endsAnotherWord =
  /(?:[由对导关至属对双官地甲乙校厂院我贵店现前担兼责主后历升变完达提有相经通非平日正异曾公大小老总副各这那哪每某群]|上帝)$/u;
const neverAlone: ReadonlySet<string> = new Set('向应时和从都全成让任保代原官明强');
/** After a name: what is no part of one. */
const clauseAfter =
  /^(?:[的了是在我你您他她，说說要想能会已与和跟或收签簽来去打对向也都还就把被让於于给这那因应现今昨前订訂下购買买申投反办拨致电電邮表回咨询報报登注可需有没不]|先生|女士|小姐|老师|经理)/u;
const verbAfter =
  /^(?:、|[，,]?(?:您好|你好)|说|說|表示|告诉|告訴|回复|回覆|打来|打电话|来电|來電|致电|收到|签收|簽收|购买|購買|下单|下單|订购|訂購|申请|申請|投诉|投訴|反馈|反映|咨询|諮詢|要求|已经|已將|刚才|昨天|今天)/u;
const signOff =
  /(?:此致|敬礼|祝好|谢谢|謝謝|感谢|顺祝商祺|祝您生活愉快|敬上|客服|——|--)[，。！!,. \t]{0,3}\n[ \t]{0,4}(?:—{1,2}|-{1,2})?[ \t]{0,2}$/u;
const asksName =
  /贵姓|貴姓|怎么称呼|怎麼稱呼|如何称呼|您的?姓名|您的?名字|你的?姓名|你的?名字|收件人|收货人|联系人|全名|哪位|姓名/u;
const beforeAnswer =
  /^[ \t]*(?:您好|你好|好的|嗯)?[，,。 \t]{0,2}(?:我是|我叫|叫|我姓|姓|免贵姓|是)?[ \t]{0,2}$/u;
const isHan = (character: string | undefined): boolean =>
  character !== undefined && /\p{sc=Han}/u.test(character);
/** Nothing above looks further back. */
const lookBack = 14;

/** Spans of type NAME, in order. `before` is the turn before: a bare name can be the answer to a question in it. */
export function chineseNames(text: string, before: string): PiiSpan[] {
  const spans: PiiSpan[] = [];
  const isAnswer = text.length <= 24 && asksName.test(before);
  for (let at = 0; at < text.length; at++) {
    const surname = surnameLength(text, at);
    if (surname === 0) continue;
    const left = text.slice(Math.max(0, at - lookBack), at);
    const isListed = spans.length > 0 && /^[、和与與及]$/u.test(text.slice(spans.at(-1)!.end, at));
    const end = nameEnd(text, at, surname, { left, isAnswer, isListed });
    if (end === undefined) continue;
    spans.push({ type: 'NAME', start: at, end, confidence: 0.7 });
    at = end - 1;
  }
  return spans;
}

function surnameLength(text: string, at: number): number {
  if (doubleSurnames.has(text.slice(at, at + 2))) return 2;
  return surnames.has(text[at]!) ? 1 : 0;
}

type Around = { left: string; isAnswer: boolean; isListed: boolean };

/** Where the name that begins at `at` ends; undefined when there is none. */
function nameEnd(text: string, at: number, surname: number, around: Around): number | undefined {
  const { left, isAnswer, isListed } = around;
  const given = at + surname;
  if (introduced.test(left) || (isAnswer && beforeAnswer.test(left) && isWhole(text, given)))
    return longestName(text, at, given);
  if (/(?:我|免贵|免貴)姓$/u.test(left)) return given;
  const isSaid = addressed.test(left);
  const startsLine = left === '' || /\n[ \t]{0,4}$/.test(left);
  for (const length of [2, 1]) {
    const end = given + length;
    const unknown = unknownCount(text, given, end);
    if (unknown > 1 || unknown === length || isOrdinary(text, at, end)) continue;
    const right = text.slice(end, end + 6);
    const endsClause = !isHan(right[0]);
    if (endsClause && isSaid) return end;
    if (endsClause && signOff.test(left) && /^[ \t]{0,4}(?:\n|$)/.test(right)) return end;
    if (unknown > 0) continue;
    if (polite.test(right) || titles.test(right)) return end;
    if (isSaid && clauseAfter.test(right)) return end;
    if (startsLine && /^[ \t]{0,2}[：:]/.test(right)) return end;
    if (isListed && (endsClause || clauseAfter.test(right))) return end;
    if (endsClause && /(?:联系|聯繫|转接|寄给|交给|转给|告诉)$/u.test(left)) return end;
    if (length === 1 && surname === 1) continue;
    if (mentioned.test(left) && (endsClause || clauseAfter.test(right))) return end;
    if (verbAfter.test(right) && (left === '' || !isHan(left.at(-1)))) return end;
  }
  return isSurnameAlone(text, at, given, left) ? given : undefined;
}

/** 王先生, 李经理: the surname is all that there is. */
function isSurnameAlone(text: string, at: number, given: number, left: string): boolean {
  const right = text.slice(given, given + 3);
  const isPolite = polite.test(right);
  if (!isPolite && !titles.test(right)) return false;
  return !neverAlone.has(text.slice(at, given)) && !endsAnotherWord.test(left);
}

/** Whether an ordinary word stands there, or begins there: 高中 in 高中生. */
function isOrdinary(text: string, at: number, end: number): boolean {
  return ordinaryWords.has(text.slice(at, end)) || ordinaryWords.has(text.slice(at, at + 2));
}

/** Whether the answer is nothing but a name: one or two characters more, and the end of the clause. */
function isWhole(text: string, given: number): boolean {
  return /^\p{sc=Han}{1,2}[，。,.!！\s]*$/u.test(text.slice(given, given + 8));
}

/** How many of the given characters are none that names are made of; Infinity where one is no part of any name. */
function unknownCount(text: string, given: number, end: number): number {
  let unknown = 0;
  for (let i = given; i < end; i++) {
    const character = text[i];
    if (!isHan(character) || neverInNames.has(character!)) return Infinity;
    if (!givenCharacters.has(character!)) unknown++;
  }
  return unknown;
}

/** After an introduction: the better of one and two characters, known ones and the end of a clause counting for it. */
function longestName(text: string, at: number, given: number): number | undefined {
  let best: number | undefined;
  let bestScore = -1;
  for (const length of [1, 2]) {
    const end = given + length;
    if (!isHan(text[end - 1]) || neverInNames.has(text[end - 1]!)) break;
    if (ordinaryWords.has(text.slice(at, end))) continue;
    let score = isHan(text[end]) && !clauseAfter.test(text.slice(end, end + 2)) ? 0 : 1;
    for (let i = given; i < end; i++) score += givenCharacters.has(text[i]!) ? 1 : -1;
    if (score >= Math.max(0, bestScore)) [best, bestScore] = [end, score];
  }
  if (best === undefined && polite.test(text.slice(given, given + 2))) return given;
  return best;
}
