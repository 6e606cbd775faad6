import { setText } from './fill-rows.js';
import { keepPolling } from './keep-polling.js';
import { startLookUp } from './look-up-job.js';
import { RouterAway, readJson } from './read-json.js';
import { showJobs } from './show-jobs.js';
import { showFlows, showMoney } from './show-money.js';
import { createNodeTable } from './show-nodes.js';
import { showPrices } from './show-prices.js';
import { showSolvency } from './show-solvency.js';
import { sayDuration, sayTime } from './wording.js';

const byId = (id) => document.getElementById(id);
/** Prices stand for the life of a router; they are asked for again after each time it was away. */
let pricing = null;
let lastAnswer = null;

const nodeTable = createNodeTable({ onTurn: () => void polling.askNow() });
const polling = keepPolling({ ask, onAnswer, onFault });
startLookUp({ routerKey: async () => (pricing ?? (await readJson('api/v1/pricing', {})).body).router });

async function ask(signal) {
  const readiness = readJson('ready', { signal, accept: [503] }).then((answer) => {
    showReady(answer.body);
    return answer;
  });
  const [, stats, solvency, nodes, prices] = await Promise.all([
    readiness,
    readJson('api/v1/stats', { signal }),
    readJson('api/v1/solvency', { signal }),
    readJson(nodeTable.path(), { signal }),
    pricing ? { body: pricing } : readJson('api/v1/pricing', { signal }),
  ]);
  return { stats: stats.body, solvency: solvency.body, nodes, pricing: prices.body };
}

function onAnswer(answers) {
  pricing = answers.pricing;
  lastAnswer = new Date();
  showPrices(pricing);
  showMoney(answers.stats.ledger);
  showFlows(answers.stats);
  showSolvency(answers.solvency);
  showJobs(answers.stats);
  nodeTable.show(answers.nodes);
  setText(byId('updated'), `as of ${sayTime(lastAnswer)}`);
  byId('fault').hidden = true;
  byId('figures').classList.remove('stale');
}

function onFault({ since, nextMs, error }) {
  pricing = null;
  const isAway = error instanceof RouterAway;
  const what = isAway
    ? `The router is not reachable since ${sayTime(since)}.`
    : `No figures since ${sayTime(since)}: ${error.message}.`;
  const known = lastAnswer ? ` Below is what was known at ${sayTime(lastAnswer)}.` : '';
  setText(byId('fault'), `${what} Asking again every ${sayDuration(nextMs).replace('.00', '')}.${known}`);
  byId('fault').hidden = false;
  byId('figures').classList.add('stale');
  if (isAway) mark('not reachable', 'offline');
}

function showReady(ready) {
  if (ready.success) return mark('ready', 'online');
  const parts = ['database', 'chain'].filter((part) => ready[part] !== 'ok');
  mark(`not ready: ${parts.map((part) => `${part} ${ready[part]}`).join(', ')}`, 'draining');
}

function mark(text, state) {
  setText(byId('ready'), text);
  byId('ready').className = `mark mark-${state}`;
}
