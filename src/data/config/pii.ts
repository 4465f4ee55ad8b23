import { isSupportedCountry } from 'libphonenumber-js';
import { z } from 'zod';

export const piiConfig = z
  .strictObject({
    email: z.boolean().default(true).describe('Replace e-mail addresses by [EMAIL].'),
    phone: z.boolean().default(true).describe('Replace phone numbers by [PHONE].'),
    card: z.boolean().default(true).describe('Replace payment card numbers by [CARD].'),
    ip: z.boolean().default(true).describe('Replace IP addresses by [IP].'),
    country: z
      .string()
      .refine(isSupportedCountry, 'is not a two-letter country code such as US, DE or IN')
      .default('US')
      .describe('Country of phone numbers written without a country code (ISO 3166-1 alpha-2).'),
  })
  .prefault({})
  .describe('Personal data replaced by placeholders, in messages, tool calls and tool results.');
