/** Where a page is published: its own statement first, then its place below the knowledge base's address. */
import type { Page } from './page.ts';

const asFile = /\.(?:pdf|docx|txt|text)$/i;
const extension = /\.(?:md|markdown|mdx|html?|xhtml)$/i;
/** Pages that stand for their folder. */
const folderPage = /(?:^|\/)(?:_?index|readme)$/i;

/** The page's address below `baseUrl`, or undefined without one. `name` is the file below the root. */
export function pageAddress(page: Page, name: string, baseUrl: string | undefined): string | undefined {
  if (baseUrl === undefined) return undefined;
  const base = baseUrl.replace(/\/$/, '');
  const { address } = page;
  if (address?.startsWith('/')) return base + address;
  const folder = name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : '';
  if (address !== undefined)
    return [base, encodePath(folder), address].filter((part) => part !== '').join('/');
  return `${base}/${encodePath(asFile.test(name) ? name : withoutExtension(name))}`;
}

/** Site generators publish `setup/index.md` as `setup/` and `setup/phone.md` as `setup/phone`; HTML keeps its name. */
function withoutExtension(name: string): string {
  const isHtml = /\.x?html?$/i.test(name);
  const bare = name.replace(extension, '');
  if (folderPage.test(bare)) return bare.replace(folderPage, (found) => (found.startsWith('/') ? '/' : ''));
  return isHtml ? name : bare;
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** The address of a passage: that of the page with the section's anchor or the PDF's page. */
export function withAnchor(url: string, { anchor, sheet }: { anchor?: string; sheet?: number }): string {
  if (sheet !== undefined) return `${url}#page=${sheet}`;
  return anchor === undefined ? url : `${url}#${encodeURIComponent(anchor)}`;
}
