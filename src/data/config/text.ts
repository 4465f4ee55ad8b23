/** Rules about the text itself. */
import { z } from 'zod';
import { nestsRepetition } from '../../text/regex-safety.ts';

export const normaliseConfig = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('Unicode NFC, white space, control and invisible characters.'),
    repair_encoding: z
      .boolean()
      .default(true)
      .describe('Mend texts that a program on the way read in the wrong encoding, such as "cafÃ©".'),
    markup: z
      .enum(['strip', 'keep'])
      .default('strip')
      .describe('strip turns HTML and Markdown into plain text, except in code; keep leaves them.'),
  })
  .prefault({})
  .describe('How texts are cleaned.');

export const internalNotesConfig = z
  .strictObject({
    flags: z
      .array(z.string().min(1))
      .default(['internal', 'internal_note', 'is_internal', 'private', 'private_note'])
      .describe('A message with one of these facts set to true is an internal note and is left out.'),
    patterns: z
      .array(
        z
          .string()
          .min(1)
          .refine(isRegularExpression, 'is not a regular expression')
          .refine(
            (pattern) => !nestsRepetition(pattern),
            'repeats without limit what already repeats, as in (a+)+: on some texts that takes for ever',
          ),
      )
      .default([
        '^\\s*[\\[(<](?:internal|private)(?: note)?[\\])>]',
        '^\\s*(?:internal|private) note\\s*[:\\-]',
      ])
      .describe('A message whose text matches one of these regular expressions (case ignored) is left out.'),
  })
  .prefault({})
  .describe('Messages that agents wrote for each other.');

export const entitiesConfig = z
  .strictObject({
    names: z
      .array(
        z.strictObject({
          name: z.string().min(1).describe('The name as it is to be written.'),
          variants: z.array(z.string().min(1)).default([]).describe('Other ways in which people write it.'),
        }),
      )
      .default([])
      .describe('Products and other names, each with the ways in which people write it (case ignored).'),
    urls: z
      .array(
        z.strictObject({
          from: z.url().describe('How an old address begins.'),
          to: z.url().describe('What stands there instead.'),
        }),
      )
      .default([])
      .describe('Addresses on the web that have moved.'),
  })
  .prefault({})
  .describe('Names and addresses that are written in one way everywhere.');

const repetition = {
  min_conversations: z
    .int()
    .min(2)
    .default(10)
    .describe('What stands in fewer conversations than this is not counted as repeated.'),
  min_share: z
    .number()
    .min(0)
    .max(1)
    .default(0.002)
    .describe('Share of the conversations that it must stand in as well, in [0, 1].'),
};

export const boilerplateConfig = z
  .strictObject({ enabled: z.boolean().default(true).describe('Cut repeated endings.'), ...repetition })
  .prefault({})
  .describe('Signatures, disclaimers and footers that stand at the end of messages in many conversations.');

export const macrosConfig = z
  .strictObject({ enabled: z.boolean().default(true).describe('Mark repeated replies.'), ...repetition })
  .prefault({})
  .describe('Replies that agents sent from a template, marked in meta.macro and meta.macroShare.');

export const languageConfig = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('Note the language of conversations and messages in meta.language.'),
    keep: z
      .array(z.string().regex(/^[a-z]{2,3}$/, 'is not a language code such as en, es or zh'))
      .default([])
      .describe('Drop conversations in other languages than these (ISO 639-1); empty keeps all.'),
  })
  .prefault({})
  .describe('Which languages are spoken.');

export const toxicityConfig = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Count words from the lists of abuse in meta.toxic.'),
    drop: z
      .enum(['nobody', 'assistant', 'anyone'])
      .default('nobody')
      .describe('Whose listed words make a conversation be dropped.'),
    words: z.array(z.string().min(1)).default([]).describe('Words and phrases to add to the lists.'),
    allow: z.array(z.string().min(1)).default([]).describe('Listed words that are harmless here.'),
  })
  .prefault({})
  .describe('Obscene and abusive words, by lists for 30 languages.');

export type EntitiesConfig = z.infer<typeof entitiesConfig>;
export type BoilerplateConfig = z.infer<typeof boilerplateConfig>;
export type MacrosConfig = z.infer<typeof macrosConfig>;
export type LanguageConfig = z.infer<typeof languageConfig>;
export type ToxicityConfig = z.infer<typeof toxicityConfig>;

function isRegularExpression(text: string): boolean {
  try {
    new RegExp(text, 'iu');
    return true;
  } catch {
    return false;
  }
}
