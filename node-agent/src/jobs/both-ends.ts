/** Half of the text: three parts from its beginning and one from its end. */
export function bothEnds(text: string): string {
  const part = text.length >> 3;
  // Half of a surrogate pair at a cut has no UTF-8 form.
  const first = text.slice(0, 3 * part).replace(/[\uD800-\uDBFF]$/, '');
  return `${first}\n[… left out …]\n${text.slice(-part).replace(/^[\uDC00-\uDFFF]/, '')}`;
}
