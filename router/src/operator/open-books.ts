import { creditPayments } from '../ledger/ledger.ts';
import { formatUnits } from '../reconciliation/reconciliation.ts';
import { type CommandRun, done, noteAction, refused, tokenAccountOf } from './operator-desk.ts';

/**
 * Begins the books of an empty database with what the compute wallet holds, as a payment of nobody: what came and left before is in that
 * balance, and no router of this database records it again.
 */
export const openBooks: CommandRun = async (desk, command) => {
  const { chain } = desk;
  if (!chain)
    return refused('Name SOLANA_RPC_URL, WATT_MINT and COMPUTE_WALLET: the balance is read from the chain');
  const account = await tokenAccountOf(chain);
  const holding = await chain.solana.finalizedHolding(account);
  if (!holding)
    return refused('The compute wallet has no token account: nothing was before, so start the router');
  const { amount, slot } = holding;
  return desk.sql.begin(async (tx) => {
    await tx`lock table chain_cursors in exclusive mode`;
    const [begun] = await tx`
      select 1 from chain_cursors union all select 1 from chain_credits union all select 1 from chain_debits limit 1`;
    if (begun) return refused('The books have begun: a router has read the chain for this database');
    await tx`
      insert into chain_cursors (token_account, finalized_slot, opened_at_slot) values (${account}, ${slot}, ${slot})`;
    if (amount > 0n) {
      const signature = `opening-${account}`;
      await tx`
        insert into chain_credits (signature, slot, amount, payer_signed, status)
        values (${signature}, ${slot}, ${amount}, false, 'finalized')`;
      await creditPayments(tx, desk.accounts, [{ signature, amount, payer: null }]);
    }
    await noteAction(tx, desk, command);
    return done(`The books are open at slot ${slot} with ${formatUnits(amount)} WATT in suspense`);
  });
};
