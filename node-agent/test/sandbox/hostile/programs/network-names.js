//: asks for names in every way that Node has
const dns = require('node:dns');
const got = [];
const names = ['example.com', 'host.docker.internal', 'metadata.google.internal'];
const asks = names.flatMap((name) => [
  dns.promises.lookup(name),
  dns.promises.resolve4(name),
  fetch(`http://${name}/`, { signal: AbortSignal.timeout(1000) }),
]);
const resolver = new dns.promises.Resolver({ timeout: 300, tries: 1 });
resolver.setServers(['127.0.0.11', '8.8.8.8']);
asks.push(resolver.resolve4('example.com'));
void Promise.all(
  asks.map((ask) =>
    ask.then(
      (answer) => got.push(JSON.stringify(answer)),
      () => {},
    ),
  ),
).then(() => {
  process.stdout.write(`${got.join('\n') || 'held'}\n`);
  process.exit(0);
});
