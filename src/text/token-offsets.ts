/**
 * Token ids with the place of every token in the text, for byte-level BPE, WordPiece and SentencePiece tokenizers
 * (BPE or Unigram) of any normaliser. The library that tokenizes keeps no offsets, so they are found again: what every
 * normaliser leaves of a text (fold-characters.ts) is the same in the text and in its tokens, in the same order.
 */
import { byteCharacters } from './byte-alphabet.ts';
import { foldCharacter, type FoldedText, foldText } from './fold-characters.ts';
import { openTokenizerLibrary, type TokenizerLibrary } from './tokenizer.ts';

export type TokenOffsets = {
  ids: number[];
  /** UTF-16 units in the text, half open, without the blanks around a token; empty for a token without letters of its own. */
  starts: number[];
  ends: number[];
};

export type OffsetTokenizer = {
  /** Special tokens written in the text (such as [SEP]) are text: none of them can be smuggled in. */
  encode: (text: string) => TokenOffsets;
  /** Ids that the model expects around a text. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly paddingId: number;
};

/** Longer texts are tokenized in stretches, since a lattice over all of one would take memory without end. */
const longestStretch = 4000;

/** Loads `tokenizer.json` of a model folder. Throws AttuneError 'model' as loadTokenizer does. */
export async function loadOffsetTokenizer(folder: string): Promise<OffsetTokenizer> {
  const { library, json } = await openTokenizerLibrary(folder);
  const isByteLevel = JSON.stringify(json['pre_tokenizer'] ?? null).includes('"ByteLevel"');
  const around = library.post_processor?.(['\0'], null, true).tokens ?? ['\0'];
  const place = around.indexOf('\0');
  const idsOf = (tokens: readonly string[]): number[] =>
    tokens.map((token) => library.token_to_id(token)).filter((id) => id !== undefined);
  const padding = ['[PAD]', '<pad>', '<|padding|>'].map((token) => library.token_to_id(token));
  return {
    encode: (text) => encode(text, library, isByteLevel),
    before: idsOf(around.slice(0, place)),
    after: idsOf(around.slice(place + 1)),
    paddingId: padding.find((id) => id !== undefined) ?? 0,
  };
}

function encode(text: string, library: TokenizerLibrary, isByteLevel: boolean): TokenOffsets {
  const result: TokenOffsets = { ids: [], starts: [], ends: [] };
  for (let start = 0; start < text.length;) {
    const end = stretchEnd(text, start);
    encodeStretch(text.slice(start, end), start, { library, isByteLevel, result });
    start = end;
  }
  return result;
}

/** A stretch ends before a blank where there is one, and never within a character. */
function stretchEnd(text: string, start: number): number {
  const most = start + longestStretch;
  if (most >= text.length) return text.length;
  for (let at = most; at > start + longestStretch / 2; at--) if (/\s/.test(text[at]!)) return at;
  const isLow = (text.charCodeAt(most) & 0xfc00) === 0xdc00;
  return isLow ? most + 1 : most;
}

type Encoding = { library: TokenizerLibrary; isByteLevel: boolean; result: TokenOffsets };

function encodeStretch(text: string, offset: number, { library, isByteLevel, result }: Encoding): void {
  const normalised = library.normalizer ? library.normalizer(text) : text;
  const pieces = library.pre_tokenizer
    ? library.pre_tokenizer(normalised, { section_index: 0 })
    : [normalised];
  const folded = foldText(text);
  let unit = 0;
  for (const piece of pieces) {
    if (piece === '') continue;
    const characters = isByteLevel ? unitsOfBytes(piece) : unitsOfText(piece);
    unit = synchronised(folded, unit, characters.codes);
    for (const { token, from, to } of tokensIn(piece, library.model([piece]), library)) {
      const id = library.token_to_id(token) ?? library.model.unk_token_id;
      if (id === undefined) continue;
      const first = unit + characters.firstUnits[from]!;
      const last = unit + characters.lastUnits[Math.max(from, to - 1)]!;
      const isEmpty = to <= from || last <= first || last > folded.codes.length;
      const next = Math.min(first, folded.codes.length - 1);
      const start = isEmpty ? (folded.starts[next] ?? 0) : folded.starts[first]!;
      result.ids.push(id);
      result.starts.push(offset + start);
      result.ends.push(offset + (isEmpty ? start : folded.ends[last - 1]!));
    }
    unit += characters.codes.length;
  }
}

/** A piece as folded code points, and for each of its UTF-16 units which of them it covers: from firstUnits to lastUnits. */
type PieceUnits = { codes: number[]; firstUnits: number[]; lastUnits: number[] };

function unitsOfText(piece: string): PieceUnits {
  const units: PieceUnits = { codes: [], firstUnits: [], lastUnits: [] };
  for (const character of piece) addCharacter(units, character, character.length);
  return units;
}

const byteValues = new Map(byteCharacters.map((character, byte) => [character, byte]));
const utf8 = new TextDecoder();

/** The units of a piece in the byte alphabet are bytes; every byte of a character covers all of it. */
function unitsOfBytes(piece: string): PieceUnits {
  const units: PieceUnits = { codes: [], firstUnits: [], lastUnits: [] };
  const bytes = Uint8Array.from(piece, (character) => byteValues.get(character) ?? 0x20);
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at]!;
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const taken = Math.min(length, bytes.length - at);
    addCharacter(units, utf8.decode(bytes.subarray(at, at + taken)), taken);
    at += taken;
  }
  return units;
}

function addCharacter({ codes, firstUnits, lastUnits }: PieceUnits, character: string, length: number): void {
  const first = codes.length;
  for (const one of character) codes.push(...foldCharacter(one));
  for (let i = 0; i < length; i++) {
    firstUnits.push(first);
    lastUnits.push(codes.length);
  }
}

/** How far ahead a piece is looked for that does not stand where it should. */
const farthestAhead = 64;

/** Where `codes` stand in the text from `unit` on; `unit` itself when they are nowhere near. */
function synchronised({ codes: text }: FoldedText, unit: number, codes: readonly number[]): number {
  const compared = Math.min(codes.length, 8);
  for (let at = unit; at <= unit + farthestAhead; at++) {
    let same = 0;
    while (same < compared && text[at + same] === codes[same]) same++;
    if (same === compared) return at;
  }
  return unit;
}

type PieceToken = { token: string; from: number; to: number };

/** Which units of a piece each of its tokens covers. An unknown token covers what lies before the next known one. */
function tokensIn(piece: string, tokens: readonly string[], { model }: TokenizerLibrary): PieceToken[] {
  const found: PieceToken[] = [];
  let at = 0;
  let bytes = 0;
  tokens.forEach((token, i) => {
    if (token === model.unk_token) {
      const known = tokens.slice(i + 1).find((one) => one !== model.unk_token);
      const next = known === undefined ? piece.length : piece.indexOf(surface(known, i + 1, model), at + 1);
      // Of several unknown tokens in a row each but the last covers one character.
      const isLast = tokens[i + 1] !== model.unk_token;
      const to = isLast && next >= 0 ? next : Math.min(piece.length, at + characterLength(piece, at));
      found.push({ token, from: at, to });
      at = to;
      return;
    }
    const byte = /^<0x[0-9A-F]{2}>$/.test(token) && !piece.startsWith(token, at);
    if (byte) {
      // A character that the vocabulary lacks, as the bytes of its UTF-8.
      const length = characterLength(piece, at);
      found.push({ token, from: at, to: at + length });
      if (++bytes === Buffer.byteLength(piece.slice(at, at + length))) {
        at += length;
        bytes = 0;
      }
      return;
    }
    const text = surface(token, i, model);
    const to = Math.min(piece.length, at + text.length);
    found.push({ token, from: Math.min(at, piece.length - 1), to });
    at = to;
  });
  return found;
}

const characterLength = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

/** The text of a token within its piece. */
function surface(
  token: string,
  index: number,
  { config, end_of_word_suffix: end }: TokenizerLibrary['model'],
): string {
  const prefix = config.continuing_subword_prefix;
  if (prefix && index > 0 && token.startsWith(prefix)) return token.slice(prefix.length);
  return end && token.endsWith(end) ? token.slice(0, -end.length) : token;
}
