import { wholeWords } from './nearby-words.ts';
import { findLabelled } from './labelled-numbers.ts';
import type { Recogniser } from './recogniser.ts';

const labels = wholeWords(
  [
    "driver'?s? licen[cs]es?",
    'drivers’ licen[cs]es?',
    'driver’s licen[cs]es?',
    'driving licen[cs]es?',
    'licen[cs]e (?:number|no\\.?|num|id|#)',
    'dl (?:number|no\\.?|num|#)',
    'dl(?= ?[:#])',
    'führerschein(?:nummer)?',
    'permis de conduire',
    'passports?(?: (?:number|no\\.?|#))?',
    'pasaporte',
    'reisepass(?:nummer)?',
  ],
  'giu',
);

/**
 * Driver licence and passport numbers. Every state has a form of its own, from 7 digits to a letter and 14, so the form
 * proves nothing: only after the whole words, and at least five digits ("A1" and "public" are none).
 */
export const licences: Recogniser = {
  types: ['DRIVER_LICENSE'],
  needsDigit: true,
  find: (text, context) =>
    findLabelled(text, context, {
      type: 'DRIVER_LICENSE',
      labels,
      isValue: (value) => value.replace(/\D/g, '').length >= 5 && value.length <= 20,
    }),
};
