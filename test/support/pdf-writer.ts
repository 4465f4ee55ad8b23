/** Writes PDF files for tests: pages of lines in Helvetica, and objects of any other kind. */
import { deflateSync } from 'node:zlib';

export type PdfLine = { text: string; x?: number; y: number; size?: number };

/** Latin-1 text only. `content` replaces the drawing instructions of every page, `extra` goes into the trailer. */
export function writePdf(
  sheets: readonly (readonly PdfLine[])[],
  {
    title,
    extra = '',
    content,
    objects = [],
  }: {
    title?: string;
    extra?: string;
    content?: { dictionary: string; bytes: Buffer };
    objects?: readonly string[];
  } = {},
): Buffer {
  const bodies: (string | Buffer)[] = [];
  const first = 4;
  const kids = sheets.map((_, i) => `${first + 2 * i} 0 R`).join(' ');
  bodies.push('<< /Type /Catalog /Pages 2 0 R >>');
  bodies.push(`<< /Type /Pages /Kids [${kids}] /Count ${sheets.length} >>`);
  bodies.push('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  sheets.forEach((lines, i) => {
    bodies.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${first + 2 * i + 1} 0 R >>`,
    );
    const drawn = lines
      .map(
        ({ text, x = 72, y, size = 11 }) =>
          `BT /F1 ${size} Tf ${x} ${y} Td (${text.replace(/[\\()]/g, '\\$&')}) Tj ET`,
      )
      .join('\n');
    const stream = content ?? {
      dictionary: '/Filter /FlateDecode',
      bytes: deflateSync(Buffer.from(drawn, 'latin1')),
    };
    bodies.push(
      Buffer.concat([
        Buffer.from(`<< ${stream.dictionary} /Length ${stream.bytes.length} >>\nstream\n`),
        stream.bytes,
        Buffer.from('\nendstream'),
      ]),
    );
  });
  bodies.push(`<< /Title (${title ?? ''}) >>`);
  const info = bodies.length;
  bodies.push(...objects);
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')];
  const offsets: number[] = [];
  let at = parts[0]!.length;
  bodies.forEach((body, i) => {
    const bytes = Buffer.concat([
      Buffer.from(`${i + 1} 0 obj\n`),
      Buffer.from(body as string),
      Buffer.from('\nendobj\n'),
    ]);
    offsets.push(at);
    at += bytes.length;
    parts.push(bytes);
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  parts.push(
    Buffer.from(
      `xref\n0 ${bodies.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${bodies.length + 1} /Root 1 0 R /Info ${info} 0 R ${extra} >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}
