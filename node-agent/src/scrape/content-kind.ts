/** How a body is read. */
export type ContentKind = 'html' | 'xml' | 'json' | 'text';
/** With what is made one of them first. */
export type BodyKind = ContentKind | 'pdf';

const SNIFFED_BYTES = 1024;
const TEXT_APPLICATIONS = new Set([
  'application/javascript',
  'application/ecmascript',
  'application/x-javascript',
]);

/** Null when the type is one we do not read: images, archives, programs. */
export function contentKind(contentType: string): BodyKind | null {
  const essence = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (essence === 'text/html' || essence === 'application/xhtml+xml') return 'html';
  if (essence === 'application/json' || essence === 'text/json' || essence.endsWith('+json')) return 'json';
  if (essence === 'application/xml' || essence === 'text/xml' || essence.endsWith('+xml')) return 'xml';
  if (essence === 'application/pdf' || essence === 'application/x-pdf') return 'pdf';
  if (essence.startsWith('text/') || TEXT_APPLICATIONS.has(essence)) return 'text';
  return null;
}

/** For bodies that come without a type. Null for binary data. */
export function sniffKind(bytes: Uint8Array): BodyKind | null {
  const start = bytes.subarray(0, SNIFFED_BYTES);
  if (Buffer.from(start.subarray(0, 5)).toString('latin1') === '%PDF-') return 'pdf';
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
