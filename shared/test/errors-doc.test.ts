import { expect, test } from 'vitest';
import { ERRORS } from '../src/errors/catalogue.ts';

const INTRODUCTION = `# Errors

Every error that leaves the router has a code of this table. The body is the specification's \`{success: false, error, code}\`
and at the same time an RFC 9457 problem document: \`type\`, \`title\`, \`status\`, \`detail\` stand beside them, and \`fix\` says what to do.

\`\`\`json
{
  "success": false,
  "error": "Payment not found",
  "code": "PAYMENT_NOT_FOUND",
  "type": "urn:watt:error:payment-not-found",
  "title": "Payment not found",
  "status": 402,
  "detail": "Payment not found",
  "fix": "Send the price to \`payment.pay_to\` with the memo given, then repeat the call."
}
\`\`\`

Branch on \`code\`: codes are only ever added. The first seven are the specification's. \`EXECUTION_TIMEOUT\` and
\`EXECUTION_ERROR\` answer 200 with the full \`output\`, because the work was done and is charged; \`PAYMENT_PENDING\` answers 202.

This page is made from \`shared/src/errors/catalogue.ts\` by \`npx vitest run shared/test/errors-doc.test.ts -u\`, and compared with
it by the same test.
`;

const HEAD = ['code', 'HTTP', 'meaning', 'what to do'];

/** A Markdown table with its columns aligned, as the formatter writes it. */
function table(rows: string[][]): string {
  const widths = HEAD.map((_, column) => Math.max(...[HEAD, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: string[], fill: string) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |`;
  return [line(HEAD, ' '), line(['', '', '', ''], '-'), ...rows.map((row) => line(row, ' '))].join('\n');
}

test('docs/ERRORS.md is the catalogue', async () => {
  const rows = Object.entries(ERRORS).map(([code, entry]) => [
    `\`${code}\``,
    String(entry.status),
    entry.title,
    entry.fix,
  ]);
  await expect(`${INTRODUCTION}\n${table(rows)}\n`).toMatchFileSnapshot('../../docs/ERRORS.md');
});
