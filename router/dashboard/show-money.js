import { fillRows, setText } from './fill-rows.js';
import { parseWatt, sayWatt } from './wording.js';

/** The closing lines of the ledger whose sum must be the treasury; `isRare` ones are shown only when they hold something. */
const PARTS = [
  { line: 'customers', says: 'Customers’ balances', note: 'paid and not spent; theirs to use' },
  { line: 'held', says: 'Held for jobs', note: 'paid, and the job has not ended' },
  { line: 'nodes', says: 'Owed to nodes', note: 'earned by work' },
  { line: 'burn', says: 'Burned share', note: 'of every job done; burned with the next payout, never spent' },
  { line: 'revenue', says: 'Revenue', note: 'what the router keeps' },
  { line: 'payout_inflight', says: 'On its way out', note: 'payments that are being sent', isRare: true },
  { line: 'suspense', says: 'Suspense', note: 'arrived without a clear payer', isRare: true },
];

/** Adds the ledger up anew, so that the page says what the figures say and not only what the router says of them. */
export function showMoney(ledger) {
  const byId = (id) => document.getElementById(id);
  const treasury = parseWatt(ledger.treasury);
  const parts = PARTS.map((part) => ({ ...part, units: parseWatt(ledger[part.line]) }));
  const sum = parts.reduce((total, { units }) => total + units, 0n);
  const seen = parts.filter(({ isRare, units }) => !isRare || units !== 0n);
  setText(byId('treasury'), sayWatt(treasury));
  setText(byId('money-sum'), sayWatt(sum));
  fillRows(
    byId('money-parts'),
    seen.map(({ line, says, note, units }) => [
      { text: says, note, kind: `part part-${line.replace('_', '-')}` },
      sayWatt(units),
      sayShare(units, treasury),
    ]),
  );
  drawBar(byId('money-bar'), seen);
  const verdict = judgeBooks({ treasury, sum, isBalanced: ledger.balanced });
  setText(byId('books'), verdict.says);
  byId('books').className = `verdict ${verdict.isGood ? 'good' : 'bad'}`;
}

/** What has come and gone since the beginning. */
export function showFlows(stats) {
  const say = (watt) => sayWatt(parseWatt(String(watt)));
  const text = [
    `${say(stats.watt_received)} WATT received since the beginning.`,
    `${say(stats.watt_paid_to_nodes)} paid to nodes on chain,`,
    `${say(stats.watt_burned_on_chain)} burned,`,
    `${say(stats.watt_returned_to_customers)} sent back to customers.`,
  ].join(' ');
  setText(document.getElementById('flows'), text);
}

function judgeBooks({ treasury, sum, isBalanced }) {
  if (treasury !== sum) {
    const gap = sayWatt(treasury > sum ? treasury - sum : sum - treasury);
    return {
      isGood: false,
      says: `The books do not balance: the treasury and the sum of its parts differ by ${gap} WATT.`,
    };
  }
  if (!isBalanced) {
    return {
      isGood: false,
      says: 'The sum is right, but the router reports that a kept balance differs from the transfers behind it.',
    };
  }
  return {
    isGood: true,
    says: 'The books balance: the treasury is the sum of its parts, debits equal credits, to the last digit.',
  };
}

function sayShare(units, treasury) {
  if (treasury <= 0n || units <= 0n) return '—';
  const perMille = Number((units * 100_000n) / treasury) / 1000;
  return perMille < 0.01 ? '< 0.01 %' : `${perMille.toFixed(perMille < 1 ? 2 : 1)} %`;
}

function drawBar(bar, parts) {
  while (bar.children.length > parts.length) bar.lastElementChild.remove();
  for (const [index, { line, units }] of parts.entries()) {
    const segment = bar.children[index] ?? bar.appendChild(document.createElement('span'));
    segment.className = `segment segment-${line.replace('_', '-')}`;
    // Widths only: exactness is the table's.
    segment.style.flexGrow = units > 0n ? String(Number(units)) : '0';
    segment.hidden = units <= 0n;
  }
}
