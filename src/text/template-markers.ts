import type { ChatTemplate } from './chat-template.ts';
import type { Tokenizer } from './tokenizer.ts';

/** A marker such as <|im_start|> that the template writes, and how many tokens the tokenizer makes of it. */
export type SplitMarker = { marker: string; tokens: number };

/**
 * The markers of turns (`<|…|>`, `<start_of_turn>` and the like) that a chat template writes around a conversation but
 * the tokenizer does not know as one token: a sign that template and tokenizer belong to different models.
 */
export function splitMarkers(template: ChatTemplate, tokenizer: Tokenizer): SplitMarker[] {
  const rendered = template.render(
    [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ],
    false,
  );
  const markers = new Set(rendered.match(/<\|[^|<>\s]{1,40}\|>|<(?:start|end)_of_\w{1,20}>/g) ?? []);
  return [...markers]
    .map((marker) => ({ marker, tokens: tokenizer.encode(marker).length }))
    .filter(({ tokens }) => tokens !== 1);
}
