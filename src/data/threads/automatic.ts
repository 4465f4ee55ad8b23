/** Messages that no person wrote: out-of-office notes, delivery failures. */

const automaticSubject =
  /^(?:(?:auto(?:matic)?[ -]?(?:reply|response)|automatische antwort|abwesenheitsnotiz|réponse automatique|respuesta automática|resposta automática|risposta automatica|automatisch antwoord|delivery status notification|mail delivery (?:failed|subsystem)|undelivered mail returned|failure notice)\b|自动回复|自動返信|\[auto-?reply\]|out of (?:the )?office(?: reply)?:|(?:undeliverable|unzustellbar|returned mail|nicht zustellbar|non remis)\s?:)/iu;

const outOfOffice =
  /^(?:(?:dear|hi|hello|hallo|guten tag|bonjour|hola)\b[^\n]{0,60}\n\s{0,5})?(?:thank(?:s| you) for (?:your|the) (?:e-?mail|message)[^\n]{0,20}[.!]?\s{1,3})?(?:i am|i'm|i will be|we are) (?:currently |presently |now )?(?:out of (?:the )?office|on (?:annual |parental |maternity |sick )?leave|on (?:vacation|holiday)|away from (?:the office|my desk))|^(?:(?:hallo|guten tag|sehr geehrte)\b[^\n]{0,60}\n\s{0,5})?(?:ich bin|wir sind) (?:derzeit |zurzeit |momentan |bis [^\n]{1,40} )?(?:nicht im (?:büro|haus)|im urlaub|abwesend)|^(?:bonjour\b[^\n]{0,60}\n\s{0,5})?je suis (?:actuellement )?(?:absent|en congé)|^(?:hola\b[^\n]{0,60}\n\s{0,5})?(?:estoy|estaré) (?:actualmente )?(?:fuera de la oficina|de vacaciones)/iu;
const longestNote = 1500;

/** Whether a subject or a text is an out-of-office note or a delivery failure. */
export function isAutomaticText(text: string, subject = ''): boolean {
  if (automaticSubject.test(subject.trimStart().slice(0, 200))) return true;
  return text.length <= longestNote && outOfOffice.test(text.trimStart().slice(0, 400));
}

/**
 * Whether the headers of a mail (names in lower case) say that a program sent it: RFC 3834 (Auto-Submitted), what older
 * programs write instead, and delivery reports (RFC 3464).
 */
export function isAutomaticMail(headers: ReadonlyMap<string, string>, from: string): boolean {
  const submitted = headers.get('auto-submitted')?.trim().toLowerCase();
  if (submitted !== undefined && !submitted.startsWith('no')) return true;
  if (['x-autoreply', 'x-autorespond', 'x-auto-reply'].some((name) => headers.has(name))) return true;
  if (/^(?:auto_reply|bulk|junk)\b/i.test(headers.get('precedence')?.trim() ?? '')) return true;
  if (/^\s{0,10}multipart\/report\b/i.test(headers.get('content-type') ?? '')) return true;
  return /^(?:mailer-daemon|postmaster)@/i.test(from);
}
