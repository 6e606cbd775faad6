import { constants, deflateRawSync } from 'node:zlib';

const BLOCK_BYTES = 1_000_002;

/** A small PDF whose one page unpacks to 600 MB of drawing. */
export function pdfBomb(): Buffer {
  // A block that ends in a full flush stands by itself, so it can be written down again and again.
  const block = deflateRawSync(Buffer.alloc(BLOCK_BYTES, '0 0 m '), { finishFlush: constants.Z_FULL_FLUSH });
  const blocks = Array.from({ length: 600 }, () => block);
  const content = Buffer.concat([Buffer.from([0x78, 0x9c]), ...blocks, Buffer.from([0x03, 0x00])]);
  const head = Buffer.from(
    `%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Count 1/Kids[3 0 R]>>\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>\nendobj\n4 0 obj\n<</Length ${content.length}/Filter/FlateDecode>>stream\n`,
  );
  const tail = Buffer.from('\nendstream\nendobj\ntrailer<</Root 1 0 R/Size 5>>\n%%EOF');
  return Buffer.concat([head, content, tail]);
}

/** A PDF whose pages have one line each. */
export function buildPdf(title: string, lines: readonly string[]): Buffer {
  const pageIds = lines.map((_, index) => 4 + index * 2);
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Count ${lines.length}/Kids[${pageIds.map((id) => `${id} 0 R`).join(' ')}]>>`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
    ...lines.flatMap((line, index) => {
      const content = `BT /F1 12 Tf 20 100 Td (${line}) Tj ET`;
      return [
        `<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Resources<</Font<</F1 3 0 R>>>>/Contents ${5 + index * 2} 0 R>>`,
        `<</Length ${content.length}>>stream\n${content}\nendstream`,
      ];
    }),
    `<</Title(${title})>>`,
  ];
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const at = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  text += `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer<</Size ${size}/Root 1 0 R/Info ${objects.length} 0 R>>\nstartxref\n${text.length}\n%%EOF`;
  return Buffer.from(text, 'latin1');
}
