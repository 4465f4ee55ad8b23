/**
 * What Japanese names are made of, written down by hand: surnames that many people have, and the characters that most
 * others are put together from. Whole words that are put together alike and are no names stand beside them.
 */
const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));
const characters = (text: string): ReadonlySet<string> => new Set(text.replace(/\s+/g, ''));

/** Those that their characters alone would not tell, or that have one or three. */
export const surnames: ReadonlySet<string> = words(`
  佐藤 鈴木 高橋 田中 伊藤 渡辺 渡邊 渡邉 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 斎藤 斉藤 齋藤 林 清水 山崎 森 池田 橋本 阿部
  石川 山下 中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤 村上 遠藤 青木 坂本 福田 太田 西村 藤井 岡本 金子 藤原 三浦 中野 原田
  中川 松田 竹内 小野 田村 中山 和田 石田 森田 上田 原 内田 柴田 酒井 宮崎 横山 高木 安藤 宮本 大野 小島 工藤 谷口 今井 高田 丸山
  増田 杉山 村田 大塚 新井 小山 平野 藤本 河野 上野 野口 武田 松井 千葉 菅原 岩崎 久保 木下 佐野 野村 松尾 菊地 菊池 杉本 市川 古川 大西
  島田 水野 桜井 高野 渡部 吉川 山内 西田 飯田 西川 小松 北村 安田 五十嵐 川口 関 平田 中田 久保田 服部 岩田 土屋 川崎 福島 本田
  東 樋口 中西 松岡 森本 大久保 秋山 星野 堀 荒木 大島 堀内 浜田 早川 松下 川上 川村 矢野 須藤 荒井 小池 萩原 熊谷 片山 栗原 児玉 南
  辻 今村 黒田 奥村 宇野 宮田 成田 上原 大橋 中井 桑原 森下 榎本 望月 西 泉 浅野 三宅 伊東 田辺 柳 柳田 馬場 永井 尾崎 向井 川島 秋元 平井 牧野 広瀬
  関口 中尾 大石 内藤 岡崎 富田 田口 川田 島 坂口 松村 西山 根本 相馬 福井 藤川 梅田 安部 神田 沢田 飯塚 稲垣 比嘉 金城 新垣 大城 喜多 目黒 日高
  神谷 平山 三好 一ノ瀬 小笠原 長尾 若林 白井 古谷 諏訪 宇佐美 二宮 四宮 八木 九鬼 千田 百瀬 佐伯 佐久間 榊原 神崎 鬼頭 若松 戸田 河合 川合 落合`);

const first = characters(`
  鶴鷹亀馬猿兎鮎雀梶樫椿楓青赤白黒金銀石岩山川河田野森林木松竹梅桜杉桐柳藤菊萩栗桑柏榎楠大小中上下前後内外東西南北高低長永古新若老早速近遠広浅深平安清水
  池沼沢澤浜濱海島嶋津波岡丘坂谷原畑村町里宮神寺堂門戸屋倉蔵橋井泉滝瀬江入日月星春夏秋冬朝三四五六七八九千万百吉福富豊徳幸喜和
  佐伊加斎斉齋安武阿渡荒今相会秋有市岩植牛梅榎荻奥落鬼片勝金鎌亀川神菊岸北熊栗黒桑香児古駒権坂榊桜笹沢塩柴島城白杉菅須関芹園
  田高滝竹辰立谷種玉千塚土堤寺戸富友豊鳥直中永奈成西根野羽橋長花浜林原春日樋平広深福藤古星細堀本牧増松丸三水皆南宮向宗村室
  望本森守矢柳八山湯横吉米若鷲和工宇尾大岡織甲飯猪石磯板市稲今岩上臼内梅浦江遠太角笠梶柏粕甘蒲仁丹`);
const second = characters(`
  田本川山野村井藤原木島嶋崎﨑谷口上下中沢澤橋松林森岡石部水瀬内尾宮塚辺邊邉倉坂葉地池津浦城見永根田羽間場堀海戸浜濱子元岩家江代
  脇保屋形出川平市生西東北南瀬波越枝住沼賀武瀧滝畑迫井口股堂竹丸倉関山橋越`);

/** No names, though followed by さん, 様 or です. */
const ordinaryWords: ReadonlySet<string> = words(`
  上下 内外 東西 南北 前後 大小 中間 中古 本屋 花屋 魚屋 酒屋 米屋 金属 石油 水道 水中 山中 海上 海外 地下 地上 屋上 屋内 屋外 室内 門前 日本 大本 本日 今日 本人 大人
  小口 入口 出口 窓口 西口 東口 北口 南口 上部 下部 内部 外部 中部 大部 高見 長見 意見 家内 市内 市外 村内 町内 村上 国内 年内 月内 日中 今中 大家 小屋 母屋 部屋 古本 新本
  高地 土地 平地 平和 平山 水上 月間 日間 年間 週間 時間 中間 新古 古代 大地 有名 有料 無料 早見 朝日 毎日 春日 田舎 古川 野生 小生 三本 四本 五本 六本 七本 八本 九本 千本 百本 一本 二本
  十本 三木 大木 高木 木下 石山 森林 山林 竹林 松林 水田 塩田 油田 新田 田畑 大波 大西洋 東海 南海 北海 日本海 西日本 東日本 八百屋 薬屋 電気屋 前回 今回 安心 大変 大丈夫 大切 中止 本社 内容 入金 高額`);

/** How many characters at `at` are a surname: three, two or one; 0 when none. */
export function surnameLength(text: string, at: number): number {
  for (const length of [3, 2]) if (surnames.has(text.slice(at, at + length))) return length;
  const pair = text.slice(at, at + 2);
  if (first.has(pair[0] ?? '') && second.has(pair[1] ?? '') && !ordinaryWords.has(pair)) return 2;
  return surnames.has(text[at] ?? '') ? 1 : 0;
}
