import { fold, kind, lexicon } from './names/lexicon.ts';
import type { PiiSpan, Recogniser } from './recogniser.ts';

const services =
  'discord|twitter|instagram|insta|tiktok|telegram|snapchat|snap|github|gitlab|reddit|twitch|skype|psn|playstation|xbox|steam|roblox|minecraft|fortnite|facebook|linkedin|mastodon|bluesky|threads|wechat|kik|signal';
const labels =
  "user ?names?|user ?ids?|log ?ins?|login (?:name|id)|screen ?names?|handle|gamer ?tags?|gamer ?ids?|nick ?names?|nicks?|benutzernamen?|nutzernamen?|anmeldename|nom d['’]utilisateur|pseudo|identifiant|nombre de usuario|usuario|nome utente|nome de usuário|gebruikersnaam|логин";
const name = '@?[\\p{L}\\p{N}_][\\p{L}\\p{N}_.-]{1,38}(?:#\\d{4,5})?';
const end = '(?![\\p{L}\\p{N}_@/-])';
/** "username: jo88", "my login is jo88", "gamertag jo88", "my discord (is) jo#4821". */
const stated = new RegExp(
  `(?<![\\p{L}\\p{N}_/.@])(?:${labels}|(?:${services})(?: (?:name|id|tag|handle|account|user(?:name)?|profile))?)(["']?(?: is| was| ist| est| es| è)? ?[:=]?["']? ?)(${name})${end}`,
  'giu',
);
/** What no word has, and labels after which any word counts: most texts have neither. */
const someValue = /[@_#]|\d[a-z]|(?<=[a-z])\d/i;
const someStrictLabel = /user|log ?in|handle|nick/i;
const someLabel = new RegExp(`${labels}|${services}`, 'iu');
/** "player @luna.plays": of whom it is, and the sign. */
const called = new RegExp(
  `(?<=(?<!\\p{L})(?:player|user|account|profile|member|streamer|seller|buyer|friend|channel|follow|dm|im|i'm|i am) )@[\\p{L}_][\\p{L}\\p{N}_.]{2,29}${end}`,
  'giu',
);
const asked = new RegExp(`(?<![\\p{L}\\p{N}])(?:${labels})[^\\p{L}]{0,3}$`, 'iu');
/** "user: jo88": who speaks in a transcript is called so too, so that the value has a digit or a line below. */
const ofUser = new RegExp(
  `(?<=(?<![\\p{L}\\p{N}_/.@])user["']? ?[:=]["']? ?)(?=[\\p{L}_])(?=[\\p{L}.-]{1,38}[\\d_])${name}${end}`,
  'giu',
);
const someUser = /user["']? ?[:=]/i;
const askedUser = /(?<![\p{L}\p{N}])user$/iu;
const longestAnswer = 50;
const whole = new RegExp(`^\\s*${name}\\s*$`, 'u');

/**
 * Names under which people log in and are seen by others, after a word that says so. What could be any word ("my login is
 * broken") is none. An @name alone is left: it is the firm's more often than anybody's.
 */
export const usernames: Recogniser = {
  types: ['USERNAME'],
  find: (text, { before }) => {
    const isAnswer =
      text.length <= longestAnswer &&
      !text.trim().includes(' ') &&
      whole.test(text) &&
      (asked.test(before.slice(-40)) || (askedUser.test(before) && /\d|_/.test(text)));
    if (isAnswer && isTelling(text.trim(), true))
      return [spanOf(text.length - text.trimStart().length, text)];
    const spans = someUser.test(text)
      ? [...text.matchAll(ofUser)].map(({ 0: found, index }) => spanOf(index, found))
      : [];
    const mayHold = someValue.test(text) || someStrictLabel.test(text);
    if (!mayHold || (!text.includes('@') && !someLabel.test(text))) return spans;
    for (const { 0: found, index } of text.matchAll(called)) spans.push(spanOf(index, found));
    for (const { 0: found, 1: between, 2: value, index } of text.matchAll(stated)) {
      if (!/[ :=]/.test(between!) || !isTelling(value!.replace(/\.+$/, ''), /[:=]|is|was|es/i.test(between!)))
        continue;
      spans.push(spanOf(index + found.length - value!.length, value!));
    }
    return spans;
  },
};

/** Without the full stop of the sentence. */
function spanOf(start: number, value: string): PiiSpan {
  return { type: 'USERNAME', start, end: start + value.trim().replace(/\.+$/, '').length, confidence: 0.7 };
}

/** Written as no word is: with a sign or a digit in it; after a verb or a colon any that the lexicon has not as a word. */
function isTelling(value: string, isStated: boolean): boolean {
  if (!/\p{L}/u.test(value) || value.length < 3) return false;
  if (value.startsWith('@') || /#\d{4,5}$/.test(value) || /[_.]/.test(value)) return true;
  if (/\d/.test(value)) return true;
  if (!isStated) return false;
  const parts = value.split('-').map((part) => lexicon().kindOf(fold(part)));
  return parts.every((bits) => (bits & kind.word) === 0);
}
