/** What a token classifier calls its classes, and which of our types they are. */
import { type PiiType, piiTypes } from '../recogniser.ts';

/** Names used by published models, without B- and I-, in capitals. What is not here is left alone. */
const knownLabels: Readonly<Record<PiiType, string>> = {
  NAME: `PER PERSON NAME PATIENT DOCTOR STAFF HCW FIRST_NAME FIRSTNAME GIVENNAME GIVEN_NAME MIDDLE_NAME MIDDLENAME
    LAST_NAME LASTNAME SURNAME FULLNAME FULL_NAME NAME_GIVEN NAME_FAMILY NAME_STUDENT`,
  PLACE: 'LOC LOCATION GPE CITY STATE COUNTY COUNTRY REGION PLACE FAC FACILITY',
  ORGANISATION: 'ORG ORGANIZATION ORGANISATION COMPANY COMPANYNAME COMPANY_NAME CORPORATION HOSPITAL VENDOR',
  ADDRESS:
    'ADDRESS STREET STREET_ADDRESS STREETADDRESS BUILDINGNUMBER BUILDINGNUM BUILDING_NUMBER SECONDARYADDRESS',
  EMAIL: 'EMAIL EMAIL_ADDRESS EMAILADDRESS',
  PHONE: 'PHONE PHONE_NUM PHONE_NUMBER PHONENUMBER TELEPHONENUM TELEPHONE FAX FAX_NUMBER',
  CARD: 'CREDITCARDNUMBER CREDIT_CARD CREDIT_DEBIT_CARD CREDIT_CARD_NUMBER CARD CARDNUMBER',
  IBAN: 'IBAN IBAN_CODE',
  SSN: 'SSN US_SSN SOCIALNUM SOCIAL_SECURITY_NUMBER',
  NATIONAL_ID: 'IDCARDNUM TAXNUM ID_CARD NATIONAL_ID TAX_ID PASSPORT PASSPORTNUM',
  DRIVER_LICENSE: 'DRIVERLICENSENUM DRIVER_LICENSE US_DRIVER_LICENSE CERTIFICATE_LICENSE_NUMBER',
  ACCOUNT: 'ACCOUNTNUM ACCOUNT_NUMBER ACCOUNTNUMBER ACCOUNT CUSTOMER_ID EMPLOYEE_ID ORDER_NUMBER',
  DATE_OF_BIRTH: 'DATEOFBIRTH DATE_OF_BIRTH DOB BIRTHDATE',
  POSTCODE: 'ZIPCODE ZIP_CODE ZIP POSTCODE POSTAL_CODE',
  IP: 'IP IPV4 IPV6 IP_ADDRESS IPADDRESS',
  MAC: 'MAC MAC_ADDRESS MACADDRESS',
  VEHICLE: 'VEHICLEVIN VEHICLEVRM VIN VEHICLE_IDENTIFIER LICENSE_PLATE LICENSEPLATE',
  USERNAME: 'USERNAME USER_NAME NICKNAME',
  URL: 'URL URL_PERSONAL DOMAIN_NAME',
  SECRET: 'PASSWORD SECRET API_KEY APIKEY TOKEN',
};

const typeOfLabel = new Map(
  (Object.keys(piiTypes) as PiiType[]).flatMap((type) =>
    [type, ...knownLabels[type].split(/\s+/)].map((label) => [label, type] as const),
  ),
);

/** Where a token stands in what it belongs to: at the beginning (B, S, U) or further on (I, E, L, or no prefix at all). */
export type TokenTag = { begins: boolean; label: string };

/** Reads BIO, BIOES and BILOU labels; a label without a prefix is one of the inside. */
export function parseTag(label: string): TokenTag {
  const match = /^([BIOESUL])[-_](.+)$/.exec(label);
  return match ? { begins: 'BSU'.includes(match[1]!), label: match[2]! } : { begins: false, label };
}

/** Our type of a model's label, by the user's own table first; undefined for what is no personal data (O, MISC). */
export function typeOf(
  label: string,
  labels: Readonly<Record<string, PiiType | 'none'>>,
): PiiType | undefined {
  const own = labels[label];
  if (own !== undefined) return own === 'none' ? undefined : own;
  return typeOfLabel.get(label.toUpperCase().replace(/[- ]/g, '_'));
}
