//: fifty thousand writes of a byte
//: ends exit 0
//: says ^x{50000}$
const fs = require('node:fs');
for (let at = 0; at < 50000; at += 1) fs.writeSync(1, 'x');
