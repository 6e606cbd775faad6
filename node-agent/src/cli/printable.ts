// Everything but line feeds that a terminal acts on instead of showing: C0, C1, and what turns the direction of writing.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ACTING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text of strangers, such as a router's reasons and a page's errors, made harmless for a terminal. */
export function printable(text: string): string {
  return text.replace(ACTING, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
