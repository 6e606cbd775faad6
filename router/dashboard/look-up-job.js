import { fillRows, setText } from './fill-rows.js';
import { readJson } from './read-json.js';
import { verifyReceipt } from './verify-receipt.js';
import { sayWatt } from './wording.js';

const ANSWER_MS = 10_000;
const STATES = {
  awaiting_payment: 'waits for payment',
  queued: 'paid, waits for a node',
  running: 'runs',
  succeeded: 'done',
  failed: 'failed',
  expired: 'never paid in time',
};
const SETTLEMENTS = { captured: 'charged', voided: 'given back to the payer’s balance' };

/** The form that finds a job by its id and verifies its receipt. `routerKey()` resolves to the key that this router publishes. */
export function startLookUp({ routerKey }) {
  const byId = (id) => document.getElementById(id);
  let latest = 0;

  byId('job-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void lookUp(byId('job-id').value.trim().toLowerCase());
  });

  async function lookUp(id) {
    latest += 1;
    const turn = latest;
    setText(byId('job-says'), 'Looking it up…');
    const found = await find(id, routerKey).catch((error) => ({
      says: `That did not work: ${error.message}.`,
    }));
    if (turn === latest) show(found);
  }

  function show({ says, kind = 'quiet', rows = [], checks = [] }) {
    setText(byId('job-says'), says);
    byId('job-says').className = kind;
    byId('job-facts').hidden = rows.length === 0;
    fillRows(byId('job-rows'), rows);
    byId('job-checks').hidden = checks.length === 0;
    byId('job-checks').replaceChildren(...checks.map(checkItem));
  }
}

async function find(id, routerKey) {
  const path = `api/v1/jobs/${encodeURIComponent(id)}`;
  const signal = AbortSignal.timeout(ANSWER_MS);
  const { status, body: job } = await readJson(path, { signal, accept: [404] });
  if (status === 404) return { says: 'This router knows no job with that id.' };
  const rows = jobRows(job);
  if (job.settlement === null) return { says: 'Its money is not settled yet, so there is no receipt.', rows };
  const { body: receipt } = await readJson(`${path}/receipt`, { signal });
  try {
    const { checks } = await verifyReceipt(receipt, { routerKey: await routerKey(), jobId: job.job_id });
    const isValid = checks.every(({ holds }) => holds);
    return isValid
      ? { says: 'The receipt is valid.', kind: 'verdict good', rows, checks }
      : { says: 'The receipt is not valid.', kind: 'verdict bad', rows, checks };
  } catch (error) {
    return {
      says: `The receipt was not verified here: ${error.message}. The SDK verifies it offline.`,
      rows,
    };
  }
}

function jobRows(job) {
  const settled = job.settlement === null ? 'not yet' : (SETTLEMENTS[job.settlement] ?? job.settlement);
  return [
    ['State', STATES[job.state] ?? job.state],
    ['Service', job.service],
    ['Price', `${sayWatt(BigInt(job.price_base))} WATT`],
    ['Settlement', settled],
    ['Attempts', String(job.attempts)],
    ['Node', { text: job.node ?? '—', kind: 'key' }],
    ['Paid by', { text: job.paid_by ?? '—', kind: 'key' }],
    ['Asked', sayMoment(job.created_at)],
    ['Ended', job.finished_at === null ? '—' : sayMoment(job.finished_at)],
  ];
}

function checkItem({ says, holds }) {
  const item = document.createElement('li');
  item.className = holds ? 'good' : 'bad';
  item.textContent = `${holds ? '✓' : '✗'} ${says}`;
  return item;
}

function sayMoment(iso) {
  return new Date(iso).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
}
