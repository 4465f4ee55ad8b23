/** The largest units of addresses in China and Japan, which begin with them. */
/** Provinces, municipalities and autonomous regions; prefectures with their last character. */
const provinces = `北京 天津 上海 重庆 重慶 河北 山西 辽宁 遼寧 吉林 黑龙江 黑龍江 江苏 江蘇 浙江 安徽 福建 江西 山东 山東 河南 湖北 湖南 广东
  廣東 海南 四川 贵州 貴州 云南 雲南 陕西 陝西 甘肃 甘肅 青海 台湾 台灣 臺灣 内蒙古 广西 廣西 西藏 宁夏 新疆 香港 澳门 澳門 台北 臺北 新北 桃園 臺中 台中 臺南 台南 高雄`;
const prefectures = `北海道 東京都 京都府 大阪府 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 神奈川県 新潟県 富山県
  石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 兵庫県 奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 山口県 徳島県 香川県
  愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県`;
const alternatives = (list: string): string => list.trim().split(/\s+/).join('|');
/** A region by name, wherever it stands. */
export const region: RegExp = new RegExp(
  `(?:${alternatives(prefectures)}|(?:${alternatives(provinces)})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|特別行政區)?)`,
  'gu',
);
