/** Texts of fewer characters end as they like: "Sure", "Bye now". */
const leastCharacters = 40;
/** Words that no sentence ends with. */
const openWords = new Set(
  'a an the and or but because if of to for with from at in on by your our my their his is are was were will would can could should that which'.split(
    ' ',
  ),
);

/** Whether a text stops in the midst of a sentence: at a comma, an open bracket, an unclosed code block, or a word like "the". */
export function isCutOff(text: string): boolean {
  const trimmed = text.trimEnd();
  if ((trimmed.split('```').length - 1) % 2 === 1) return true;
  if (trimmed.length < leastCharacters) return false;
  if (/[,;([{\-–—/、，；（]$/.test(trimmed)) return true;
  const lastWord = /[a-z]{1,8}$/i.exec(trimmed.slice(-10))?.[0];
  return lastWord !== undefined && openWords.has(lastWord.toLowerCase());
}
