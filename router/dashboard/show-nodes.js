import { fillRows, setText } from './fill-rows.js';
import { sayAgo, sayCount, sayWatt } from './wording.js';

const PAGE = 25;
const STATES = ['online', 'draining', 'offline'];
const CLASSES = { pi: 'Raspberry Pi', pc: 'PC', gpu: 'GPU box' };

/** The table of nodes with its filter and its pages. `onTurn()` is called when another page or filter is wanted. */
export function createNodeTable({ onTurn }) {
  const byId = (id) => document.getElementById(id);
  const buttons = [...byId('nodes-filter').querySelectorAll('button')];
  let state = '';
  /** Where each page up to this one begins. */
  let starts = [''];
  let next = null;

  const turn = (change) => {
    change();
    for (const button of buttons) button.ariaPressed = String(button.dataset.state === state);
    byId('nodes-rows').ariaBusy = 'true';
    byId('nodes-back').disabled = starts.length === 1;
    byId('nodes-next').disabled = true;
    onTurn();
  };
  for (const button of buttons) {
    button.addEventListener('click', () =>
      turn(() => {
        state = button.dataset.state;
        starts = [''];
      }),
    );
  }
  byId('nodes-back').addEventListener('click', () => turn(() => starts.pop()));
  byId('nodes-next').addEventListener('click', () => turn(() => starts.push(next)));

  return {
    /** The question for the page that is wanted now. */
    path() {
      const query = new URLSearchParams({ limit: PAGE });
      if (starts.at(-1) !== '') query.set('after', starts.at(-1));
      if (state !== '') query.set('state', state);
      return `api/v1/nodes?${query}`;
    },
    /** Shows one page; `at` is the server's clock. */
    show({ body, at }) {
      next = body.next;
      const all = STATES.reduce((sum, name) => sum + body.totals[name], 0);
      for (const button of buttons) {
        const count = button.dataset.state === '' ? all : body.totals[button.dataset.state];
        setText(button, `${sayState(button.dataset.state || 'all')} ${sayCount(count)}`);
      }
      const rows = body.nodes.map((node) => nodeRow(node, at));
      fillRows(byId('nodes-rows'), rows.length === 0 ? [[{ text: 'None here', kind: 'quiet' }]] : rows);
      byId('nodes-rows').ariaBusy = 'false';
      const before = (starts.length - 1) * PAGE;
      const total = state === '' ? all : body.totals[state];
      const place = `${before + 1}–${before + rows.length} of ${sayCount(total)}`;
      setText(byId('nodes-place'), rows.length === 0 ? '' : place);
      byId('nodes-back').disabled = starts.length === 1;
      byId('nodes-next').disabled = next === null;
    },
  };
}

function nodeRow(node, at) {
  const { scrape, execute } = node.capabilities;
  const slots = (scrape?.slots ?? 0) + (execute?.slots ?? 0);
  const state = STATES.includes(node.state) ? node.state : 'offline';
  const seen = new Date(node.last_seen_at);
  return [
    { text: node.name || 'without a name', note: node.node_id, kind: 'long' },
    { text: sayState(state), kind: `mark mark-${state}` },
    { text: CLASSES[node.class] ?? node.class, note: `version ${node.version}` },
    { text: sayScrape(scrape) || sayExecute(execute) || 'nothing', note: scrape ? sayExecute(execute) : '' },
    `${sayCount(node.running)} / ${sayCount(slots)}`,
    sayCount(node.jobs_done),
    { text: sayCount(node.jobs_failed), kind: node.jobs_failed > 0 ? 'warn' : '' },
    sayWatt(BigInt(node.earned_base)),
    {
      text: state === 'offline' ? sayAgo(at - seen.getTime()) : 'connected',
      title: seen.toLocaleString('en-GB'),
    },
  ];
}

function sayScrape(scrape) {
  if (!scrape) return '';
  const extras = [
    ...(scrape.javascript ? ['JavaScript'] : []),
    ...(scrape.screenshots ? ['screenshots'] : []),
  ];
  return extras.length === 0 ? 'scrape' : `scrape with ${extras.join(', ')}`;
}

function sayExecute(execute) {
  if (!execute) return '';
  return `run ${execute.languages.join(', ')} in ${execute.max_memory_mb} MB (${execute.runtime})`;
}

function sayState(state) {
  return `${state[0].toUpperCase()}${state.slice(1)}`;
}
