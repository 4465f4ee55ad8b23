/** A file's content as it is made: text and bytes, kept as blocks that no longer burden the garbage collector. */

const blockCharacters = 1 << 16;

export class Blocks {
  readonly #blocks: Uint8Array[] = [];
  #text = '';

  addText(text: string): void {
    this.#text += text;
    if (this.#text.length >= blockCharacters) this.#close();
  }

  addBytes(bytes: Uint8Array): void {
    this.#close();
    this.#blocks.push(bytes);
  }

  /** All that was added, in order. */
  finish(): readonly Uint8Array[] {
    this.#close();
    return this.#blocks;
  }

  #close(): void {
    if (this.#text !== '') this.#blocks.push(Buffer.from(this.#text));
    this.#text = '';
  }
}
