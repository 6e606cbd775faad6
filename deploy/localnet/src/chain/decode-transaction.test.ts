import {
  AddressLookupTableAccount,
  Keypair,
  PublicKey,
  SystemProgram,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import bs58 from 'bs58';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTransaction, isSigner, isWritable } from './decode-transaction.ts';

const payer = Keypair.generate();
const blockhash = Keypair.generate().publicKey.toBase58();

function sign(version: 'legacy' | 0): VersionedTransaction {
  const to = Keypair.generate().publicKey;
  const table = new AddressLookupTableAccount({
    key: Keypair.generate().publicKey,
    state: {
      deactivationSlot: 2n ** 64n - 1n,
      lastExtendedSlot: 0,
      lastExtendedSlotStartIndex: 0,
      addresses: [PublicKey.default, to],
    },
  });
  const message = new TransactionMessage({
    payerKey: payer.publicKey,
    recentBlockhash: blockhash,
    instructions: [SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: 5 })],
  });
  const transaction = new VersionedTransaction(
    version === 0 ? message.compileToV0Message([table]) : message.compileToLegacyMessage(),
  );
  transaction.sign([payer]);
  return transaction;
}

describe('decodeTransaction', () => {
  it.each(['legacy', 0] as const)('reads what web3.js wrote, version %s', (version) => {
    const transaction = sign(version);
    const { message } = transaction;
    const decoded = decodeTransaction(transaction.serialize());
    expect(decoded).toMatchObject({
      version,
      blockhash,
      signature: bs58.encode(transaction.signatures[0] ?? new Uint8Array()),
      staticKeys: message.staticAccountKeys.map((key) => key.toBase58()),
      header: message.header,
      lookups: message.addressTableLookups.map((lookup) => ({
        ...lookup,
        accountKey: lookup.accountKey.toBase58(),
      })),
    });
    expect(decoded.instructions.map(({ programIdIndex, accounts }) => [programIdIndex, accounts])).toEqual(
      message.compiledInstructions.map(({ programIdIndex, accountKeyIndexes }) => [
        programIdIndex,
        accountKeyIndexes,
      ]),
    );
    const indexes = [0, 1, 2];
    expect(indexes.map((index) => isWritable(decoded, index))).toEqual(
      indexes.map((index) => message.isAccountWritable(index)),
    );
    expect(indexes.map((index) => isSigner(decoded, index))).toEqual(
      indexes.map((index) => message.isAccountSigner(index)),
    );
  });

  it('refuses every cut, every byte too many and lengths in a longer form', () => {
    const raw = sign(0).serialize();
    for (let end = 0; end < raw.length; end++) {
      expect(() => decodeTransaction(raw.subarray(0, end))).toThrow(RangeError);
    }
    expect(() => decodeTransaction(Uint8Array.from([...raw, 0]))).toThrow(RangeError);
    expect(() => decodeTransaction(Uint8Array.from([0x81, 0x00, ...raw.subarray(1)]))).toThrow(RangeError);
  });

  it('throws nothing but RangeError, whatever the bytes', () => {
    const raw = sign('legacy').serialize();
    const edits = fc.array(fc.tuple(fc.nat(raw.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(edits, (changes) => {
        const bytes = Uint8Array.from(raw);
        for (const [place, value] of changes) bytes[place] = value;
        try {
          expect(decodeTransaction(bytes).staticKeys.every((key) => key.length >= 32)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
