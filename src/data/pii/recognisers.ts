/** All recognisers; one recogniser is one line here and one file beside this. */
import { accounts } from './account.ts';
import { birthDates } from './birth-date.ts';
import { cards } from './card.ts';
import { eastAsianLabels } from './east-asian-labels.ts';
import { emails } from './email.ts';
import { ibans } from './iban.ts';
import { addresses as ipAddresses } from './ip.ts';
import { licences } from './licence.ts';
import { macAddresses } from './mac.ts';
import { eastAsianNames } from './names/east-asian.ts';
import { introducedElsewhere } from './names/introductions.ts';
import { passengers } from './names/passengers.ts';
import { names } from './names/name-recogniser.ts';
import { semiticAddresses } from './names/semitic-addresses.ts';
import { nationalIds } from './national-id.ts';
import { phones } from './phone.ts';
import { postcodes } from './postcode.ts';
import type { Recogniser } from './recogniser.ts';
import { secrets } from './secret.ts';
import { socialSecurity } from './ssn.ts';
import { urls } from './url.ts';
import { usernames } from './username.ts';
import { vehicles } from './vehicle.ts';
import { wallets } from './wallet.ts';

export const recognisers: readonly Recogniser[] = [
  emails,
  cards,
  ibans,
  socialSecurity,
  nationalIds,
  phones,
  ipAddresses,
  macAddresses,
  urls,
  secrets,
  licences,
  accounts,
  wallets,
  vehicles,
  usernames,
  eastAsianLabels,
  birthDates,
  postcodes,
  names,
  passengers,
  eastAsianNames,
  introducedElsewhere,
  semiticAddresses,
];
