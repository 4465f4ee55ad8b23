/** Lines that mail programs put above the message that is answered. Every pattern looks at one short line. */

/** Longest line, and most lines joined, that can be an attribution: mail programs wrap it at 70 to 80 characters. */
const longestAttribution = 400;
const attributionLines = 4;

/** "On Mon, 12 Mar 2024 at 10:15, Ann <ann@example.com> wrote:", and what other languages make of it. */
const attributions: readonly { starts: RegExp; whole: RegExp }[] = [
  { starts: /^On\s/, whole: /\bwrote:$/ },
  { starts: /^(?:Am|Von)\s/, whole: /\bschrieb\b.{0,200}:$/ },
  { starts: /^Le\s/, whole: /\ba écrit ?:$/ },
  { starts: /^El\s/, whole: /\bescribió:$/ },
  { starts: /^Em\s/, whole: /\bescreveu:$/ },
  { starts: /^Il\s/, whole: /\bha scritto:$/ },
  { starts: /^Op\s/, whole: /\bschreef\b.{0,200}:$/ },
  { starts: /^(?:Den|Den:|På)\s/, whole: /\bskrev\b.{0,200}:$/ },
  { starts: /^(?:在|于)/, whole: /写道[:：]$/ },
  { starts: /^\p{L}{2} \d{1,2}\. \p{L}/u, whole: /\bkirjoitti:$/ },
  { starts: /^\d{4}[-/.年]/, whole: /<[^<>\s]{3,120}>(?: wrote)?[:：]$/ },
  { starts: /^[^\s<>].{0,80}<[^<>\s]{3,120}>/, whole: /(?:wrote|schrieb|a écrit|escribió)\b.{0,100}:$/ },
];
/** A time of day or a year: without one, "On reflection Ann wrote:" may be a sentence of the reply. */
const dated = /\d{1,2}[:.h]\d{2}|(?:19|20)\d{2}/;

export type Attribution = { lines: number; dated: boolean };

/** What Gmail puts above a quote in any language: the date with the time of day, and the address in angle brackets. */
const clock = /\d{1,2}[:.h]\d{2}/;
const year = /(?:19|20)\d{2}/;
const angled = /<[^<>\s]{1,64}@[^<>\s]{1,100}>/;
/** What stands above a quote in any language: an address, a date, and a colon at the end. */
const address = /[<(][^<>()\s]{1,64}@[^<>()\s]{1,100}[>)]/;
const endsWithColon = /[:：]$/;

/** The attribution that begins at a line, which may be wrapped; undefined when there is none. */
export function findAttribution(lines: readonly string[], at: number): Attribution | undefined {
  const first = plainLine(lines[at]!);
  if (first === '' || first.length > longestAttribution) return undefined;
  const candidates = attributions.filter(({ starts }) => starts.test(first));
  if (candidates.length === 0 && !dated.test(first) && !first.includes('@')) return undefined;
  let joined = first;
  for (let count = 1; ; count++) {
    if (candidates.some(({ whole }) => whole.test(joined)))
      return { lines: count, dated: dated.test(joined) };
    if (endsWithColon.test(joined) && address.test(joined) && dated.test(joined))
      return { lines: count, dated: angled.test(joined) && clock.test(joined) && year.test(joined) };
    const next = plainLine(lines[at + count] ?? '');
    if (count === attributionLines || next === '' || joined.length + next.length > longestAttribution)
      return undefined;
    joined += ` ${next}`;
  }
}

/** "Ann Lee wrote:", which says nothing of when: an attribution where a quote begins on the next line. */
const named =
  /^\p{Lu}[\p{L}\p{M}.'’ -]{1,60} (?:wrote|writes|schrieb|schreibt|a écrit|escribió|escreveu|ha scritto|schreef|skrev) ?:$/u;

export function isNamedAttribution(line: string): boolean {
  return line.length <= 100 && named.test(plainLine(line));
}

type HeaderField = 'from' | 'date' | 'to' | 'copy' | 'subject';

const headerFields: readonly { field: HeaderField; pattern: RegExp }[] = [
  {
    field: 'from',
    pattern: /^(?:from|von|de|da|van|från|fra|od|от|kimden|lähettäjä|feladó|发件人|寄件者|差出人|보낸 사람)$/,
  },
  {
    field: 'date',
    pattern:
      /^(?:sent|date|gesendet|datum|envoyé|enviad[oa](?: el| em)?|fecha|data|inviato|verzonden|skickat|sendt|wysłan[oe]|odesláno|отправлено|дата|gönderildi|gönderilen|tarih|lähetetty|elküldve|发送时间|日期|寄件日期|送信日時|日付|보낸 날짜|날짜)$/,
  },
  {
    field: 'to',
    pattern:
      /^(?:to|an|à|para|a|aan|till|til|do|komu|кому|kime|vastaanottaja|címzett|收件人|收件者|宛先|받는 사람)$/,
  },
  { field: 'copy', pattern: /^(?:cc|kopie|copie|kopia|kopi|dw|копия|bilgi|bcc|抄送|副本|参照)$/ },
  {
    field: 'subject',
    pattern: /^(?:subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|主题)$/,
  },
];
const headerBlockLines = 9;

function headerField(line: string): HeaderField | undefined {
  const colon = line.search(/[:：]/);
  if (colon < 0 || colon > 20) return undefined;
  const name = line.slice(0, colon).replaceAll('*', '').trim().toLowerCase();
  return headerFields.find(({ pattern }) => pattern.test(name))?.field;
}

/**
 * The number of lines of a block as Outlook puts it above an answered message ("From: ... Sent: ... To: ... Subject:
 * ..."), in English, German, French, Spanish and some more; 0 when none begins at the line. It has a sender, and two
 * other fields of which one is the date or the subject.
 */
export function headerBlockLength(lines: readonly string[], at: number): number {
  if (headerField(plainLine(lines[at]!)) !== 'from') return 0;
  const found = new Set<HeaderField>(['from']);
  let length = 1;
  for (let i = 1; i < headerBlockLines && at + i < lines.length; i++) {
    const field = headerField(plainLine(lines[at + i]!));
    if (field === undefined || field === 'from') continue;
    found.add(field);
    length = i + 1;
  }
  return found.size >= 3 && (found.has('date') || found.has('subject')) ? length : 0;
}

const originalMessage =
  /^-{2,20} ?(?:original message|original email|reply message|ursprüngliche nachricht|original-?nachricht|message d['’]origine|message original|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|原始邮件) ?-{2,20}$/i;
const forwardedMessage =
  /^(?:-{2,20} ?)?(?:begin forwarded message|forwarded message|weitergeleitete nachricht|anfang der weitergeleiteten nachricht|message transféré|mensaje reenviado)(?: ?-{2,20}|:)?$/i;
/** Help desks tell the customer to reply above such a line. */
const replyAbove = /^(?:##- .{5,120} -##|-{3,20} ?(?:please )?reply above this line ?-{3,20})$/i;

/** Whether everything below such a line is an older message. */
export function isOriginalMessageLine(line: string): boolean {
  const plain = plainLine(line);
  if (plain.length > 150 || !/^[-#]/.test(plain)) return false;
  return originalMessage.test(plain) || isReplyAboveLine(plain);
}

export function isReplyAboveLine(line: string): boolean {
  return line.length <= 150 && replyAbove.test(plainLine(line));
}

export function isForwardedMessageLine(line: string): boolean {
  const plain = plainLine(line);
  return plain.length <= 80 && forwardedMessage.test(plain);
}

/** A line of underscores, which Outlook puts above a header block. */
export function isRule(line: string): boolean {
  return line.length < 200 && /^\s{0,10}_{10,150}\s{0,10}$/.test(line);
}

/** Marks of direction stand around names and at the ends of lines in mails written from right to left. */
const directionMark = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function plainLine(line: string): string {
  return line.length > 2000
    ? line
    : line
        .replaceAll(/[\u00a0\u202f]/g, ' ')
        .replaceAll(directionMark, '')
        .trim();
}
