/** Rules about the text itself. */
import { z } from 'zod';

export const normaliseConfig = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('Unicode NFC, white space, control and invisible characters.'),
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
      .array(z.string().min(1).refine(isRegularExpression, 'is not a regular expression'))
      .default([
        '^\\s*[\\[(<](?:internal|private)(?: note)?[\\])>]',
        '^\\s*(?:internal|private) note\\s*[:\\-]',
      ])
      .describe('A message whose text matches one of these regular expressions (case ignored) is left out.'),
  })
  .prefault({})
  .describe('Messages that agents wrote for each other.');

function isRegularExpression(text: string): boolean {
  try {
    new RegExp(text, 'iu');
    return true;
  } catch {
    return false;
  }
}
