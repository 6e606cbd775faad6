import { extractText, getDocumentProxy, getMeta } from 'unpdf';

export type PdfAnswer = { title: string; pages: string[] } | { fault: string };

const MAX_PAGES = 2_000;

/** A process's whole program: one PDF in, one answer out. */
process.once('message', (bytes: Uint8Array) => {
  void readPdf(bytes).then((answer) => process.send?.(answer));
});
// Whoever started it has gone.
process.once('disconnect', () => process.exit());

async function readPdf(bytes: Uint8Array): Promise<PdfAnswer> {
  try {
    const pdf = await getDocumentProxy(new Uint8Array(bytes));
    if (pdf.numPages > MAX_PAGES) return { fault: `more than ${MAX_PAGES} pages` };
    const { info } = await getMeta(pdf);
    const { text } = await extractText(pdf, { mergePages: false });
    const title: unknown = info['Title'];
    return { title: typeof title === 'string' ? title : '', pages: text };
  } catch (error) {
    return { fault: String(error) };
  }
}
