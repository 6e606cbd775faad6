//: strings, then buffers, which live outside of the engine's own heap
//: ends oom or signal SIGABRT or signal SIGTRAP
//: says
const kept = [];
for (;;) kept.push(Buffer.alloc(4 << 20, 1));
