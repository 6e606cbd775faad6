import type { CDPSession } from '../launch-chromium.ts';

/**
 * Runs an expression in the page's document as it now is, in a world of our own: scripts of the page may have replaced every method we
 * would call. Promises are awaited. Throws when the expression does, and when the document goes away.
 */
export async function readApart(cdp: CDPSession, expression: string): Promise<unknown> {
  const { frameTree } = await cdp.send('Page.getFrameTree');
  const world = await cdp.send('Page.createIsolatedWorld', {
    frameId: frameTree.frame.id,
    worldName: 'watt',
  });
  const { result, exceptionDetails } = await cdp.send('Runtime.evaluate', {
    contextId: world.executionContextId,
    expression,
    awaitPromise: true,
    returnByValue: true,
  });
  if (exceptionDetails) throw new Error(`the document could not be read: ${exceptionDetails.text}`);
  return result.value;
}
