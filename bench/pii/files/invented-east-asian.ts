import { type Faker, fakerJA, fakerKO, fakerZH_CN, fakerZH_TW } from '@faker-js/faker';
import { type EvaluationFile, scopeOf } from '../evaluation-file.ts';
import { filled, type SlotValues } from './filled.ts';

const recordsPerLanguage = 1000;

type Language = { fakers: readonly Faker[]; values: SlotValues<Faker>; templates: readonly string[] };

const one = (faker: Faker, values: readonly string[]): string => faker.helpers.arrayElement(values);
const number = (faker: Faker, max: number): number => faker.number.int({ min: 1, max });

/** What all three languages fill in alike. */
const common: SlotValues<Faker> = {
  'NAME.family': (faker) => faker.person.lastName(),
  EMAIL: (faker) => faker.internet.email({ provider: 'mail.example' }),
  CARD: (faker) => faker.finance.creditCardNumber(one(faker, ['visa', 'mastercard'])),
  order: (faker) => faker.string.numeric({ length: { min: 8, max: 12 }, allowLeadingZeros: false }),
  model: (faker) => faker.string.alphanumeric({ length: 6, casing: 'upper' }),
  count: (faker) => String(number(faker, 30)),
  date: (faker) => faker.date.past().toISOString().slice(0, 10),
  colour: (faker) => faker.color.human(),
  animal: (faker) => faker.animal.bird(),
};

const chinese: Language = {
  fakers: [fakerZH_CN, fakerZH_CN, fakerZH_CN, fakerZH_TW],
  values: {
    ...common,
    animal: () => fakerZH_CN.animal.bird(),
    NAME: (faker) => faker.person.fullName(),
    PHONE: (faker) => `1${one(faker, ['36', '52', '77', '89', '91'])}${faker.string.numeric(8)}`,
    LOCATION: (faker) => {
      const flat = `${number(faker, 20)}栋${number(faker, 4)}单元${number(faker, 30)}0${number(faker, 4)}室`;
      const street = `${faker.location.street()}${number(faker, 900)}号`;
      return `${faker.location.state()}${faker.location.city()}${street}${faker.datatype.boolean() ? flat : ''}`;
    },
    'LOCATION.street': (faker) => `${faker.location.street()}${number(faker, 900)}号`,
    ORGANISATION: (faker) =>
      `${faker.location.city()}${faker.person.firstName()}${faker.commerce.department()}有限公司`,
    title: (faker) => (faker === fakerZH_TW ? faker.color.human() : faker.book.title()),
    song: (faker) => (faker === fakerZH_TW ? faker.color.human() : faker.music.songName()),
    part: (faker) => (faker === fakerZH_TW ? faker.color.human() : faker.commerce.department()),
  },
  templates: [
    '您好，我叫{NAME}，订单{order}还没有收到。',
    '收件人：{NAME}，电话：{PHONE}，地址：{LOCATION}',
    '你好，我是{NAME}，想查一下{date}的账单。',
    '{NAME.family}先生您好，您的包裹已经发出。',
    '感谢您的耐心等待，{NAME.family}女士，退款将在{count}天内到账。',
    '姓名：{NAME}\n手机：{PHONE}\n邮箱：{EMAIL}',
    '请把发票寄到{LOCATION}，谢谢。',
    '昨天是{NAME}经理接的电话，让我打{PHONE}。',
    '麻烦联系{NAME}，他的手机号是{PHONE}。',
    '我住在{LOCATION.street}，快递员说找不到。',
    '我在{ORGANISATION}上班，需要开公司抬头的发票。',
    '客户{NAME}要求换货，型号{model}。',
    '谢谢！\n{NAME}',
    '{NAME}：请问什么时候发货？',
    '申请人{NAME}，本人电话{PHONE}。',
    '我的邮箱是{EMAIL}谢谢，卡号{CARD}被扣了两次。',
    '请问《{title}》还有货吗？我要{count}本。',
    '订单{order}里的{colour}外套，少发了{count}件。',
    '我是会员，买了{part}类的商品，请问怎么退？',
    '播放《{song}》的时候没有声音，型号{model}。',
    '高峰时间是几点？全国的门店都有{colour}吗？',
    '明天上午九点到十一点，第{count}号窗口办理。',
    '我叫不到车，应用一直显示{count}分钟。',
    '这款{animal}玩具什么时候补货？',
    '说明书第{count}页写的和实际不同，方便的话请更新。',
    '任何问题都可以联系客服，编号{order}。',
    '包裹显示{date}签收，可是我没有收到，请查一下。',
    '您好，{part}的优惠券为什么不能用？',
    '经理同意了，请安排{colour}的那一款，金额不变。',
    '请让师傅周末来，白天家里有人，{count}楼有电梯。',
    '我是新用户，文件上传到{count}%就停了，版本{model}。',
  ],
};

const japanese: Language = {
  fakers: [fakerJA],
  values: {
    ...common,
    NAME: (faker) =>
      `${faker.person.lastName()}${faker.datatype.boolean() ? ' ' : ''}${faker.person.firstName()}`,
    PHONE: (faker) =>
      `0${one(faker, ['70', '80', '90'])}-${faker.string.numeric(4)}-${faker.string.numeric(4)}`,
    LOCATION: (faker) => {
      const block = faker.datatype.boolean()
        ? faker.location.street()
        : `${number(faker, 9)}-${number(faker, 30)}-${number(faker, 20)}`;
      return `${faker.location.state()}${faker.location.city()}${faker.person.lastName()}町${block}`;
    },
    ORGANISATION: (faker) => faker.company.name(),
    job: (faker) => faker.person.jobArea(),
    dish: (faker) => faker.food.dish(),
  },
  templates: [
    'お世話になっております。{NAME}と申します。注文{order}の件です。',
    '{NAME}様、お問い合わせありがとうございます。',
    '名前は{NAME}です。電話番号は{PHONE}です。',
    '氏名：{NAME}\n電話：{PHONE}\n住所：{LOCATION}',
    '先日、{NAME.family}さんに対応していただきました。',
    '担当の{NAME.family}です。確認いたします。',
    '住所は{LOCATION}です。届きますか。',
    'お届け先を{LOCATION}に変更してください。',
    '{ORGANISATION}の{NAME.family}と申します。請求書をお願いします。',
    'メールは{EMAIL}、電話は{PHONE}までお願いします。',
    '{NAME.family}様のご注文は{date}に発送しました。',
    'ご契約者：{NAME}（ご本人）',
    'こちらは{NAME}でございます。返金がまだです。',
    'カード番号は{CARD}です。二重に請求されました。',
    'お客様のご注文{order}は発送済みです。',
    '{job}の担当者さんに聞きましたが、大丈夫です。',
    '{dish}を{count}個注文しましたが、届いていません。',
    '色は{colour}です。型番は{model}です。',
    'この商品の仕様は同じですか。{count}月に買いました。',
    '皆様にお知らせです。{date}は休日です。',
    'お店の店員さんがとても親切でした。',
    '注文番号は{order}です。確認をお願いします。',
    '配達員さんが{count}階まで来てくれませんでした。',
    '{animal}のぬいぐるみはまだありますか。',
    '原因は不明です。画面が{colour}になります。',
    '私は{job}の仕事をしています。領収書は必要です。',
    '入口は北口です。{count}番の窓口でお願いします。',
  ],
};

const korean: Language = {
  fakers: [fakerKO],
  values: {
    ...common,
    NAME: (faker) => faker.person.fullName(),
    PHONE: (faker) => `010-${faker.string.numeric(4)}-${faker.string.numeric(4)}`,
    LOCATION: (faker) =>
      `${faker.location.state()} ${faker.location.city()} ${faker.location.street()} ${number(faker, 300)}`,
    ORGANISATION: (faker) => `주식회사 ${faker.person.firstName()}`,
    noun: (faker) => faker.word.noun(),
  },
  templates: [
    '안녕하세요, 저는 {NAME}입니다. 주문번호는 {order}입니다.',
    '{NAME} 고객님, 문의해 주셔서 감사합니다.',
    '{NAME}이라고 합니다. 환불이 아직 안 됐어요.',
    '이름: {NAME}\n전화: {PHONE}\n주소: {LOCATION}',
    '받는 사람은 {NAME}이고 연락처는 {PHONE}입니다.',
    '{NAME}님이 {date}에 주문하셨습니다.',
    '배송지를 {LOCATION}로 바꿔 주세요.',
    '{LOCATION}까지 배송되나요?',
    '어제 {NAME}씨와 통화했어요. 번호는 {PHONE}입니다.',
    '{ORGANISATION} 담당자입니다. 메일은 {EMAIL}입니다.',
    '예금주: {NAME}, 금액은 {count}만 원입니다.',
    '카드번호는 {CARD}이고 메일은 {EMAIL}입니다.',
    '저는 이용자입니다. {noun} 버튼이 없어요.',
    '고객님, 주문 {order}은 배송 중입니다.',
    '색상은 {colour}입니다. 모델은 {model}입니다.',
    '기사님이 {count}층까지 안 오셨어요.',
    '{noun} 상품은 언제 들어오나요?',
    '{animal} 인형은 {count}개 남았습니다.',
    '담당자님께 전달해 주세요. 날짜는 {date}입니다.',
    '앞으로 {count}일 걸립니다. 이유는 {noun}입니다.',
    '사장님, 영업 시간이 어떻게 되나요?',
    '한국인 직원이 친절했어요. 최고입니다.',
    '주문번호 {order}, 수량은 {count}개입니다.',
  ],
};

const languages = { Chinese: chinese, Japanese: japanese, Korean: korean } as const;

/**
 * Sentences of support in one language, with values of faker's locale: nobody's names, and none of the recognisers' lists.
 * About half of the templates hold none, and what could be taken for one: products, animals, colours, numbers.
 */
export function inventedIn(name: keyof typeof languages): EvaluationFile {
  const { fakers, values, templates } = languages[name];
  fakers.forEach((faker, i) => {
    faker.seed(700 + i);
    faker.setDefaultRefDate('2026-01-01T00:00:00Z');
  });
  const records = Array.from({ length: recordsPerLanguage }, (_, i) => {
    const faker = fakers[Math.floor(i / templates.length) % fakers.length]!;
    return filled(templates[i % templates.length]!, values, faker);
  });
  return {
    name: `invented tickets, ${name}`,
    scope: scopeOf(records),
    records,
    isEnglish: false,
    note: `Our own templates, values by faker's locale; in half of them there is none, and words and numbers that look like one.`,
  };
}
