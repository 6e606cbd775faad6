/** How a body is read. */
export type ContentKind = 'html' | 'xml' | 'json' | 'text';

const SNIFFED_BYTES = 1024;
const TEXT_APPLICATIONS = new Set([
  'application/javascript',
  'application/ecmascript',
  'application/x-javascript',
]);

/** Null when the type is one we do not read: images, PDF, archives. */
export function contentKind(contentType: string): ContentKind | null {
  const essence = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (essence === 'text/html' || essence === 'application/xhtml+xml') return 'html';
  if (essence === 'application/json' || essence === 'text/json' || essence.endsWith('+json')) return 'json';
  if (essence === 'application/xml' || essence === 'text/xml' || essence.endsWith('+xml')) return 'xml';
  if (essence.startsWith('text/') || TEXT_APPLICATIONS.has(essence)) return 'text';
  return null;
}

/** For bodies that come without a type. Null for binary data. */
export function sniffKind(bytes: Uint8Array): ContentKind | null {
  const start = bytes.subarray(0, SNIFFED_BYTES);
  const isUtf16 = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
  if (start.includes(0) && !isUtf16) return null;
  const text = Buffer.from(start).toString('latin1').trimStart().toLowerCase();
  if (text.startsWith('<?xml') && !text.includes('<html')) return 'xml';
  return text.includes('<') ? 'html' : 'text';
}

/** The charset parameter, as written. */
export function charsetLabel(contentType: string): string | undefined {
  return /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;]+))/i.exec(contentType)?.slice(1).find(Boolean);
}
