//: closes its streams, which is not the end, and goes on
//: ends timeout
//: says
const fs = require('node:fs');
for (const fd of [0, 1, 2]) fs.closeSync(fd);
setInterval(() => {}, 1000);
