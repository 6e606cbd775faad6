import { pictureSize } from './browser/picture-size.ts';
import { readApart } from './browser/read-apart.ts';
import type { CDPSession, Page } from './launch-chromium.ts';
import { ScrapeFailure } from './scrape-failure.ts';
import type { ScrapeLimits } from './scrape-limits.ts';
import type { ScrapeArtifact, ScrapeTask } from './scrape-task.ts';

export interface CapturedDocument {
  html: string;
  /** WHATWG name of what the document was decoded with. */
  encoding: string;
  /** Of the document as it came over the wire; zero where Chromium does not know. */
  wireBytes: number;
}

/** Reads the document as it now is. Throws ScrapeFailure `too_large`. */
export async function captureDocument(cdp: CDPSession, maxCharacters: number): Promise<CapturedDocument> {
  const document = (await readApart(cdp, `(${serialise})(${maxCharacters})`)) as CapturedDocument | null;
  if (document === null)
    throw new ScrapeFailure('too_large', `The rendered page has more than ${maxCharacters} characters.`);
  return document;
}

/** Runs in the browser, so it is text here: this program's types know nothing of a DOM. */
const serialise = `(max) => {
  const type = document.doctype ? new XMLSerializer().serializeToString(document.doctype) : '';
  const html = type + (document.documentElement?.outerHTML ?? '');
  const wireBytes = performance.getEntriesByType('navigation')[0]?.encodedBodySize ?? 0;
  return html.length > max ? null : { html, encoding: document.characterSet, wireBytes };
}`;

interface PictureOptions {
  page: Page;
  cdp: CDPSession;
  limits: ScrapeLimits;
  wanted: NonNullable<ScrapeTask['options']['screenshot']>;
  viewport: { width: number; height: number };
  timeoutMs: number;
}

interface Clip {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Photographs the page from its top down to `screenshotHeight`, what the window shows, or one element. By CDP: Playwright's own waits
 * for fonts that may never come.
 */
export async function captureScreenshot(
  options: PictureOptions,
  warnings: string[],
): Promise<ScrapeArtifact> {
  const { limits, wanted, viewport } = options;
  const clip = await chooseClip(options, warnings);
  const whole = await takePicture(options, clip);
  if (whole.bytes.length <= limits.screenshotBytes) return whole;
  if (wanted.selector !== undefined || wanted.full_page === false) throw tooLargePicture();
  warnings.push('the whole page was too large a picture; the screenshot shows its top');
  const top = await takePicture(options, { x: 0, y: 0, ...viewport });
  if (top.bytes.length > limits.screenshotBytes) throw tooLargePicture();
  return top;
}

async function chooseClip(options: PictureOptions, warnings: string[]): Promise<Clip | null> {
  const { page, cdp, limits, wanted, viewport, timeoutMs } = options;
  if (wanted.selector !== undefined) {
    const box = await page
      .locator(`css=${wanted.selector}`)
      .first()
      .boundingBox({ timeout: timeoutMs })
      .catch(() => null);
    if (box === null || box.width < 1 || box.height < 1) throw noElement(wanted.selector);
    const { cssVisualViewport } = await cdp.send('Page.getLayoutMetrics');
    const height = Math.min(box.height, limits.screenshotHeight);
    return { ...box, x: box.x + cssVisualViewport.pageX, y: box.y + cssVisualViewport.pageY, height };
  }
  if (wanted.full_page === false) return null;
  const { cssContentSize } = await cdp.send('Page.getLayoutMetrics');
  const full = Math.max(Math.ceil(cssContentSize.height), viewport.height);
  const height = Math.min(full, limits.screenshotHeight);
  if (height < full) warnings.push(`the screenshot ends at ${height} of ${full} pixels`);
  return { x: 0, y: 0, width: viewport.width, height };
}

async function takePicture({ cdp, wanted }: PictureOptions, clip: Clip | null): Promise<ScrapeArtifact> {
  const { format = 'png', quality } = wanted;
  const { data } = await cdp.send('Page.captureScreenshot', {
    format,
    ...(quality !== undefined && format !== 'png' && { quality }),
    ...(clip && { clip: { ...clip, scale: 1 }, captureBeyondViewport: true }),
  });
  const bytes = Buffer.from(data, 'base64');
  return { field: 'screenshot', content_type: `image/${format}`, bytes, ...pictureSize(bytes) };
}

/** The page as it would be printed, with its colours. Throws ScrapeFailure `too_large`. */
export async function capturePdf(cdp: CDPSession, limits: ScrapeLimits): Promise<ScrapeArtifact> {
  const { data } = await cdp.send('Page.printToPDF', { printBackground: true });
  const bytes = Buffer.from(data, 'base64');
  if (bytes.length > limits.screenshotBytes) throw new ScrapeFailure('too_large', 'The PDF is too large.');
  return { field: 'pdf', content_type: 'application/pdf', bytes };
}

function tooLargePicture(): ScrapeFailure {
  return new ScrapeFailure('too_large', 'The screenshot is too large.');
}

function noElement(selector: string): ScrapeFailure {
  return new ScrapeFailure(
    'selector',
    `The element "${selector}" of the screenshot is not on the page or not visible.`,
  );
}
