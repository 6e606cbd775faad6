import {
  createInitializeMintInstruction,
  createInitializeTransferFeeConfigInstruction,
  ExtensionType,
  getMintLen,
  TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import {
  type Connection,
  Keypair,
  type PublicKey,
  type Signer,
  SystemProgram,
  Transaction,
} from '@solana/web3.js';
import { confirmSignature } from '../../src/chain/confirm-signature.ts';

const FEE_BPS = 100;
const FEE_MAX = 10n ** 18n;

/** A mint that withholds 1 % of each transfer from what arrives. */
export async function createFeeMint({
  connection,
  authority,
}: {
  connection: Connection;
  authority: Signer;
}): Promise<PublicKey> {
  const mint = Keypair.generate();
  const space = getMintLen([ExtensionType.TransferFeeConfig]);
  const owner = authority.publicKey;
  const latest = await connection.getLatestBlockhash('confirmed');
  const transaction = new Transaction({ ...latest, feePayer: owner }).add(
    SystemProgram.createAccount({
      fromPubkey: owner,
      newAccountPubkey: mint.publicKey,
      space,
      lamports: await connection.getMinimumBalanceForRentExemption(space),
      programId: TOKEN_2022_PROGRAM_ID,
    }),
    createInitializeTransferFeeConfigInstruction(
      mint.publicKey,
      owner,
      owner,
      FEE_BPS,
      FEE_MAX,
      TOKEN_2022_PROGRAM_ID,
    ),
    createInitializeMintInstruction(mint.publicKey, 6, owner, null, TOKEN_2022_PROGRAM_ID),
  );
  transaction.sign(authority, mint);
  const signature = await connection.sendRawTransaction(transaction.serialize());
  await confirmSignature(connection, { signature, ...latest });
  return mint.publicKey;
}
