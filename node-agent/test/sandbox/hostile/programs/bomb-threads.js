//: workers until there are no more, as many at once as it can
//: ends exit 0 or exit 1 or signal SIGABRT or signal SIGTRAP or signal SIGSEGV or oom or timeout
//: says
const { Worker } = require('node:worker_threads');
let failed = 0;
for (let at = 0; at < 200; at += 1) {
  new Worker('setInterval(() => {}, 1000)', { eval: true, resourceLimits: { maxOldGenerationSizeMb: 8 } }).on(
    'error',
    () => {
      failed += 1;
      if (failed > 5) process.exit(0);
    },
  );
}
