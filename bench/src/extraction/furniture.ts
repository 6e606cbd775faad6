import type { Article } from './articles.ts';

/** What stands around articles, in the ways sites write it. */
export const furniture = {
  nav: ({ labels }: Article) =>
    `<nav class="navbar"><ul>${labels.map((label, i) => `<li><a href="/${i}">${label}</a></li>`).join('')}</ul></nav>`,
  menuDivs: ({ labels }: Article) =>
    `<div>${labels.map((label, i) => `<a href="/${i}">${label}</a>`).join(' | ')}</div>`,
  footer: ({ labels, author }: Article) =>
    `<div class="site-footer"><p>© 2024 ${author}. ${labels.map((label) => `<a href="#">${label}</a>`).join(' · ')}</p></div>`,
  teasers: ({ other, title }: Article) =>
    `<div class="more-stories">${other
      .slice(0, 5)
      .map(
        (text, i) => `<div class="card"><h3><a href="/s/${i}">${title} – ${i}</a></h3><p>${text}</p></div>`,
      )
      .join('')}</div>`,
  linkList: ({ other }: Article) =>
    `<div class="widget"><h4>Top 5</h4><ol>${other
      .slice(0, 5)
      .map((text, i) => `<li><a href="/t/${i}">${text}</a></li>`)
      .join('')}</ol></div>`,
  comments: ({ other, author }: Article) =>
    `<section id="comments"><h3>Comments (4)</h3>${other
      .slice(4, 8)
      .map((text) => `<div class="comment"><b>${author}</b><p>${text} ${text}</p><a href="#">Reply</a></div>`)
      .join('')}</section>`,
  share: () =>
    '<div class="social-share"><a href="#">Facebook</a><a href="#">X</a><a href="#">WhatsApp</a><button>Copy link</button></div>',
  byline: ({ author }: Article) =>
    `<div class="article-meta"><span class="byline">${author}</span> <time datetime="2024-05-01">1.5.2024 10:30</time></div>`,
  advert: () =>
    '<div class="ad-slot"><span>Advertisement</span><a href="https://ads.test/">Buy now, pay later</a></div>',
  cookies: () =>
    '<div id="cookie-consent" role="dialog"><p>We value your privacy. We and our partners store or access information on devices, such as cookies, and process personal data.</p><button>Accept all</button></div>',
  newsletter: () =>
    '<div class="newsletter-box"><h4>Newsletter</h4><p>Get the best stories every morning, straight to your inbox.</p><form><input type="email"><button>Sign up</button></form></div>',
  figure: ({ other }: Article) =>
    `<figure><img src="/photo.jpg" alt=""><figcaption>${other[8]} Photo: Agency</figcaption></figure>`,
};

export function paragraphsOf({ paragraphs }: Article): string {
  return paragraphs.map((text) => `<p>${text}</p>`).join('\n');
}

export function pageOf(article: Article, body: string, head = ''): string {
  return `<!doctype html><html lang="${article.language}"><head><meta charset="utf-8"><title>${article.title} | The Daily Tide</title>${head}</head><body>${body}</body></html>`;
}
