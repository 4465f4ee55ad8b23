/**
 * Numbers and passwords that only the word before them tells, in Chinese, Japanese and Korean: 账号：…, パスワードは…, 여권번호 ….
 * The word stands beside the value, with a particle or a colon between at most.
 */
import type { PiiSpan, PiiType, Recogniser } from './recogniser.ts';

const between =
  '(?:号码|号碼|號碼|番号|번호)?[\\s"「]{0,2}(?:是|为|為|：|:|=|は|が|는|은|가|이)?[\\s"「]{0,3}';
const labelled = (words: string, value: string): RegExp =>
  new RegExp(`(?:${words})${between}(${value})(?![A-Za-z0-9])`, 'gu');

const kinds: readonly { type: PiiType; pattern: RegExp }[] = [
  {
    type: 'ACCOUNT',
    pattern: labelled(
      '[账帐]号|[账帐]户|卡号|会员(?:卡)?号|客户(?:编)?号|保单号|病历号|帳號|帳戶|卡號|會員編號|保單號|口座番号|会員番号|お客様番号|顧客番号|契約番号|証券番号|診察券番号|계좌번호|계좌|회원번호|고객번호|카드번호|증권번호',
      '[A-Z]{0,4}-?[0-9](?:[- ]?[0-9]){4,22}',
    ),
  },
  {
    type: 'DRIVER_LICENSE',
    pattern: labelled(
      '护照号?|護照號?|驾驶证号?|驾照号?|駕照號?|旅券番号|パスポート番号|パスポート|免許証番号|여권번호|운전면허번호|면허번호',
      '[A-Z]{0,2}-?[0-9](?:[- ]?[0-9A-Z]){5,17}',
    ),
  },
  { type: 'NATIONAL_ID', pattern: labelled('マイナンバー|個人番号', '[0-9]{4}[- ]?[0-9]{4}[- ]?[0-9]{4}') },
  {
    type: 'SECRET',
    pattern: labelled(
      '密码|密碼|口令|验证码|驗證碼|パスワード|暗証番号|認証コード|確認コード|비밀번호|인증번호|인증코드',
      '(?=[!-~]{0,63}[0-9!#$%^&*+=@])[!-~]{3,64}',
    ),
  },
];
const someLabel = /[号號户戶码碼证証照令]|番号|コード|ワード|ナンバー|パスポート|번호|계좌|코드/u;

export const eastAsianLabels: Recogniser = {
  types: ['ACCOUNT', 'DRIVER_LICENSE', 'NATIONAL_ID', 'SECRET'],
  needsScript: true,
  find: (text) => {
    if (!someLabel.test(text)) return [];
    return kinds.flatMap(({ type, pattern }) =>
      [...text.matchAll(pattern)].map(({ 0: whole, 1: value, index }): PiiSpan => {
        const start = index + whole.length - value!.length;
        return { type, start, end: start + value!.length, confidence: 0.7 };
      }),
    );
  },
};
