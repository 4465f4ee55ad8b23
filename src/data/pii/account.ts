import { wholeWords } from './nearby-words.ts';
import { findLabelled } from './labelled-numbers.ts';
import type { Recogniser } from './recogniser.ts';

const labels = wholeWords(
  [
    'accounts?',
    'bank(?: balance)?',
    'acct\\.?',
    'a/c',
    'ac(?= ?#)',
    'account (?:number|no\\.?|num|id)',
    '(?:customer|member|membership|client|policy|subscriber|patient|loyalty|frequent flyer) (?:number|no\\.?|num|id)',
    'routing(?: number)?',
    'sort code',
    'bank code',
    'kontonummer',
    'konto',
    'kundennummer',
    'blz',
    'número de cuenta',
    'numéro de compte',
    'mrn',
  ],
  'giu',
);

/** 22082018, 20180822 */
const leastDigits = 5;
const enoughDigits = new RegExp(`\\d(?:\\D*\\d){${leastDigits - 1}}`);
const compactDate = /^(?:[0-3]\d[01]\d(?:19|20)\d\d|(?:19|20)\d\d[01]\d[0-3]\d)$/;

/**
 * Account, customer and policy numbers after a word that says so, and long numbers that are all of an answer. Order numbers are not personal by themselves; a
 * pattern of yours (curate.pii.patterns) finds those that are.
 */
export const accounts: Recogniser = {
  types: ['ACCOUNT'],
  needsDigit: true,
  find: (text, context) =>
    enoughDigits.test(text)
      ? findLabelled(text, context, {
          type: 'ACCOUNT',
          labels,
          isValue: (value) => enoughDigits.test(value),
          isTelling: (value) => /^(?:\d{8,9}|\d{13,17})$/.test(value) && !compactDate.test(value),
        })
      : [],
};
