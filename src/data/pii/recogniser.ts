/** What every recogniser of personal data keeps to: text in, typed spans out. Knows nothing of strategies or records. */
import type { CountryCode } from 'libphonenumber-js';

/** Every type of personal data, each with what it means; the name is what placeholders, ledger and reports say. */
export const piiTypes = {
  EMAIL: 'e-mail addresses',
  PHONE: 'phone numbers',
  CARD: 'payment card numbers',
  IBAN: 'international bank account numbers',
  SSN: 'social security numbers of the United States',
  NATIONAL_ID: 'tax, identity and social insurance numbers of other countries',
  DRIVER_LICENSE: 'driver licence and passport numbers, where a whole word before them says so',
  ACCOUNT: 'account and order numbers, where a whole word before them says so, or by your patterns; wallets',
  DATE_OF_BIRTH: 'dates of birth, where a whole word before them says so',
  POSTCODE: 'postcodes, in the form of the country and where an address or a word says so',
  IP: 'IP addresses',
  MAC: 'hardware addresses of network cards',
  VEHICLE: 'number plates after a word for them, and vehicle identification numbers',
  USERNAME: 'names of accounts and handles, where a whole word before them says so',
  URL: 'web addresses and domain names',
  SECRET: 'API keys, tokens, private keys, passwords and user names in URLs',
  NAME: 'names of people',
  ADDRESS: 'street addresses',
  PLACE: 'cities, regions and countries',
  ORGANISATION: 'companies and other organisations',
} as const;

export type PiiType = keyof typeof piiTypes;

/** Offsets in UTF-16 units, half open: `text.slice(start, end)` is what was found. */
export type Span = { start: number; end: number };

/**
 * Something found. `confidence` is in (0, 1]: 1 for a check digit or an unmistakable form, 0.5 for a form that needs the
 * words around it. It decides between two spans of one length, nothing else: what should not be masked is not returned.
 */
export type PiiSpan = Span & { type: PiiType; confidence: number };

export type RecogniserContext = {
  /** What stands before the text: the turn before, or the name of the field. Empty when there is nothing. */
  readonly before: string;
  /** Country of what is written without a country, such as a phone number in national form. The first of `countries`. */
  readonly country: CountryCode;
  /** Countries whose own forms (postcodes, national ids) are looked for, ISO 3166-1 alpha-2. */
  readonly countries: readonly CountryCode[];
};

export type Recogniser = {
  /** Types that `find` may return; it is not called when all of them are off. */
  readonly types: readonly PiiType[];
  /** Nothing is found in a text without a digit, so `find` is not called for one. */
  readonly needsDigit?: boolean;
  /** Nothing is found in a text of Latin letters and usual signs alone, so `find` is not called for one. */
  readonly needsScript?: boolean;
  /** Reads Latin letters and digits alone: `find` gets the text without Chinese, Japanese and Korean characters. */
  readonly readsForms?: boolean;
  /**
   * Pure, and linear in the text. Spans may be in any order and may overlap those of other recognisers (find-pii.ts settles
   * that). A cheap test of the text's characters comes first: most texts hold nothing.
   */
  readonly find: (text: string, context: RecogniserContext) => PiiSpan[];
};
