/** The form of what masking puts in the place of personal data: [EMAIL], [NAME_2], [PHONE_3f2a9c81d04b]. */
const placeholders = /\[[A-Z][A-Z_]{1,40}(?:_[0-9a-f]{1,12})?\]/g;

/** All placeholders of a text. */
export function placeholdersIn(text: string): string[] {
  return text.includes('[') ? (text.match(placeholders) ?? []) : [];
}

/**
 * The text, as long as before, with its placeholders wiped out: they are no words of anybody. "[PHONE] 4155550000" is no
 * talk of phones, and a hash is no key.
 */
export function withoutPlaceholders(text: string): string {
  return text.includes('[')
    ? text.replace(placeholders, ({ length }) => `[${'·'.repeat(length - 2)}]`)
    : text;
}
