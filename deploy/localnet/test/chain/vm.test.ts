import {
  AddressLookupTableAccount,
  Keypair,
  SystemProgram,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeTransaction } from '../../src/chain/decode-transaction.ts';
import { memoInstruction } from '../../src/chain/memo-instruction.ts';
import { createVm } from '../../src/chain/vm.ts';

const RUNS = 3000;

/** The VM aborts the process on bytes that it cannot parse, so this test dies rather than fails. */
it('survives every transaction that the decoder lets through', () => {
  const vm = createVm();
  const payer = Keypair.generate();
  vm.setAccount(payer.publicKey.toBase58(), {
    lamports: 10n ** 15n,
    data: new Uint8Array(),
    owner: SystemProgram.programId.toBase58(),
    isExecutable: false,
  });
  const to = Keypair.generate().publicKey;
  const message = new TransactionMessage({
    payerKey: payer.publicKey,
    recentBlockhash: Keypair.generate().publicKey.toBase58(),
    instructions: [
      SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: 1_000_000 }),
      memoInstruction('fuzz'),
    ],
  });
  const table = new AddressLookupTableAccount({
    key: Keypair.generate().publicKey,
    state: { deactivationSlot: 0n, lastExtendedSlot: 0, lastExtendedSlotStartIndex: 0, addresses: [to] },
  });
  const raws = [
    message.compileToLegacyMessage(),
    message.compileToV0Message(),
    message.compileToV0Message([table]),
  ].map((compiled) => new VersionedTransaction(compiled).serialize());
  let passed = 0;
  // Most structure is in the bytes behind the signature and at the very end, so edits go there more often.
  const place = fc.oneof(fc.nat(1200), fc.integer({ min: 65, max: 72 }), fc.integer({ min: -70, max: -1 }));
  const value = fc.oneof(fc.nat(8), fc.nat(255));
  const edits = fc.array(fc.tuple(place, value), { maxLength: 3 });
  fc.assert(
    fc.property(fc.constantFrom(...raws), edits, (raw, changes) => {
      const bytes = Uint8Array.from(raw);
      for (const [at, byte] of changes) bytes[(at + bytes.length) % bytes.length] = byte;
      try {
        decodeTransaction(bytes);
      } catch {
        return;
      }
      passed += 1;
      vm.simulate(bytes, true);
      vm.execute(bytes, true);
    }),
    { numRuns: RUNS },
  );
  expect(passed).toBeGreaterThan(RUNS / 5);
});
