import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './run-program.mjs';
import { openLog } from './steps.mjs';

const MANIFESTS = [
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'package.json',
  'shared/package.json',
  'router/package.json',
  'node-agent/package.json',
  'client/package.json',
  'deploy/localnet/package.json',
  'bench/package.json',
];

/** Installs the locked dependencies, unless what is installed was made from these very manifests. */
export async function installDependencies({ root, env, steps }) {
  const stamp = join(root, 'node_modules', '.installed-from');
  // Not the field `packageManager`: pnpm would look itself up in the registry and refuse a frozen lock file.
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const packageManager = `pnpm@${engines.pnpm}`;
  const wanted = hashOfManifests(root);
  const step = steps.begin('dependencies', 'looking');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return step.done('found');
  const log = openLog(join(root, '.watt', 'logs', 'install.log'));
  step.progress(`fetching ${packageManager}`);
  const { code, tail } = await runProgram(
    'npx',
    ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'],
    // Without CI set, pnpm asks before it replaces a half-made node_modules.
    { cwd: root, env: { ...env, CI: 'true' }, isQuiet: true, log, onLine: (line) => step.progress(line) },
  );
  log.end();
  if (code !== 0) {
    step.failed(`not installed (exit ${code}); the whole log is in .watt/logs/install.log`);
    throw new StepFailed(tail, code);
  }
  writeFileSync(stamp, wanted);
  step.done('installed');
}

/** Compiles what changed since the last time. */
export async function build({ root, env, steps }) {
  const step = steps.begin('build', 'compiling');
  const { code, tail } = await runProgram(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-b'],
    {
      cwd: root,
      env,
      isQuiet: true,
    },
  );
  if (code !== 0) {
    step.failed(`the compiler found errors (exit ${code})`);
    throw new StepFailed(tail, code);
  }
  step.done('up to date');
}

/** A step's program failed and said why; the lines are for the reader, the code for the shell. */
export class StepFailed extends Error {
  constructor(lines, exitCode) {
    super(lines.join('\n'));
    this.exitCode = exitCode;
  }
}

function hashOfManifests(root) {
  const hash = createHash('sha256').update(`${process.version} ${process.platform} ${process.arch}\n`);
  for (const file of MANIFESTS) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}
