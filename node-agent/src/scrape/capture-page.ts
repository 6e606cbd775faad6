import type { CDPSession } from './launch-chromium.ts';
import { ScrapeFailure } from './scrape-failure.ts';
import type { ScrapeLimits } from './scrape-limits.ts';
import type { ScrapeArtifact } from './scrape-task.ts';

/** Where a PNG keeps its width, then its height, each four bytes. Source: RFC 2083, section 4.1.1. */
const PNG_WIDTH_AT = 16;

export interface CapturedDocument {
  html: string;
  /** WHATWG name of what the document was decoded with. */
  encoding: string;
}

/** Reads the document as it now is, in a world of our own: scripts of the page may have replaced every method we would call. */
export async function captureDocument(cdp: CDPSession, maxCharacters: number): Promise<CapturedDocument> {
  const { frameTree } = await cdp.send('Page.getFrameTree');
  const world = await cdp.send('Page.createIsolatedWorld', {
    frameId: frameTree.frame.id,
    worldName: 'watt',
  });
  const { result, exceptionDetails } = await cdp.send('Runtime.evaluate', {
    contextId: world.executionContextId,
    expression: `(${serialise})(${maxCharacters})`,
    returnByValue: true,
  });
  if (exceptionDetails) throw new Error(`the document could not be read: ${exceptionDetails.text}`);
  const document = result.value as CapturedDocument | null;
  if (document === null)
    throw new ScrapeFailure('too_large', `The rendered page has more than ${maxCharacters} characters.`);
  return document;
}

/** Runs in the browser, so it is text here: this program's types know nothing of a DOM. */
const serialise = `(max) => {
  const type = document.doctype ? new XMLSerializer().serializeToString(document.doctype) : '';
  const html = type + (document.documentElement?.outerHTML ?? '');
  return html.length > max ? null : { html, encoding: document.characterSet };
}`;

/** Photographs the page from its top, down to `screenshotHeight`. By CDP: Playwright's own waits for fonts that may never come. */
export async function captureScreenshot(
  cdp: CDPSession,
  limits: ScrapeLimits,
  warnings: string[],
): Promise<ScrapeArtifact> {
  const { cssContentSize } = await cdp.send('Page.getLayoutMetrics');
  const wanted = Math.max(Math.ceil(cssContentSize.height), limits.viewportHeight);
  const height = Math.min(wanted, limits.screenshotHeight);
  if (height < wanted) warnings.push(`the screenshot ends at ${height} of ${wanted} pixels`);
  const full = await takePng(cdp, limits.viewportWidth, height);
  if (full.length <= limits.screenshotBytes) return asArtifact(full);
  warnings.push('the whole page was too large a picture; the screenshot shows its top');
  const top = await takePng(cdp, limits.viewportWidth, limits.viewportHeight);
  if (top.length > limits.screenshotBytes)
    throw new ScrapeFailure('too_large', 'The screenshot is too large.');
  return asArtifact(top);
}

async function takePng(cdp: CDPSession, width: number, height: number): Promise<Buffer> {
  const clip = { x: 0, y: 0, width, height, scale: 1 };
  const { data } = await cdp.send('Page.captureScreenshot', {
    format: 'png',
    clip,
    captureBeyondViewport: true,
  });
  return Buffer.from(data, 'base64');
}

function asArtifact(png: Buffer): ScrapeArtifact {
  return {
    field: 'screenshot',
    content_type: 'image/png',
    bytes: png,
    width: png.readUInt32BE(PNG_WIDTH_AT),
    height: png.readUInt32BE(PNG_WIDTH_AT + 4),
  };
}
