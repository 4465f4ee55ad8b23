/** Messages that no person wrote: out-of-office notes, delivery failures. */

const automaticSubject =
  /^(?:(?:auto(?:matic)?[ -]?(?:reply|response)|automatische antwort|abwesenheitsnotiz|réponse automatique|respuesta automática|resposta automática|risposta automatica|automatisch antwoord|autosvar|odpowiedź automatyczna|автоответ|自动回复|自動回覆|自動返信|自動応答|자동 회신|out of (?:the )?office(?: reply)?)\s?(?:[:：-]|$)|\[auto-?reply\]|delivery status notification\b|mail delivery (?:failed: returning|subsystem\b|failure$)|undelivered mail returned\b|failure notice$|(?:undeliverable|unzustellbar|returned mail|nicht zustellbar|non remis|no se puede entregar|non recapitabile|niet te bezorgen)\s?:)/iu;
/** Answers of calendars to an invitation, by the subjects that Outlook and Google give them. */
const calendarSubject =
  /^(?:accepted|declined|tentative|tentatively accepted|canceled event|updated invitation|zugesagt|abgelehnt|accepté|refusé|aceptado|rechazado)\s?:/iu;

/** Who writes that they are away says so at the beginning, behind a greeting or thanks. */
const polite =
  /^(?:dear|hi|hello|hey|good (?:morning|afternoon|day)|thank|many thanks|hallo|guten tag|sehr geehrte|liebe|danke|vielen dank|bonjour|merci|madame|hola|buenos días|estimad|gracias|muchas gracias|olá|bom dia|prezad|obrigad|ciao|buongiorno|salve|gentile|grazie|beste|geachte|goedendag|bedankt|dank|hej|hei|tack|tak\b|takk|dzień dobry|szanown|dziękuj|здравствуйте|добрый день|спасибо|您好|你好|感谢|谢谢|お世話|いつも|お問い合わせ|メール|ご連絡|ありがとう|please note)/iu;
const absent: readonly RegExp[] = [
  /^(?:currently |presently )?(?:i am|i['’]m|i will be|i['’]ll be|we are) (?:currently |presently |now )?(?:out of (?:the )?office|on (?:annual |parental |maternity |paternity |sick )?leave|on (?:vacation|holiday)|away from (?:the office|my desk))/iu,
  /^(?:derzeit |zurzeit |aktuell )?(?:ich bin|bin ich|wir sind) (?:(?:derzeit|zurzeit|zur zeit|momentan|aktuell|bis .{1,40}|vom .{1,40}) )?(?:nicht im (?:büro|haus)|im urlaub|abwesend|außer haus|in elternzeit)/iu,
  /^je suis (?:actuellement )?(?:absente?|en congés?|en vacances)/iu,
  /^(?:actualmente )?(?:estoy|estaré|me encuentro) (?:actualmente )?(?:fuera de la oficina|de vacaciones|ausente)/iu,
  /^(?:attualmente )?(?:sono|sarò) (?:attualmente )?(?:fuori (?:ufficio|sede)|in ferie|assente)/iu,
  /^(?:momenteel |op dit moment )?(?:ik ben|ben ik) (?:momenteel |op dit moment |tot .{1,40} )?(?:afwezig|niet (?:op kantoor|aanwezig)|(?:op|met) (?:vakantie|verlof))/iu,
  /^(?:de momento )?(?:estou|estarei|encontro-me) (?:atualmente |neste momento )?(?:de férias|em férias|fora do escritório|ausente)/iu,
  /^(?:obecnie )?(?:przebywam|jestem) (?:obecnie )?(?:na urlopie|poza biurem|nieobecn)/iu,
  /^(?:(?:jag är|jeg er) (?:just nu |for tiden |i øjeblikket )?|just nu är jag )(?:på semester|på ferie|tjänstledig|inte på kontoret|ikke på kontoret)/iu,
  /^(?:я )?(?:сейчас )?(?:нахожусь |буду )?(?:в отпуске|вне офиса)/iu,
  /^(?:我|本人)(?:正在|目前|现在|現在|正)?(?:休假|不在办公室|不在辦公室)/u,
  /^(?:現在|ただいま|只今|本日)?[、は]?(?:休暇|夏季休業|年末年始).{0,12}(?:不在|おります|いただいて)/u,
];
const mostClauses = 5;

/** How reports of failed deliveries, and calendars, begin. */
const programText =
  /^(?:delivery has failed to these recipients|this is the mail system at host|hi\. this is the qmail-send|this message was created automatically by mail delivery software|a message that you sent could not be delivered|i['’]m sorry to have to inform you that your message could not|\*\* (?:address not found|message (?:blocked|not delivered)|message not delivered) \*\*|address not found\n|your message (?:to .{1,100} )?(?:couldn['’]t be|wasn['’]t|could not be|was not) delivered|ihre nachricht (?:an .{1,100} )?konnte nicht zugestellt werden|fehler bei der nachrichtenzustellung|begin:vcalendar|.{1,80} has (?:tentatively )?(?:accepted|declined) this invitation)/iu;
const longestNote = 1500;

/** Whether a subject or a text is an out-of-office note, a delivery failure or a calendar's answer. */
export function isAutomaticText(text: string, subject = ''): boolean {
  if (isAutomaticSubject(subject)) return true;
  const start = text.trimStart().slice(0, 400);
  return programText.test(start) || (text.length <= longestNote && isAbsence(start));
}

export function isAutomaticSubject(subject: string): boolean {
  return automaticSubject.test(subject.trim().slice(0, 200));
}

/** Whether the subject of a single mail says that a calendar answered; a thread may well begin with an invitation. */
export function isCalendarSubject(subject: string): boolean {
  return calendarSubject.test(subject.trim().slice(0, 200));
}

function isAbsence(start: string): boolean {
  const clauses = start
    .split(/[!?。！？，,;:：]+|(?<!\d)\.(?=\s+\p{Lu})|\n/u)
    .map((clause) => clause.trim())
    .filter((clause) => clause !== '');
  for (const clause of clauses.slice(0, mostClauses)) {
    if (absent.some((pattern) => pattern.test(clause))) return true;
    if (!polite.test(clause)) return false;
  }
  return false;
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
