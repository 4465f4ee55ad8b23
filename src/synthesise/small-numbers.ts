/** Numbers from 1 to 12, in digits and in words: "within 3 days" and "within three days" say the same. */

const words =
  'one two three four five six seven eight nine ten eleven twelve|ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf|un deux trois quatre cinq six sept huit neuf dix onze douze|un dos tres cuatro cinco seis siete ocho nueve diez once doce|一 二 三 四 五 六 七 八 九 十 十一 十二';
const valueOf = new Map<string, string>([
  ...words.split('|').flatMap((list) => list.split(' ').map((word, i) => [word, `${i + 1}`] as const)),
  ...['eine', 'einen', 'einem', 'einer', 'une', 'una', 'uno'].map((word) => [word, '1'] as const),
  ['两', '2'],
]);

/** What is counted in facts; "two ways" only sums up. Between number and unit one word may stand: "3 working days". */
const unit =
  /^(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|percent|dollars?|euros?|pounds?|cents?|times|attempts?|tries|characters?|digits?|letters?|words?|people|persons?|users?|devices?|items?|pieces?|pages?|miles?|kilomet(?:er|re)s?|met(?:er|re)s?|kilos?|kg|km|cm|mm|mb|gb|tb|kb|sekunden?|minuten?|stunden?|tage?n?|wochen?|monate?n?|jahre?n?|prozent|personen|geräte?n?|zeichen|ziffern|stück|meter|kilometer|secondes?|heures?|jours?|semaines?|mois|ans?|années?|fois|personnes?|appareils?|caractères?|chiffres?|mètres?|segundos?|minutos?|horas?|días?|semanas?|mes|meses|años?|veces|personas?|dispositivos?|caracteres|dígitos|metros?)$/u;
const word = /[\p{L}\p{M}]+|\d+(?:[.,]\d+)*/gu;
const chinese =
  /([一二两三四五六七八九十\d])\s?(?:个|個)?(?:工作)?(?:天|日|周|週|星期|月|年|小时|小時|分钟|分鐘|秒|次|元|人|位)/gu;

const joint = /^(?:to|and|or|bis|und|oder|à|et|ou|a|y|o|\d{1,2})$/;

/** Whether a unit follows, at most one word away; "2 to 5 days" gives one to both numbers. */
function hasUnit(pieces: readonly string[], from: number): boolean {
  let others = 0;
  for (let i = from; i < from + 5 && i < pieces.length; i++) {
    const piece = pieces[i]!;
    if (unit.test(piece)) return true;
    if (!joint.test(piece) && !valueOf.has(piece) && ++others > 1) return false;
  }
  return false;
}

/** Every number from 1 to 12 in a text, as digits. */
export function smallNumbersIn(text: string): Set<string> {
  const found = new Set<string>();
  for (const [piece] of text.normalize('NFKC').toLowerCase().matchAll(word)) {
    const value = valueOf.get(piece) ?? (/^\d{1,2}$/.test(piece) ? String(Number(piece)) : undefined);
    if (value !== undefined) found.add(value);
  }
  for (const [sign] of text.matchAll(/[一二两三四五六七八九十]/gu)) found.add(valueOf.get(sign)!);
  return found;
}

/** Those numbers from 1 to 12 that say how much or how long: they stand before a unit. */
export function quantitiesOf(text: string): Set<string> {
  const plain = text.normalize('NFKC').toLowerCase();
  const found = new Set<string>();
  const pieces = [...plain.matchAll(word)].map(([piece]) => piece);
  for (const [i, piece] of pieces.entries()) {
    const value = valueOf.get(piece) ?? (/^(?:[1-9]|1[0-2])$/.test(piece) ? piece : undefined);
    if (value !== undefined && hasUnit(pieces, i + 1)) found.add(value);
  }
  for (const [, sign] of plain.matchAll(chinese)) found.add(valueOf.get(sign!) ?? sign!);
  return found;
}
