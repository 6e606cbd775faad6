/** A header that is sent once, or a list of what it was sent as. */
export function headerText(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}

/** `Prefer: respond-async`, RFC 7240: a list of preferences, in any case, perhaps with parameters. */
export function prefersAsync(header: string | string[] | undefined): boolean {
  return [header ?? []]
    .flat()
    .some((value) => value.split(',').some((part) => /^\s*respond-async\s*(?:;|$)/i.test(part)));
}
