/** All white space and U+200B, but not the ideographic space, a character of its own that stands between names. */
const BLANKS = /[\t-\r \u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\ufeff]+/g;
const WIDE = '\\u3001-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uff01-\\uff60';
const HAS_WIDE = new RegExp(`[${WIDE}]`);
/** Source: CSS Text Level 3, 4.1.2: Chinese and Japanese have no blanks between words, so a line's end is none. */
const WIDE_LINE_END = new RegExp(`(?<=[${WIDE}])[ \\t]*[\\r\\n]\\s*(?=[${WIDE}])`, 'g');

/** Makes one blank of each run of white space, as a page is shown. */
export function foldBlanks(text: string): string {
  const joined = text.includes('\n') && HAS_WIDE.test(text) ? text.replace(WIDE_LINE_END, '') : text;
  return joined.replace(BLANKS, ' ');
}
