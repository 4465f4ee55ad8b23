/** Whether a heading is phrased as a question, in English, Spanish, French, German or Chinese. */

const spanish =
  /^(?:cómo (?:puedo|podemos|se|cambio|creo|elimino|inicio|hago|funciona|sé|protejo|vuelvo|añado|agrego|obtengo|recupero|cancelo|actualizo|verifico|contacto|solicito)|por qué |qué (?:es|son|pasa|sucede|hago|debo|puedo|significa|necesito)|cuál(?:es)? |cuándo |dónde |cuánt[oa]s? |quién(?:es)? )/;

/** Question words that begin a question even where the mark at its end was left out. */
const openings: readonly RegExp[] = [
  /^(?:how (?:do|does|did|can|could|should|would|will|is|are|long|much|many|often|soon)|what(?:['’]s| (?:is|are|do|does|did|if|can|should|happens|kind|type|information|will))|why (?:is|are|am|do|does|did|can|can['’]t|was|were|isn['’]t|won['’]t|don['’]t|doesn['’]t|didn['’]t|should)|where (?:is|are|do|does|did|can|should)|when (?:is|are|do|does|did|can|will|should)|who (?:is|are|can|do|does|should)|which .{1,80} (?:do|does|can|should|is|are) |can (?:i|we|you|my)|do (?:i|we|you)|does (?:my|the|your|it)|is (?:it|there|my|the|this)|are (?:there|my|the|you)|should i|will (?:i|my|you|the)|am i|may i)\b/,
  /^¿/,
  spanish,
  /^(?:comment (?:puis-je|puis je|faire|créer|modifier|supprimer|savoir|contacter|obtenir|changer|annuler|protéger|signaler|résoudre|ajouter|est|sont|fonctionne)|pourquoi |qu['’]est-ce |que (?:faire|se passe|dois-je|signifie)|quel(?:le)?s? (?:est|sont|que)|où (?:puis-je|est|sont|trouver)|combien |quand (?:puis-je|est|dois-je)|est-ce que |puis-je |ai-je |dois-je |qui (?:peut|est|sont))/,
  /^(?:wie (?:kann|können|lange|viel|viele|oft|ändere|erstelle|lösche|melde|funktioniert|finde|bekomme|erhalte|kündige|mache|komme|richte|setze|bezahle|hoch)|was (?:ist|sind|passiert|mache|muss|kann|kostet|bedeutet|tun)|warum |wieso |weshalb |wo (?:ist|sind|finde|kann)|wann |wer (?:ist|sind|kann)|welche[rsnm]? .{1,80} |kann ich |muss ich |darf ich )/,
  /^(?:我(?:该|应该)?(?:如何|怎么|怎样|能否|可以|可不可以)|如何|怎么|怎样|为什么|为何|什么(?:是|叫|时候|情况)|谁(?:可以|能)|哪(?:些|里|个)|多久|多少|是否|能否|可否)/,
];
const longestQuestionCharacters = 300;
/** "Q:", "Q2.", "3.", "3)" and "1.2" in front of a question. */
const numbering =
  /^(?:(?:q|question|frage|pregunta|domanda|问|問|问题)\s?\d{0,3}\s?[:.：)]|\d{1,3}(?:\.\d{1,3}){0,4}[.)]|\d{1,3}(?:\.\d{1,3}){1,4}(?=\s))\s{0,5}/i;

/**
 * A heading that ends with a question mark, or begins the way that a question does. A heading such as "How to sign in"
 * is a title, not a question.
 */
export function isQuestion(heading: string): boolean {
  const text = heading.trim().replace(numbering, '');
  if (text.length < 4 || text.length > longestQuestionCharacters) return false;
  if (/[?？]["'”’»)）]?$/.test(text)) return true;
  // A question in the middle, a statement at the end: "Locked out? Read this".
  if (/[.!。！:：]$/.test(text)) return false;
  const lower = text.toLowerCase();
  return openings.some((opening) => opening.test(lower));
}

/** A question without its number, and with the mark at its end that it should have. */
export function withQuestionMark(question: string): string {
  const text = question.trim().replace(numbering, '');
  if (/[?？]["'”’»)）]?$/.test(text)) return text;
  if (spanish.test(text.toLowerCase())) return `¿${text}?`;
  return `${text}${/[\u3400-\u9fff]$/.test(text) ? '？' : '?'}`;
}
