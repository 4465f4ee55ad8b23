import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eastAsianLabels } from './east-asian-labels.ts';
import { markedByAll } from '../../../test/support/marked-text.ts';

const check = (cases: readonly [text: string, expected: string][]): void => {
  for (const [text, expected] of cases) assert.equal(markedByAll(text), expected, text);
};

test('forms are found where no space divides them from Chinese, Japanese and Korean words', () => {
  check([
    ['邮箱test@example.com谢谢', '邮箱[EMAIL]谢谢'],
    ['メールはtest@example.comです', 'メールは[EMAIL]です'],
    ['银行卡号4111111111111111的', '银行卡号[CARD]的'],
    ['账户DE89370400440532013000', '账户[IBAN]'],
    ['身份证号码11010519491231002X吗', '身份证号码[NATIONAL_ID]吗'],
    ['MAC地址00:1A:2B:3C:4D:5E', 'MAC地址[MAC]'],
    ['我的token是ghp_0123456789abcdefghijABCDEFGHIJ012345', '我的token是[SECRET]'],
    ['手机13812345678', '手机[PHONE]'],
    ['手机：１３８１２３４５６７８', '手机：[PHONE]'],
    ['電話は090-1234-5678です', '電話は[PHONE]です'],
    ['내 전화번호는 010-1234-5678입니다', '내 전화번호는 [PHONE]입니다'],
  ]);
  assert.equal(markedByAll('订单号13812345678'), '订单号13812345678');
});

test('numbers, passwords and dates of birth after their word in Chinese, Japanese and Korean', () => {
  check([
    ['会员号88123456', '会员号[ACCOUNT]'],
    ['口座番号は1234567です', '口座番号は[ACCOUNT]です'],
    ['계좌번호 110-234-567890', '계좌번호 [ACCOUNT]'],
    ['护照号码E12345678', '护照号码[DRIVER_LICENSE]'],
    ['密码是hunter2', '密码是[SECRET]'],
    ['パスワードはabcd1234です', 'パスワードは[SECRET]です'],
    ['验证码123456', '验证码[SECRET]'],
    ['マイナンバーは1234 5678 9018', 'マイナンバーは[NATIONAL_ID]'],
    ['出生日期：1990年5月12日', '出生日期：[DATE_OF_BIRTH]'],
    ['我是1990-05-12出生的', '我是[DATE_OF_BIRTH]出生的'],
    ['생년월일: 1991년 2월 3일', '생년월일: [DATE_OF_BIRTH]'],
  ]);
  for (const text of [
    '密码错误，密码是8位',
    '验证码没有收到',
    '账户已注销',
    '订单号88123456',
    '2024年5月12日下单',
  ])
    assert.equal(markedByAll(text), text);
});

test('a label again and again is read in linear time', () => {
  for (const unit of ['密码', '密码是 ', '账号12345 ', '账号1-', '계좌번호: "'])
    eastAsianLabels.find(unit.repeat(1e6 / unit.length), { before: '', country: 'US', countries: ['US'] });
});
