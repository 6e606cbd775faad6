/** `npm start`, `npm test` and `npm run bench`: plain Node, so that it runs before anything is installed. */
const MINIMUM_NODE = [20, 18, 1];

const isNewEnough = (() => {
  const found = process.versions.node.split('.').map(Number);
  const place = MINIMUM_NODE.findIndex((part, i) => found[i] !== part);
  return place === -1 || found[place] > MINIMUM_NODE[place];
})();

if (isNewEnough) {
  // Imported only now: an old Node would stop at the syntax of these files instead of saying what is wrong.
  const { runCommand } = await import('./commands.mjs');
  // Told to stop, it does not wait for what a half-done installation still runs.
  process.exit(await runCommand(process.argv.slice(2), process.env));
} else {
  console.error(
    `WATT Compute needs Node ${MINIMUM_NODE.join('.')} or newer; this is Node ${process.versions.node}.\n` +
      'Install a newer Node (https://nodejs.org, or your system’s package manager) and run the command again.',
  );
  process.exitCode = 1;
}
