/**
 * Keys, tokens and passwords. Known prefixes are enough by themselves; a string that is merely random, and a password,
 * need the words before them.
 */
import { hasWord, lastIndexOf, talkBefore, wholeWords } from './nearby-words.ts';
import type { PiiSpan, Recogniser } from './recogniser.ts';

/** Issuers' own prefixes, as they document them. */
const prefixed = [
  'sk-(?:ant-|proj-|svcacct-|or-)?[\\w-]{20,200}', // OpenAI, Anthropic, OpenRouter
  '[srp]k_(?:live|test)_[0-9A-Za-z]{10,250}', // Stripe
  'whsec_[0-9A-Za-z+/=]{20,100}',
  'gh[pousr]_[0-9A-Za-z]{30,255}', // GitHub
  'github_pat_\\w{22,255}',
  'gl(?:pat|ptt|rt)-[\\w-]{20,60}', // GitLab
  'xox[abeoprs]-[0-9A-Za-z-]{10,250}', // Slack
  'xapp-[0-9A-Za-z-]{10,250}',
  '(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}', // AWS
  'AIza[\\w-]{35}', // Google
  'ya29\\.[\\w-]{20,500}',
  'GOCSPX-[\\w-]{20,60}',
  'hf_[0-9A-Za-z]{30,60}', // Hugging Face
  'npm_[0-9A-Za-z]{36}',
  'pypi-[\\w-]{16,250}',
  'SG\\.[\\w-]{16,40}\\.[\\w-]{16,60}', // SendGrid
  '(?:AC|SK)[0-9a-f]{32}', // Twilio
  '\\d{8,10}:AA[\\w-]{33}', // Telegram
  'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}', // Shopify
  'do[opr]_v1_[0-9a-f]{64}', // DigitalOcean
  'key-[0-9a-f]{32}', // Mailgun
  'sq0[a-z]{3}-[\\w-]{22,60}', // Square
  'dapi[0-9a-f]{32}', // Databricks
  'lin_api_[0-9A-Za-z]{40}', // Linear
  'ey[JI][\\w-]{10,2000}\\.ey[JI][\\w-]{10,4000}\\.[\\w-]{10,1000}', // JSON Web Token (RFC 7519)
].join('|');
const token = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${prefixed})(?![\\p{L}\\p{N}_])`, 'gu');
/** What every prefix above has somewhere in its first letters; most texts have none. */
const someToken =
  /sk-|[srp]k_|whsec_|gh[pousr]_|github_pat|gl(?:pat|ptt|rt)-|xox[abeoprs]-|xapp-|A(?:KIA|SIA|BIA|CCA)|AIza|ya29\.|GOCSPX|hf_|npm_|pypi-|SG\.|(?:AC|SK)[0-9a-f]{8}|\d:AA|shp[acps]|do[opr]_v1|key-|sq0|dapi|lin_api|ey[JI]/;
const privateKeyBegin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const privateKeyEnd = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
/** Longest text of a private key whose end is missing, as far as it looks like base64. */
const keyBody = /[\w+/=:,\s-]{0,8000}/y;
/** ?token=…: what the address gives to whoever opens it; the value is masked where addresses stay. */
const inQuery =
  /(?<=[?&#;](?:[a-z]{1,12}[_-])?(?:token|key|apikey|sig|signature|secret|password|passwd|pwd|auth|jwt|session|sessionid|sid)=)[^\s&#"'<>]{8,2000}/giu;
/** scheme://user:password@host; the part before "@" is masked. */
const inUrl = /(?<=[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:<>"']{1,100}:[^\s/@<>"']{1,200}(?=@[\p{L}\p{N}[])/giu;
const authorisation = /(?<=(?<!\p{L})(?:bearer|basic)\s)[\w+/=.~-]{12,4000}/giu;
const secretWords = wholeWords([
  'api keys?',
  'access keys?',
  'secret keys?',
  'private key',
  'secrets?',
  'tokens?',
  'credentials?',
  'auth(?:orization|entication)?',
  'license key',
  'licence key',
  'keys?',
  'aws',
]);
const someSecretWord = /key|token|secret|credential|auth|aws/i;
const random = /(?<![\p{L}\p{N}_+/=-])[\w+/=-]{20,200}(?![\p{L}\p{N}_+/=-])/gu;
/** "password: x", "my pwd is x", "passcode = x"; the value is what no blank divides. */
const afterWord =
  /(?<![\p{L}\p{N}])(password|passwd|passcode|passphrase|pwd|kennwort|passwort|contraseña|mot de passe|пароль|κωδικός|pin|otp|one[- ]time code|verification code|security code|cvv2?|cvc2?)(?![\p{L}\p{N}])(?:[\s_-]number)?["'\s]{0,3}(?:is|was|:|=|ist|es|est)[\s"'`:=]{0,4}([^\s"'`]{3,100})/giu;
/** What a told password has, or a digit. */
const someSign = /[!#$%^&*+=@]/;
/** "password hunter2!": said without a verb, it has letters and a digit or a sign. */
const besideWord =
  /(?<![\p{L}\p{N}])(?:password|passwd|passcode|passphrase|pwd|passwort|kennwort|contraseña) (?=[^\s\d"'`]{0,40}\d)(?=[^\s\p{L}"'`]{0,40}\p{L})([^\s"'`,;()]{6,40})/giu;
/** The key that unlocks a SIM card has eight digits. */
const unlockingKey = /(?<=(?<!\p{L})puk(?:[ -]?code)?(?: is|:)? )\d{8}(?!\d)/giu;
const digitsAfterWord =
  /(?<![\p{L}\p{N}])(?:pin|passcode|otp|cvv2?|cvc2?|(?:security|verification|one[- ]time|authentication|access|login|2fa|sms) (?:pass)?code)(?![\p{L}\p{N}])/giu;
const isPinAfter =
  /^,? (?:is|was) (?:my|the) (?:pin|passcode|(?:security|verification|one[- ]time|access|login) code)(?![\p{L}\p{N}])/iu;
const shortCode = /(?<![\p{L}\p{N}_.,$€£#-])(?<!\d[-/ :])\d{3,6}(?![-/:.]?\d|[\p{L}_%])/gu;

export const secrets: Recogniser = {
  types: ['SECRET'],
  readsForms: true,
  find: (text, { before }) => {
    const hasDigit = /\d/.test(text);
    return [
      ...(hasDigit && someToken.test(text) ? spansOf(text, token, 1) : []),
      ...(text.includes('PRIVATE KEY') ? privateKeys(text) : []),
      ...(text.includes('://') && text.includes('@') ? spansOf(text, inUrl, 1) : []),
      ...(hasDigit && text.includes('=') ? spansOf(text, inQuery, 0.8) : []),
      ...(hasDigit && /\d{8}/.test(text) && /puk/i.test(text) ? spansOf(text, unlockingKey, 0.8) : []),
      ...(hasDigit && /bearer|basic/i.test(text)
        ? spansOf(text, authorisation, 0.9).filter(isMixedIn(text))
        : []),
      ...(hasDigit ? randomStrings(text, before) : []),
      ...(hasDigit || someSign.test(text) ? spoken(text) : []),
      ...(hasDigit ? codes(text, before) : []),
    ];
  },
};

function spansOf(text: string, pattern: RegExp, confidence: number): PiiSpan[] {
  return [...text.matchAll(pattern)].map(({ 0: found, index }) => ({
    type: 'SECRET',
    start: index,
    end: index + found.length,
    confidence,
  }));
}

/** From BEGIN to END; where the end is missing, as far as the text looks like a key. */
function privateKeys(text: string): PiiSpan[] {
  const spans: PiiSpan[] = [];
  for (const { 0: found, index } of text.matchAll(privateKeyBegin)) {
    if (index < (spans.at(-1)?.end ?? 0)) continue;
    privateKeyEnd.lastIndex = keyBody.lastIndex = index + found.length;
    const body = keyBody.exec(text)?.[0].length ?? 0;
    const ending = privateKeyEnd.exec(text.slice(0, index + 20_000));
    const end = ending ? ending.index + ending[0].length : index + found.length + body;
    spans.push({ type: 'SECRET', start: index, end, confidence: 1 });
  }
  return spans;
}

/** Strings as random as keys are, where the talk is of keys. */
function randomStrings(text: string, before: string): PiiSpan[] {
  if (!someSecretWord.test(text) && !someSecretWord.test(before)) return [];
  return spansOf(text, random, 0.7).filter(
    (span) =>
      isMixedIn(text)(span) &&
      bitsPerCharacter(text.slice(span.start, span.end)) >= 3.5 &&
      hasWord(secretWords, talkBefore(text, span.start, before)),
  );
}

const isMixedIn =
  (text: string) =>
  ({ start, end }: PiiSpan): boolean => {
    const value = text.slice(start, end);
    return /\d/.test(value) && /[A-Za-z]/.test(value) && !/^[a-z]+(?:[-_/][a-z]+)*[-_/]?\d{1,4}$/.test(value);
  };

/** Shannon entropy of the characters, in bits. */
function bitsPerCharacter(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

/** A password that is told. What is all letters is as likely a word: "the password is wrong". */
function spoken(text: string): PiiSpan[] {
  if (!/pass|pwd|pin|otp|code|cv[vc]|kennwort|contrase|парол|κωδικ/i.test(text)) return [];
  const beside = /pass|pwd|kennwort|contrase/i.test(text) ? text.matchAll(besideWord) : [];
  return [...text.matchAll(afterWord), ...beside].flatMap((match) => {
    const { 0: found, index } = match;
    const raw = match.at(-1);
    const value = raw!.replace(/[.,;!?)\]]+$/, '');
    const start = index + found.length - raw!.length;
    const isTold = value.length >= 3 && /\d|[!#$%^&*+=@]/.test(value) && !value.startsWith('[');
    return isTold ? [{ type: 'SECRET' as const, start, end: start + value.length, confidence: 0.7 }] : [];
  });
}

/** A short number where the last talk is of a PIN or a code. */
function codes(text: string, before: string): PiiSpan[] {
  const both = `${before.slice(-120)} ${text}`;
  if (!/\d{3}/.test(text) || !/pin|otp|cv[vc]|code/i.test(both)) return [];
  if (lastIndexOf(digitsAfterWord, both) < 0) return [];
  return spansOf(text, shortCode, 0.6).filter((span) => {
    const talk = talkBefore(text, span.start, before);
    const wordAt = lastIndexOf(digitsAfterWord, talk);
    // "either 0314 or 1596"
    const between = talk.slice(Math.max(0, wordAt)).replace(/\d{3,6},? (?=or )/g, '');
    return (wordAt >= 0 && !/\d{3}/.test(between)) || isPinAfter.test(text.slice(span.end, span.end + 30));
  });
}
