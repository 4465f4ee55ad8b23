/** The language of a page: what it says itself, what its name says, what is configured, what its text sounds like. */
import type { LanguageOf } from '../../text/language.ts';

const codes = new Set(
  'ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nb nl no pl pt ro ru sk sl sq sr sv sw ta te th tr uk ur vi zh'.split(
    ' ',
  ),
);
const tag = /^[a-z]{2,3}(?:[-_][a-z0-9]{2,8}){0,3}$/i;

/**
 * A BCP 47 tag, or undefined where nothing tells. Names are read as sites use them: a folder `es/` at the root of the
 * files or the address, or the end of the file's name (`reset._es.md`, `reset.zh-CN.md`).
 */
export function pageLanguage(
  stated: string | undefined,
  name: string,
  address: string | undefined,
  configured: string | undefined,
  detect: () => ReturnType<LanguageOf>,
): string | undefined {
  if (stated !== undefined && tag.test(stated)) return stated.replaceAll('_', '-');
  return codeIn(name, address) ?? configured ?? detect();
}

function codeIn(name: string, address: string | undefined): string | undefined {
  const ending = /[._]_?([a-z]{2}(?:-[a-z]{2,4})?)\.\w{1,8}$/i.exec(name.slice(-30))?.[1];
  const folder = name.includes('/') ? name.slice(0, name.indexOf('/')) : undefined;
  const inAddress = address === undefined ? undefined : /^\/([a-z]{2}(?:-[a-z]{2,4})?)\//i.exec(address)?.[1];
  return [ending, inAddress, folder].find((code) => code !== undefined && isCode(code));
}

function isCode(text: string): boolean {
  return codes.has(text.slice(0, 2).toLowerCase()) && /^[a-z]{2}(?:-[a-z]{2,4})?$/i.test(text);
}
