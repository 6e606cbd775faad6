/** Text without line breaks and surrounding blanks; null where nothing is left. */
export function oneLine(text: string | undefined): string | null {
  if (text === undefined) return null;
  const line = text.replace(/\s+/g, ' ').trim();
  return line === '' ? null : line;
}
