import { verifyReceipt } from '@watt/client';
import { canonicalJson, sha256Hex } from '@watt/shared';
import { expectThat, type Scene } from './scene.ts';

/** Asks for the first job again, which costs nothing, and verifies every receipt without the network. */
export async function proveAll({ teller, watt, answers, file, balanceOf }: Scene): Promise<void> {
  await teller.line('retry', async () => {
    const [first] = answers;
    if (!first) throw new Error('no job succeeded that could be asked for again');
    const before = await balanceOf(file.agent_wallet);
    const again = await watt.resume(first.ticket);
    const after = await balanceOf(file.agent_wallet);
    const isSame = sha256Hex(canonicalJson(again.response)) === sha256Hex(canonicalJson(first.response));
    expectThat(isSame, 'the second answer is another than the first');
    expectThat(before === after, `it was charged again: the wallet went from ${before} to ${after}`);
    return { text: 'the first job again: the same answer, the wallet untouched', watt: '0' };
  });
  await teller.line('receipts', async () => {
    expectThat(answers.length > 0, 'there are none, as no job succeeded');
    const receipts = await Promise.all(answers.map((answer) => watt.receipt(answer.jobId)));
    for (const [i, receipt] of receipts.entries()) {
      const answer = answers[i];
      const check = verifyReceipt(receipt, {
        router: file.router_public_key,
        ...(answer && { requestBody: answer.ticket.body, response: answer.response }),
      });
      if (!check.valid) throw new Error(check.fault);
    }
    return { text: `${receipts.length} verified offline: both signatures, request, result and money` };
  });
}
