import { expect, test } from 'vitest';
import { nodeMarkdown } from './node-markdown.ts';
import { parseDocument } from './parse-document.ts';

const markdown = (html: string) =>
  nodeMarkdown(parseDocument(html, { isXml: false, maxElements: 100_000 }), 'https://site.test/dir/');

test.each([
  ['<h1>One</h1><h3>Three <b>bold</b></h3><p>text', '# One\n\n### Three **bold**\n\ntext'],
  ['<p>a <strong> b </strong> <em>c</em> <del>d</del></p>', 'a **b** *c* ~~d~~'],
  ['<b><b>twice</b></b> <i></i>x', '**twice** x'],
  ['<p>one<br>two<br> <br>three<br><br><br>four<br><br></p><p>five', 'one  \ntwo\n\nthree\n\nfour\n\nfive'],
  [
    '<a href="/z"><h3>Kettle</h3></a><span>35 €</span> <a href="/y">x<div>y</div></a>z',
    '### [Kettle](https://site.test/z)\n\n35 € [x y](https://site.test/y)\n\nz',
  ],
  ['<p>橋は、\n 長い。全角　空白\nand Latin\nlines', '橋は、長い。全角　空白 and Latin lines'],
  [
    '<a href="x?a=(1)">link</a> <a href="javascript:x()">none</a> <a href="/y"></a>',
    '[link](https://site.test/dir/x?a=%281%29) none',
  ],
  ['<a href="/z"><div><h2>Title</h2></div><p>more</p></a>', '## [Title more](https://site.test/z)'],
  [
    '<img src=i.png alt="a [b]"><img src="data:image/png;base64,x">',
    '![a \\[b\\]](https://site.test/dir/i.png)',
  ],
  ['<a href="/p"><img src=/i.png alt=pic></a>', '[![pic](https://site.test/i.png)](https://site.test/p)'],
  ['<ul><li>a<li>b<ul><li>c</ul></ul><ol start=3><li>x<li>y</ol>', '- a\n- b\n  - c\n\n3. x\n4. y'],
  ['<ul><li><p>a</p><p>b</p></li></ul>', '- a\n\n  b'],
  ['<blockquote><p>a</p><p>b</p></blockquote>c', '> a\n>\n> b\n\nc'],
  [
    '<pre><code class="language-js">let a = 1;\n\n  b `c`\n</code></pre>',
    '```js\nlet a = 1;\n\n  b `c`\n```',
  ],
  ['<pre>```\nx</pre>', '````\n```\nx\n````'],
  ['use <code>a`b</code> and <kbd>x</kbd>', 'use ``a`b`` and `x`'],
  ['a<hr>b', 'a\n\n---\n\nb'],
  [
    '1. no list, * no star, # no heading, snake_case _not_',
    '1\\. no list, \\* no star, # no heading, snake_case \\_not\\_',
  ],
  ['<p># not</p><p>- not</p><p>&lt;b&gt; a < b</p>', '\\# not\n\n\\- not\n\n\\<b> a < b'],
  [
    '<table><tr><th>a</th><th>b|c</th></tr><tr><td><b>1</b></td><td colspan=1>2<br>3</td></tr></table>',
    '| a | b\\|c |\n| --- | --- |\n| **1** | 2 3 |',
  ],
  ['<table><tr><td><table><tr><td>x</td><td>y</td></tr></table></td></tr></table>', 'x y'],
  ['<script>no()</script><p hidden>no</p><p style="display:none">no</p><p>yes', 'yes'],
  [
    '<div class="language-ts"><pre><span class="lineno">1</span>let a;\n<span class="lineno">2</span>b();\n</pre></div>',
    '```ts\nlet a;\nb();\n```',
  ],
  [
    '<table><tr><td class="gutter"><pre>1\n2</pre></td><td><pre><code class="hljs cpp"><span>a</span><br><span>b</span></code></pre></td></tr></table>',
    '```cpp\na\nb\n```',
  ],
  [
    '<pre data-language="go"><code><div>a {</div><div>\n</div><div>  b</div>\n<div>}</div></code><button>Copy</button></pre>',
    '```go\na {\n\n  b\n}\n```',
  ],
  ['<p><code>a<br>b</code>', '```\na\nb\n```'],
  [
    '<p>If <script type="math/tex">a_1</script> and <img class="latex" alt="b^2" src=x.png> then <script type="math/tex; mode=display">c</script>',
    'If $a_1$ and $b^2$ then\n\n$$\nc\n$$',
  ],
  [
    '<span class="katex"><span class="katex-mathml"><math><semantics><mi>x</mi><annotation encoding="application/x-tex">x^2</annotation></semantics></math></span><span class="katex-html" aria-hidden="true">x2</span></span>',
    '$x^2$',
  ],
  ['<math alttext="{\\displaystyle a+b}"><mi>a</mi><mo>+</mo><mi>b</mi></math>', '$a+b$'],
  ['<math><mi>a</mi><mo>+</mo><mi>b</mi></math>', 'a+b'],
  ['<img data-src="/late.png" src="/blank.gif" alt=a>', '![a](https://site.test/late.png)'],
  [
    '<img srcset="/s.png 320w, /l.png 1280w, /m.png 640w" src="data:image/gif;base64,x">',
    '![](https://site.test/l.png)',
  ],
  [
    '<picture><source srcset="/p.webp 1x, /p2.webp 2x"><img src="data:image/gif;base64,x"></picture>',
    '![](https://site.test/p2.webp)',
  ],
  [
    '<img src="data:image/gif;base64,x"><noscript><img src=/n.png></noscript>',
    '![](https://site.test/n.png)',
  ],
  ['<img src="" alt=none><img src="#"><p>x', 'x'],
  ['<dl><dt>term</dt><dd>meaning</dd></dl>', 'term\n\nmeaning'],
  ['', ''],
])('%s', (html, expected) => {
  expect(markdown(html)).toBe(expected);
});

test('tables in lists and quotes keep their prefix', () => {
  const table = '<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>';
  expect(markdown(`<ul><li>x${table}</ul>`)).toBe('- x\n\n  | a | b |\n  | --- | --- |\n  | 1 | 2 |');
  expect(markdown(`<blockquote>${table}</blockquote>`)).toBe('> | a | b |\n> | --- | --- |\n> | 1 | 2 |');
});
