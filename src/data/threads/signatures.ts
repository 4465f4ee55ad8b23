/** A message without what stands below it in every message of its sender. Every pattern looks at one short line. */

/** RFC 3676, section 4.3: a line of two hyphens and a blank. Mail programs lose the blank. */
const separator = /^(?:-- ?|—|__)$/;
const longestSignatureLines = 25;

const sentFrom =
  /^(?:sent from (?:my|mail|outlook|yahoo|proton|gmail|the|an?)\b.{0,80}|sent (?:via|with) .{1,60}|get outlook for .{1,20}|von mein\S{1,3} .{1,60} gesendet|gesendet (?:von|mit|aus) .{1,60}|diese nachricht wurde von mein.{1,60} gesendet|envoyé (?:de(?:puis)?|à partir de) .{1,60}|télécharger outlook pour .{1,20}|enviado desde .{1,60}|enviado do meu .{1,60}|obtener outlook para .{1,20}|inviato da .{1,60}|verzonden vanaf .{1,60}|(?:verstuurd vanaf|skickat från|sendt fra|lähetetty|wysłan[eo] z|odesláno z|отправлено с|надіслано з)(?: (?:mijn|min|mit|mojego|mého|моего|мого))? (?:iphon|ipad|android|samsung|huawei|xiaomi|galaxy|outlook|yahoo|gmail|mobil|telefon|smart|urządzeni|устройства).{0,60}|.{1,40}[’'](?:m?[dt][ae]n|umdan|imden) gönderildi|发自我的.{1,40}|傳自我的.{1,40}|.{1,40}から送信|나의 .{1,40}에서 보냄)\.?$/iu;

const disclaimer =
  /^(?:\W{0,5})(?:this (?:e-?mail|message|communication|transmission)(?: message)?(?:,? (?:and|including|together with) any .{1,40})? (?:is|are|may|contains?|was)\b.{0,80}\b(?:confidential|privileged|intended)|(?:the )?(?:information|contents?) (?:contained )?in this (?:e-?mail|message)|confidentiality (?:notice|note)|disclaimer\b|legal notice\b|if you (?:are not|have received) .{0,40}(?:recipient|error)|please consider the environment|diese (?:e-?mail|nachricht).{0,80}vertraulich|vertraulichkeitshinweis|haftungsausschluss|ce (?:message|courriel|mail).{0,80}confidentiel|avis de confidentialité|este (?:mensaje|correo).{0,80}confidencial|aviso (?:legal|de confidencialidad)|bitte denken sie an die umwelt)/iu;

const signOff =
  /^(?:(?:with )?(?:best|kind|kindest|warm|warmest|many) (?:regards|wishes|thanks)|best|regards|sincerely(?: yours)?|yours (?:sincerely|truly|faithfully)|respectfully|cheers|thanks(?: (?:again|a lot|so much|in advance|and regards))?|thank you(?: (?:again|so much|very much|in advance))?|all the best|take care|mit (?:freundlichen|besten|herzlichen) grüßen|(?:viele|liebe|beste|herzliche|schöne|freundliche) grüße|(?:viele|liebe|beste|schöne) gruesse|mfg|lg|vg|gruß|grüße|danke(?: und gruß)?|cordialement|bien (?:cordialement|à vous)|(?:meilleures )?salutations(?: distinguées)?|merci(?: d['’]avance)?|saludos(?: cordiales)?|un (?:cordial )?saludo|atentamente|gracias|cordialmente|met vriendelijke groet(?:en)?|cordiali saluti|atenciosamente)(?:[,.!\s]|\p{RGI_Emoji}){0,8}$/iv;
const blockLines = 10;
const blockLineCharacters = 90;

/** "Ann Lee", "Dr. A. van der Berg", "Support Team", "ann". */
const nameLine =
  /^(?:[-–—~*]{1,2} ?)?(?:\p{Lu}[\p{L}\p{M}.'’-]{0,30}|van|von|de|der|den|del|di|la|le|the|of|and|for|&)(?:[ ,](?:\p{Lu}[\p{L}\p{M}.'’-]{0,30}|van|von|de|der|den|del|di|la|le|the|of|and|for|at|&)){0,5}$/u;
const shortNameLine = /^\p{L}{1,15}[.!]?$/u;
/** A line of a contact block: it has a number, an address, or the form of a name or title. */
const contactLine = /\d{3}|@|www\.|https?:|^(?:tel|phone|mobile|fax|email|e-mail|web|skype)\b|[|•·]/iu;
/** A line that belongs to the matter, wherever it stands. */
const matter =
  /^p\.?\s?s\b|\b(?:order|ticket|invoice|case|account|reference|tracking|bestell|kunden|rechnung|auftrag|commande|facture|pedido|factura)/iu;

/**
 * Strips a signature: below "-- ", from "Sent from my phone" on, a legal disclaimer at the end, and a sign-off with the
 * name and the contact block below it. A sign-off without a name ("Thanks!") is left. Goes on until nothing is found, so
 * that they may stand in any order.
 */
export function stripSignature(text: string): { text: string; signature: boolean } {
  const lines = text.split('\n');
  const whole = trimmedEnd(lines, lines.length);
  let end = whole;
  for (let cut = end; ; end = trimmedEnd(lines, cut)) {
    cut = Math.min(...finders.map((find) => find(lines, end)));
    if (cut >= end) break;
  }
  return { text: lines.slice(0, end).join('\n').trim(), signature: end < whole };
}

/** Index of the line from which the message is signature, or `end`. */
function findSeparator(lines: readonly string[], end: number): number {
  const from = Math.max(1, end - longestSignatureLines);
  for (let i = from; i < end; i++)
    if (lines[i]!.length < 5 && separator.test(lines[i]!.trimStart())) return i;
  return end;
}

function findSentFrom(lines: readonly string[], end: number): number {
  const from = Math.max(0, end - 6);
  for (let i = from; i < end; i++) if (isShort(lines[i]!, 120) && sentFrom.test(lines[i]!.trim())) return i;
  return end;
}

/** A disclaimer is a paragraph of its own; what stands below it is disclaimer too. */
function findDisclaimer(lines: readonly string[], end: number): number {
  const from = Math.max(1, end - longestSignatureLines);
  for (let i = from; i < end; i++)
    if ((lines[i - 1]!.trim() === '' || isRuler(lines[i - 1]!)) && disclaimer.test(lines[i]!.slice(0, 300)))
      return i;
  return end;
}

function findSignOff(lines: readonly string[], end: number): number {
  const from = Math.max(0, end - blockLines - 1);
  for (let i = from; i < end - 1; i++) {
    if (!isShort(lines[i]!, 60) || !signOff.test(lines[i]!.trim())) continue;
    if (isContactBlock(lines.slice(i + 1, end))) return i;
  }
  return end;
}

function isContactBlock(lines: readonly string[]): boolean {
  const filled = lines.map((line) => line.trim()).filter((line) => line !== '');
  const [first, ...others] = filled;
  if (first === undefined || filled.some((line) => line.length > blockLineCharacters)) return false;
  if (filled.some((line) => matter.test(line))) return false;
  if (!nameLine.test(first) && !(others.length === 0 && shortNameLine.test(first))) return false;
  return others.every((line) => nameLine.test(line) || contactLine.test(line));
}

function isShort(line: string, characters: number): boolean {
  return line.length <= characters && line.trim() !== '';
}

function isRuler(line: string): boolean {
  return line.length < 200 && /^[-_*=]{3,150}$/.test(line.trim());
}

const finders = [findSeparator, findSentFrom, findDisclaimer, findSignOff];

function trimmedEnd(lines: readonly string[], from: number): number {
  let end = from;
  while (end > 0 && lines[end - 1]!.trim() === '') end -= 1;
  return end;
}
