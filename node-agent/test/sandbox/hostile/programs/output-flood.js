//: one very long line, written faster than anybody reads
//: ends exit 3
//: says ^x+$
//: flags stdout_truncated
const fs = require('node:fs');
for (let at = 0; at < 64; at += 1) fs.writeSync(1, 'x'.repeat(1 << 20));
process.exitCode = 3;
