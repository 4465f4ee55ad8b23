/** Check digits of identity and account numbers. All take digits (or the characters named) without separators. */

/** Luhn: every second digit from the right doubled, digits summed, a multiple of ten (ISO/IEC 7812-1, annex B). */
export function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digitAt(digits, digits.length - 1 - i);
    const doubled = digit * 2;
    sum += i % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Σ digit · weight, over as many digits as there are weights. */
export function weightedSum(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * digitAt(digits, i), 0);
}

/** ISO/IEC 7064 MOD 11,10: p ← 2 · ((p + digit) mod 10 or 10) mod 11; ends at 1 with the check digit counted in. */
export function isMod11By10(digits: string): boolean {
  let product = 10;
  for (let i = 0; i < digits.length - 1; i++) {
    const sum = (product + digitAt(digits, i)) % 10 || 10;
    product = (2 * sum) % 11;
  }
  return (product + digitAt(digits, digits.length - 1)) % 10 === 1;
}

/** ISO/IEC 7064 MOD 97-10 remainder of a number of any length; letters count as 10 to 35 (as in IBAN, ISO 13616). */
export function mod97(characters: string): number {
  let remainder = 0;
  for (const character of characters) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder;
}

/** d(j, k): product in the dihedral group of order ten. */
function dihedral(j: number, k: number): number {
  if (j < 5) return k < 5 ? (j + k) % 5 : 5 + ((j + k) % 5);
  return k < 5 ? 5 + ((j - k) % 5) : (j - k + 5) % 5;
}

const verhoeffPermutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4] as const;

/** Verhoeff (J. Verhoeff, Error Detecting Decimal Codes, 1969): dihedral group of order ten, position permutation. */
export function isVerhoeff(digits: string): boolean {
  let check = 0;
  for (let i = 0; i < digits.length; i++) {
    let digit = digitAt(digits, digits.length - 1 - i);
    for (let times = i % 8; times > 0; times--) digit = verhoeffPermutation[digit]!;
    check = dihedral(check, digit);
  }
  return check === 0;
}

/** Whether year, month and day are a date of the calendar. */
export function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && month >= 1;
}

/** Whether six digits YYMMDD are a date in this or the last century (29 February where either has one). */
export function isShortDate(digits: string): boolean {
  const [year, month, day] = [0, 2, 4].map((at) => Number(digits.slice(at, at + 2)));
  return isDate(1900 + year!, month!, day!) || isDate(2000 + year!, month!, day!);
}

function digitAt(digits: string, at: number): number {
  return digits.charCodeAt(at) - 48;
}
