import { type Element, isTag } from 'domhandler';
import { absoluteUrl } from './absolute-url.ts';
import { findFirst } from './walk.ts';

/** Where pages that load their pictures late keep the address, while `src` has a stand-in. */
const LATE = ['data-src', 'data-lazy-src', 'data-original', 'data-lazy'];
const LATE_SETS = ['data-srcset', 'data-lazy-srcset', 'srcset'];

/** The address of the picture that a reader sees, however late the page loads it; null where it says none. */
export function imageUrl(image: Element, baseUrl: string): string | null {
  return ownUrl(image, baseUrl) ?? urlOfPicture(image, baseUrl) ?? urlOfNoscript(image, baseUrl);
}

function ownUrl({ attribs }: Element, baseUrl: string): string | null {
  for (const name of [...LATE, 'src']) {
    const address = attribs[name]?.trim() ?? '';
    // The page itself is no picture.
    const url = address === '' || address.startsWith('#') ? null : absoluteUrl(address, baseUrl);
    if (url !== null) return url;
  }
  for (const name of LATE_SETS) {
    const url = absoluteUrl(largestOf(attribs[name]), baseUrl);
    if (url !== null) return url;
  }
  return null;
}

/** The candidate with the greatest width or density. Source: WHATWG HTML, srcset attributes. */
function largestOf(set: string | undefined): string | undefined {
  const candidates = (set ?? '').split(/,\s+|,(?=https?:)/).map((candidate) => {
    const [url = '', size = '1'] = candidate.trim().split(/\s+/);
    return { url, size: Number.parseFloat(size) || 0 };
  });
  const best = candidates.reduce((most, candidate) => (candidate.size > most.size ? candidate : most));
  return best.url || undefined;
}

function urlOfPicture({ parent }: Element, baseUrl: string): string | null {
  if (parent === null || !isTag(parent) || parent.name !== 'picture') return null;
  const source = parent.children.filter(isTag).find(({ name }) => name === 'source');
  return source ? ownUrl(source, baseUrl) : null;
}

/** For browsers without scripts the picture stands once more, behind the one that a script would fill in. */
function urlOfNoscript(image: Element, baseUrl: string): string | null {
  const { parent } = image;
  const holder = parent && isTag(parent) && parent.name === 'picture' ? parent : image;
  let next = holder.next;
  while (next !== null && !isTag(next)) next = next.next;
  if (next?.name !== 'noscript') return null;
  const plain = findFirst(next, ({ name }) => name === 'img');
  return plain && ownUrl(plain, baseUrl);
}
