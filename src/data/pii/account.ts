import { wholeWords } from './context.ts';
import { findLabelled } from './labelled.ts';
import type { Recogniser } from './recogniser.ts';

const labels = wholeWords(
  [
    'accounts?',
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

/**
 * Account, customer and policy numbers after a word that says so. Order numbers are not personal by themselves; a
 * pattern of yours (curate.pii.patterns) finds those that are.
 */
export const accounts: Recogniser = {
  types: ['ACCOUNT'],
  needsDigit: true,
  find: (text, context) =>
    findLabelled(text, context, {
      type: 'ACCOUNT',
      labels,
      isValue: (value) => value.replace(/\D/g, '').length >= 4,
    }),
};
