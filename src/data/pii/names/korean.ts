/**
 * Names of people and addresses in Korean text. A name is a surname and one or two syllables, before 씨, 님 or 입니다 or in a
 * field for one; addresses run from the large to the small, each part a word that says what it is. Lists by hand.
 */
import type { PiiSpan } from '../recogniser.ts';
import { withoutInner } from './inner-spans.ts';

const surnames =
  '김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진나지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용예경봉사부견빈동상태시가라피감복온승';
const doubleSurnames = '남궁|황보|제갈|선우|독고|사공|서문';
/** Syllables that given names are made of. */
const given =
  '민서준지현수영진은우연하윤재승성호희경정미주아유혜원태석동용기훈규환철상도예나린빈율솔선숙자순옥식범찬혁한결건슬빛별새봄가람다온라소인해휘강산란남길종창형섭욱홍교송설시안채애근택필광복덕병봉국균무문세신양언엽완웅월임장천춘충치탁판표학향헌화후흥비담든샘참솜롬리바울옹존늘이대랑사';
const name = `(?:(?:${doubleSurnames})[${given}]{1,2}|[${surnames}][${given}]{2})`;
/** Words that are made like a name. */
const ordinaryWords: ReadonlySet<string> = new Set(
  `이용자 이용지 이미지 이용시 이상한 이상해 유효한 유용한 유명한 고유한 주문자 주소지 주유소 전용기 전자기 기자재 도시가 도서관 정상인 정기권 정수기 정보원 정치인 경찰서 경유지 공기청 공유기
  국제선 국내선 사용자 사용기 사진기 상담원 상품은 상태는 현재의 현지인 신용도 신규의 신고자 신청서 안내원 안경원 여행자 여행지 연예인 연구원 연결은 예약자 예정인 오전은 오후는 우체국 원하시 위치는 유학생
  은행원 인증서 인기는 인상은 임시로 임대인 임차인 자동차 장애인 장소는 전문가 전화는 제조사 제작자 조정은 주인은 주말은 중고품 지원서 지원자 지역은 지정한 진행은 차량은 최고의 최소한 최저가 최종은 최신의 추가는 추천인
  판매자 표시는 하나도 하루도 한국인 한정된 해외는 현금은 현장은 호환성 홍보실 화면은 확인서 환경은 황금빛 회사원 회원가 공무원 국가유 소비자 소유자 소방서 서비스 성인용 성수기 시스템 시외전 어린이 이동식 가정용 남성용
  여성용 유아용 하자가 가능한 가능성 강화유 도우미 이제는 이번은 사은품 상자는 도로명 기사님 고객님 사장님 선생님 손님이 부모님 하나님 회원님 기다림`
    .trim()
    .split(/\s+/),
);
/** 김민수입니다, 김민수 고객님, 김민수라고 합니다, 김민수 씨. */
const told = new RegExp(
  `(?<![가-힣])(${name})(?=(?:이?라고 ?(?:합니다|해요|하는데|하고|하며|불러)|입니다|이에요|예요|이고요|인데요|이라고요| ?씨(?![가-힣])| ?씨[가께는의도와를에,. ]| ?님| ?고객(?:님)?| ?회원님| ?선생님| ?사장님| ?과장님| ?팀장님| ?대리님| ?기사님| ?매니저님| ?상담원| ?드림| ?올림))`,
  'gu',
);
/** A field for a name, or the words that introduce one. */
const field =
  /(?:이름|성함|성명|받는 ?(?:사람|분)|받으시는 ?분|보내는 ?(?:사람|분)|수령인|수취인|예금주|고객명|담당자(?:명)?|주문자(?:명)?|예약자(?:명)?|신청자(?:명)?|계약자(?:명)?|가입자(?:명)?|보호자|환자명|탑승객|발신인|명의자?)(?:[은는이가] |[ ]?[:：][ ]{0,2}| )([가-힣]{2,4})(?=입니다|이에요|예요|이고|이며|인데|이라고|라고|[,.\s()]|$)/gu;
/** 저는 김민수입니다 is told already; a name alone is an answer. */
const asksName = /성함|이름|누구|성명|예금주|수령인|받는 ?분/u;
const answer = new RegExp(`^(?:네,? ?)?(${name})(?:입니다|이에요|예요|이요|요)?[.!]?\\s*$`, 'u');
const isName = new RegExp(`^(?:(?:${doubleSurnames})[가-힣]{1,2}|[${surnames}][가-힣]{1,2})$`, 'u');
const isWholeName = new RegExp(`^${name}$`, 'u');
const noName =
  /^(?:무엇|어떻|없음|미상|본인|동일|위와|상동|아래|이전|고객|주문|정보|변경|확인|등록|입력|수정|오류|기재|생략)/u;

/** Spans of type NAME, in order. */
export function koreanNames(text: string, before: string): PiiSpan[] {
  const spans: PiiSpan[] = [];
  const add = (value: string, start: number): void => {
    spans.push({ type: 'NAME', start, end: start + value.length, confidence: 0.7 });
  };
  for (const { 1: value, index } of text.matchAll(told)) if (!ordinaryWords.has(value!)) add(value!, index);
  for (const { 0: whole, 1: value, index } of text.matchAll(field))
    if (isFieldValue(value!, whole)) add(value!, index + whole.length - value!.length);
  const bare = text.length <= 24 && asksName.test(before) ? answer.exec(text)?.[1] : undefined;
  if (bare !== undefined && !ordinaryWords.has(bare)) add(bare, text.indexOf(bare));
  const sorted = spans.sort((a, b) => a.start - b.start);
  return sorted.filter(({ start }, i) => i === 0 || sorted[i - 1]!.start !== start);
}

/** Behind a colon any surname will do; in a sentence the rest has to be made like a name. */
function isFieldValue(value: string, whole: string): boolean {
  if (ordinaryWords.has(value) || noName.test(value)) return false;
  if (!/[:：]/.test(whole)) return isWholeName.test(value);
  return isName.test(value) || (/^(?:이름|성함|성명|예금주|수령인|받는)/.test(whole) && value.length === 3);
}

const regions = `서울특별시|서울시|서울|부산광역시|부산시|부산|대구광역시|대구시|대구|인천광역시|인천시|인천|광주광역시|광주시|광주|대전광역시|대전시|대전|울산광역시|울산시|울산|세종특별자치시|세종시|세종|경기도|경기|강원특별자치도|강원도|강원|충청북도|충북|충청남도|충남|전북특별자치도|전라북도|전북|전라남도|전남|경상북도|경북|경상남도|경남|제주특별자치도|제주도|제주`;
const admin = '[가-힣]{1,6}[시군구읍면동리] ';
const road = '[가-힣0-9·]{1,12}(?:로|길|가|동|리) ?';
/** Region, cities and districts, then road or quarter with a number, and the flat. */
const address = new RegExp(
  `(?<![가-힣])(?:(?:${regions}) (?:${admin}){1,3}(?:${road})?|[가-힣]{2,6}[시군구] (?:${admin}){0,2}${road})(?:지하 ?)?[0-9]{1,5}(?:-[0-9]{1,4})?(?:번지|번길 ?[0-9]{1,4}(?:-[0-9]{1,4})?)?(?![0-9]|[.,][0-9]| ?(?:개|원|일|월|년|시|분|명|번|회|대|만|천|백|건|장|통|박|권|점|위|등|차|세|배|주|층))(?:,? (?:[가-힣A-Za-z0-9]{1,14} ?)?[0-9]{1,4}(?:동|호|층)(?: ?[0-9]{1,4}(?:호|층))?)?`,
  'gu',
);
const region = new RegExp(
  `(?<![가-힣])(?:${regions})(?: [가-힣]{1,5}[시군구](?![가-힣]))?(?![가-힣]{2})`,
  'gu',
);

/** Spans of type ADDRESS and PLACE. */
export function koreanAddresses(text: string): PiiSpan[] {
  const all = (pattern: RegExp, type: 'ADDRESS' | 'PLACE', confidence: number): PiiSpan[] =>
    [...text.matchAll(pattern)].map(({ 0: found, index }) => ({
      type,
      start: index,
      end: index + found.trimEnd().length,
      confidence,
    }));
  return withoutInner(all(address, 'ADDRESS', 0.85), all(region, 'PLACE', 0.6));
}
