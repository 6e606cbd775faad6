const STYLE = `
:root { color-scheme: light dark; --ink: #1d2321; --paper: #fbfaf6; --line: #d9d5c8; --accent: #b5541c; }
@media (prefers-color-scheme: dark) { :root { --ink: #ece8dd; --paper: #191b1a; --line: #3a3d3a; --accent: #f0a06a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 18px/1.6 Georgia, 'Times New Roman', serif; }
header, main, footer { max-width: 42rem; margin: 0 auto; padding: 1.5rem; }
header { display: flex; gap: 1.5rem; align-items: baseline; border-bottom: 1px solid var(--line); }
header strong { margin-right: auto; letter-spacing: .04em; }
a { color: var(--accent); }
h1 { font-size: 2.2rem; line-height: 1.15; margin: 1rem 0 .5rem; }
.byline, footer { color: color-mix(in srgb, var(--ink) 60%, transparent); font-size: .9rem; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); }
td:last-child, th:last-child { text-align: right; }
.reading { font-size: 3.5rem; line-height: 1; color: var(--accent); margin: 1rem 0; }
`;

export interface Page {
  title: string;
  description: string;
  /** HTML of the main part. */
  body: string;
}

/** The page's frame: head, navigation and footer. */
export function layout({ title, description, body }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${description}">
<title>${title} — The Mill Gazette</title>
<style>${STYLE}</style>
</head>
<body>
<header><strong>The Mill Gazette</strong><a href="/">Home</a><a href="/article">Article</a><a href="/table">Table</a><a href="/live">Live</a></header>
<main>
${body}
</main>
<footer>A small site to practise on. It is served by the local network and changes only where it says so.</footer>
</body>
</html>
`;
}
