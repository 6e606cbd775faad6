import { layout } from './layout.ts';

const HOME = layout({
  title: 'Home',
  description: 'A small web site to practise scraping on.',
  body: `<h1>News from the water mill</h1>
<p>Four pages to practise on:</p>
<ul>
<li><a href="/article">An article</a>, with a heading, a byline and a body</li>
<li><a href="/table">A table</a> of what the mill made this year</li>
<li><a href="/live">A live reading</a> that only JavaScript can see</li>
<li><a href="/nowhere">A link that leads nowhere</a>, and answers 404</li>
</ul>`,
});

const ARTICLE = layout({
  title: 'How a mill learned to keep accounts',
  description: 'The old mill sells its power by the watt, and writes down every one of them.',
  body: `<article>
<h1>How a mill learned to keep accounts</h1>
<p class="byline">By <span class="author">Ada Miller</span>, <time datetime="2026-03-14">14 March 2026</time></p>
<div class="article-body">
<p>For two hundred years the mill below the weir ground whatever the valley brought. Nobody asked what a turn of the
wheel was worth, because nobody could measure one.</p>
<p>Then the wheel was coupled to a generator, and the miller began to write. On the left page went what came in, on the
right page what went out, and at the foot of every evening the two had to agree. “If they differ by a single watt,”
she says, “I do not go to bed.”</p>
<p>They have differed twice. Once it was a leaking sluice. Once it was a mouse.</p>
</div>
</article>`,
});

const MONTHS = [
  ['January', 412, 'ice on the wheel for nine days'],
  ['February', 388, 'low water'],
  ['March', 640, 'snow melt'],
  ['April', 702, 'the best month since 1998'],
  ['May', 655, 'new bearings'],
  ['June', 431, 'dry'],
] as const;

const TABLE = layout({
  title: 'What the mill made',
  description: 'Kilowatt hours by month.',
  body: `<h1>What the mill made</h1>
<table id="output">
<thead><tr><th>Month</th><th>Note</th><th>kWh</th></tr></thead>
<tbody>
${MONTHS.map(([month, kwh, note]) => `<tr><td>${month}</td><td>${note}</td><td>${kwh}</td></tr>`).join('\n')}
</tbody>
</table>`,
});

const LIVE = layout({
  title: 'Live reading',
  description: 'The wheel, as JavaScript sees it.',
  body: `<h1>The wheel right now</h1>
<div id="reading"><p>This reading needs JavaScript.</p></div>
<script>
fetch('/api/reading').then((answer) => answer.json()).then((reading) => {
  document.querySelector('#reading').innerHTML =
    '<p class="reading">' + reading.turns_per_minute + ' turns a minute</p>' +
    '<p class="level">Water level: ' + reading.level_cm + ' cm above the sill</p>';
});
</script>`,
});

const NOT_FOUND = layout({
  title: 'Not found',
  description: 'There is no such page.',
  body: '<h1>There is no such page</h1><p>The <a href="/">front page</a> lists those that are.</p>',
});

export interface Answer {
  status: number;
  contentType: string;
  body: string;
}

/** The answer of the demo site to a path. */
export function answerPath(path: string): Answer {
  const pages = new Map([
    ['/', HOME],
    ['/article', ARTICLE],
    ['/table', TABLE],
    ['/live', LIVE],
  ]);
  if (path === '/api/reading') {
    const body = JSON.stringify({ turns_per_minute: 11, level_cm: 37 });
    return { status: 200, contentType: 'application/json', body };
  }
  const page = pages.get(path);
  return { status: page ? 200 : 404, contentType: 'text/html; charset=utf-8', body: page ?? NOT_FOUND };
}
