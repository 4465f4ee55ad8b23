import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marked } from '../../../../test/support/marked-text.ts';
import { eastAsianNames } from './east-asian.ts';

const check = (cases: readonly [text: string, expected: string, before?: string][]): void => {
  for (const [text, expected, before = ''] of cases)
    assert.equal(marked(eastAsianNames, text, { before }), expected, text);
};
const leftAlone = (texts: readonly string[]): void => {
  for (const text of texts) assert.equal(marked(eastAsianNames, text), text);
};

test('Chinese names where something says that a person is meant', () => {
  check([
    ['我叫王小明，我的订单还没到', '我叫[NAME]，我的订单还没到'],
    ['您好，我是李娜。', '您好，我是[NAME]。'],
    ['姓名：欧阳娜娜', '姓名：[NAME]'],
    ['收件人：张伟\n数量：2', '收件人：[NAME]\n数量：2'],
    ['聯絡人：陳家豪', '聯絡人：[NAME]'],
    ['王先生您好，您的快递到了', '[NAME]先生您好，您的快递到了'],
    ['黄医生和林护士都在', '[NAME]医生和[NAME]护士都在'],
    ['文件已发给陈建国了', '文件已发给[NAME]了'],
    ['客户张敏申请退款', '客户[NAME]申请退款'],
    ['王小明、李红和张伟一起来', '[NAME]、[NAME]和张伟一起来'],
    ['谢谢！\n李晓红', '谢谢！\n[NAME]'],
    ['周建平：请问几点发货？', '[NAME]：请问几点发货？'],
    ['孙丽华', '[NAME]', '请问您贵姓？'],
    ['我姓林', '我姓[NAME]', '请问怎么称呼您？'],
  ]);
});

test('Chinese words that begin with a surname are no names', () => {
  leftAlone([
    '我叫安装师傅来',
    '我是高中生，我是黄金会员',
    '高峰时间：上午九点。项目：文化',
    '由于先生不在，关于女士的问题',
    '总经理说对方经理同意了',
    '请让方便的时间通知，马上给我',
    '和平发展，安全第一，白天和黄金',
    '不曾经理解过',
  ]);
});

test('Japanese names before さん, 様 and と申します, and in fields', () => {
  check([
    ['山田太郎と申します。', '[NAME]と申します。'],
    ['経理の佐藤です。', '経理の[NAME]です。'],
    ['名前は川本 恵美子です。', '名前は[NAME]です。'],
    ['古谷あゆみ様、ありがとうございます', '[NAME]様、ありがとうございます'],
    ['氏名：小坂 美結\nフリガナ：コサカ ミユ', '氏名：[NAME]\nフリガナ：[NAME]'],
    ['酒井 隆（サカイ タカシ）', '[NAME]（[NAME]）'],
    ['鶴田さんに聞きました', '[NAME]さんに聞きました'],
    ['はい、宮本です', 'はい、[NAME]です', 'お名前をお願いします'],
  ]);
  leftAlone([
    'お客様の仕様です',
    '担当者さんと花屋さん',
    '私は学生です',
    'こちらは大丈夫です',
    '皆様、明日は休日です',
  ]);
});

test('Korean names before 씨, 님 and 입니다, and in fields', () => {
  check([
    ['안녕하세요, 저는 김민수입니다.', '안녕하세요, 저는 [NAME]입니다.'],
    ['이서연 고객님, 확인되었습니다.', '[NAME] 고객님, 확인되었습니다.'],
    ['박지훈이라고 합니다', '[NAME]이라고 합니다'],
    ['주문자: 최유진', '주문자: [NAME]'],
    ['성함은 남궁민수입니다', '성함은 [NAME]입니다'],
    ['정하은', '[NAME]', '성함이 어떻게 되세요?'],
  ]);
  leftAlone(['이용자입니다', '저는 한국인입니다', '고객님 안녕하세요', '담당자는 없음', '기사님이 오셨어요']);
});

test('addresses from the large to the small, whole', () => {
  check([
    ['请寄到广东省深圳市南山区科技路12号3栋502室，谢谢', '请寄到[ADDRESS]，谢谢'],
    ['我在南京路12号等你', '我在[ADDRESS]等你'],
    ['发到成都市武侯区天府大道北段1700号7栋', '发到[ADDRESS]'],
    ['臺北市信義區市府路45號', '[ADDRESS]'],
    ['住所は東京都渋谷区神南1丁目2番3号です', '住所は[ADDRESS]です'],
    ['〒150-0041 東京都渋谷区神南1-19-11 パーク301号室', '[ADDRESS]'],
    ['주소: 서울특별시 강남구 테헤란로 152, 101동 1203호', '주소: [ADDRESS]'],
    ['용산구 이태원로 27 앞', '[ADDRESS] 앞'],
    ['我来自江苏省南京市', '我来自[PLACE]'],
  ]);
  leftAlone([
    '地铁2号线',
    '请到A区3号窗口办理',
    '3月12号到货，第12号决议',
    '渋谷区の3号店',
    '앞으로 3일',
    '5号楼的电梯坏了',
  ]);
});

test('organisations by legal form, and by kind where a place begins the name', () => {
  check([
    ['我在深圳市光远计算机系统有限公司上班', '我在[ORGANISATION]上班'],
    ['我就读于北京大学', '我就读于[ORGANISATION]'],
    ['株式会社サンライズに連絡', '[ORGANISATION]に連絡'],
    ['주식회사 한빛', '[ORGANISATION]'],
  ]);
  leftAlone(['设立股份有限公司', '手机银行和附近医院', '大学生']);
});

test('text without a character of these scripts is not looked at, and text made to be slow is read in linear time', () => {
  const million = (unit: string): string => unit.repeat(Math.ceil(1e6 / unit.length));
  const find = (text: string): number =>
    eastAsianNames.find(text, { before: '', country: 'US', countries: ['US'] }).length;
  assert.equal(find(million('My name is Anna, of Main Street 5. ')), 0);
  const chinese = ['和王小明', '姓名：', '银行', '1号', '人民路1号 北京'];
  const japanese = ['様', '山田様', 'あ1番', '氏名：', 'ア・', '（カ', '株式会社a'];
  const korean = ['김민수', '서울 구 동 1, 1', '이름: ', '강남구 1'];
  for (const unit of [...chinese, ...japanese, ...korean]) find(million(unit));
});
