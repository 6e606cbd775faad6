//: waits for ever, and catches what would end it
//: ends timeout
//: says
process.on('SIGTERM', () => {});
process.on('exit', () => {
  for (;;);
});
setInterval(() => {}, 1 << 30);
