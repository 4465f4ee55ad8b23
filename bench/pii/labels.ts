/**
 * One set of types for both systems and all files. Presidio calls every place, address and postcode LOCATION, so they are
 * one type here; which of them was found is told by the recall of the file's own labels.
 */
export const commonTypes = [
  'NAME',
  'LOCATION',
  'ORGANISATION',
  'PHONE',
  'EMAIL',
  'CARD',
  'IBAN',
  'SSN',
  'IP',
  'URL',
  'NATIONAL_ID',
  'DRIVER_LICENSE',
  'ACCOUNT',
  'DATE_OF_BIRTH',
  'SECRET',
] as const;
export type CommonType = (typeof commonTypes)[number];

/** Types for which form and check digits are enough; each has a target of its own. */
export const structuredTypes: readonly CommonType[] = ['EMAIL', 'CARD', 'IBAN', 'SSN', 'IP', 'PHONE', 'URL'];

/** Attune's types; what is not here (MAC) is in no file. */
export const attuneTypes: Readonly<Record<string, CommonType>> = {
  NAME: 'NAME',
  ADDRESS: 'LOCATION',
  PLACE: 'LOCATION',
  POSTCODE: 'LOCATION',
  ORGANISATION: 'ORGANISATION',
  PHONE: 'PHONE',
  EMAIL: 'EMAIL',
  CARD: 'CARD',
  IBAN: 'IBAN',
  SSN: 'SSN',
  IP: 'IP',
  URL: 'URL',
  NATIONAL_ID: 'NATIONAL_ID',
  DRIVER_LICENSE: 'DRIVER_LICENSE',
  ACCOUNT: 'ACCOUNT',
  DATE_OF_BIRTH: 'DATE_OF_BIRTH',
  SECRET: 'SECRET',
};

/** Presidio's entities. NRP (nationality, religion, politics), MEDICAL_LICENSE and CRYPTO are in no file's scope. */
export const presidioTypes: Readonly<Record<string, CommonType>> = {
  PERSON: 'NAME',
  LOCATION: 'LOCATION',
  ORGANIZATION: 'ORGANISATION',
  PHONE_NUMBER: 'PHONE',
  EMAIL_ADDRESS: 'EMAIL',
  CREDIT_CARD: 'CARD',
  IBAN_CODE: 'IBAN',
  US_SSN: 'SSN',
  US_ITIN: 'SSN',
  IP_ADDRESS: 'IP',
  URL: 'URL',
  US_DRIVER_LICENSE: 'DRIVER_LICENSE',
  US_PASSPORT: 'DRIVER_LICENSE',
  US_BANK_NUMBER: 'ACCOUNT',
  UK_NHS: 'NATIONAL_ID',
  UK_NINO: 'NATIONAL_ID',
  // Any date: found, it counts for a date of birth; elsewhere it is no mistake (see `helpful`).
  DATE_TIME: 'DATE_OF_BIRTH',
};

/**
 * Dates: Presidio finds any, and STAR labels only those of birth that went to the database. So a date can hit, and is not
 * counted where it hits nothing, for both systems.
 */
export const helpful: ReadonlySet<string> = new Set(['DATE_TIME', 'DATE_OF_BIRTH']);

/** Labels of the files by common type; a label that is not here is out of scope, for both systems. */
export const goldTypes: Readonly<Record<string, CommonType>> = {
  // presidio-research. Out of scope: DATE_TIME, AGE, TITLE (Mr, Dr), NRP: they single out nobody.
  PERSON: 'NAME',
  STREET_ADDRESS: 'LOCATION',
  ADDRESS: 'LOCATION',
  GPE: 'LOCATION',
  LOCATION: 'LOCATION',
  ZIP_CODE: 'LOCATION',
  ORGANIZATION: 'ORGANISATION',
  PHONE_NUMBER: 'PHONE',
  EMAIL_ADDRESS: 'EMAIL',
  CREDIT_CARD: 'CARD',
  IBAN_CODE: 'IBAN',
  IBAN: 'IBAN',
  US_SSN: 'SSN',
  IP_ADDRESS: 'IP',
  DOMAIN_NAME: 'URL',
  URL: 'URL',
  US_DRIVER_LICENSE: 'DRIVER_LICENSE',
  // STAR: slots of the agents' queries. Out of scope: the answers to security questions, which are any word.
  CustomerName: 'NAME',
  FullName: 'NAME',
  HostName: 'NAME',
  PatientName: 'NAME',
  RenterName: 'NAME',
  GuestName: 'NAME',
  DoctorName: 'NAME',
  AccountNumber: 'ACCOUNT',
  PIN: 'SECRET',
  DateOfBirth: 'DATE_OF_BIRTH',
  // MultiDoGO. Out of scope: cars, food, seats, numbers of claims and bookings.
  name: 'NAME',
  address: 'LOCATION',
  current_city: 'LOCATION',
  new_city: 'LOCATION',
  arrival_city: 'LOCATION',
  departure_city: 'LOCATION',
  state: 'LOCATION',
  current_zipcode: 'LOCATION',
  new_zipcode: 'LOCATION',
  policyid: 'ACCOUNT',
  phone_number: 'PHONE',
  phonenumber: 'PHONE',
  email_address: 'EMAIL',
  ssn: 'SSN',
  // NLU++
  person_name: 'NAME',
};

/** Without a language model Presidio has no recogniser for names, places and organisations. */
export function presidioLooksFor(hasModel: boolean): ReadonlySet<CommonType> {
  const types = new Set(Object.values(presidioTypes));
  if (!hasModel) for (const type of ['NAME', 'LOCATION', 'ORGANISATION'] as const) types.delete(type);
  return types;
}
