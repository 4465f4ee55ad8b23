/** Plain text: paragraphs between empty lines, lists by their marks, and headings that are underlined or numbered statutes. */
import type { Block, Page } from './page.ts';
import { joinLines } from './join-lines.ts';

const item = /^\s{0,40}(?:[-*•·–]|\d{1,3}[.)])\s{1,9}\S/;
const underline = /^\s{0,9}([=\-~^*#])\1{2,}\s{0,9}$/;
const longestHeading = 120;

/** Linear. Lines that were broken to fit a width are joined. */
export function readPlainText(text: string): Page {
  const blocks: Block[] = [];
  let lines: string[] = [];
  const close = (): void => {
    if (lines.length > 0)
      blocks.push({ kind: item.test(lines[0]!) ? 'item' : 'paragraph', text: joinLines(lines) });
    lines = [];
  };
  for (const line of text.replace(/\r\n?|\f/g, '\n').split('\n')) {
    if (line.trim() === '') close();
    else if (underline.test(line)) {
      const title = lines.pop();
      close();
      if (title !== undefined && title.length <= longestHeading)
        blocks.push({ kind: 'heading', level: line.includes('=') ? 1 : 2, text: title.trim() });
      else if (title !== undefined) blocks.push({ kind: 'paragraph', text: title.trim() });
    } else {
      if (item.test(line)) close();
      lines.push(line);
    }
  }
  close();
  const first = blocks[0];
  const title = first?.kind === 'heading' ? first.text : titleIn(first);
  return { ...(title !== undefined && { title }), blocks, questions: [], notes: [] };
}

/** A first paragraph that is one short line without a full stop is the title. */
function titleIn(first: Block | undefined): string | undefined {
  if (first?.kind !== 'paragraph' || first.text.length > longestHeading || /[.。:：;；,，]$/.test(first.text))
    return undefined;
  return first.text;
}
