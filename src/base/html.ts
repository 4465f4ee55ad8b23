/** HTML as values: whatever is put into the template is escaped, unless it is HTML already. */
export type Html = { readonly html: string };

type Insert = Html | string | number | null | readonly Insert[];

/** A template tag: what is inserted is escaped, lists are joined, and null is nothing. */
export function html(parts: TemplateStringsArray, ...inserts: Insert[]): Html {
  return { html: parts.reduce((text, part, i) => text + render(inserts[i - 1] ?? null) + part) };
}

function render(insert: Insert): string {
  if (insert === null) return '';
  if (typeof insert === 'string' || typeof insert === 'number') return escapeHtml(String(insert));
  return 'html' in insert ? insert.html : insert.map(render).join('');
}

/** Safe in text and in quoted attributes; control characters that HTML forbids become the replacement sign. */
function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (char) => entities[char]!).replace(/[^\P{Cc}\t\n\r]/gu, '\ufffd');
}
