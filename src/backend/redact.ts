const shownCharacters = 300;
/** A shorter key could be any word of a text. */
const leastKeyCharacters = 4;

/** The text without the key, as it is or as JSON and addresses write it. */
export function withoutKey(text: string, apiKey: string): string {
  if (apiKey.length < leastKeyCharacters || apiKey === 'none') return text;
  const asJson = JSON.stringify(apiKey).slice(1, -1);
  const forms = [JSON.stringify(asJson).slice(1, -1), asJson, encodeURIComponent(apiKey), apiKey];
  return forms.reduce((rest, form) => rest.replaceAll(form, '[API key]'), text);
}

/** What a server said, without the key, in one line, short: servers like to repeat what they were sent. */
export function redact(text: string, apiKey: string): string {
  const line = withoutKey(text, apiKey).replace(/\s+/g, ' ').trim();
  return line.length > shownCharacters ? `${line.slice(0, shownCharacters)}…` : line;
}
