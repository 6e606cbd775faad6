import { setText } from './fill-rows.js';
import { sayMany } from './wording.js';

/** One sentence on whether what is owed is there on the chain, from `GET /api/v1/solvency`. */
export function showSolvency(solvency) {
  const line = document.getElementById('solvency');
  setText(line, saySolvency(solvency));
  const isGood = solvency.state === 'solvent';
  const isOpen = solvency.state === 'checking';
  line.className = `verdict ${isGood ? 'good' : isOpen ? '' : 'bad'}`;
}

function saySolvency({ state, chain, liabilities, freezes, age_seconds: age }) {
  if (state === 'checking') return 'The chain and the books are being compared.';
  if (state === 'stale')
    return `The chain and the books were last compared ${age} seconds ago: nothing is known since.`;
  if (state === 'frozen') {
    const why = sayMany(freezes.length, ['finding', 'findings']);
    return `Nothing is paid out until the operator has looked at ${why}: ${freezes[0].detail}.`;
  }
  const both = `the chain holds ${chain.watt} WATT for ${liabilities.total} WATT that are owed`;
  return state === 'short'
    ? `More is owed than held: ${both}.`
    : `Solvent: ${both}, compared ${age} seconds ago.`;
}
