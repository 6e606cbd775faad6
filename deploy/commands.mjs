import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build, installDependencies, StepFailed } from './install-and-build.mjs';
import { runProgram } from './run-program.mjs';
import { createSteps } from './steps.mjs';

const ROOT = join(import.meta.dirname, '..');
const USAGE = `Usage:
  npm start                  a whole network on this machine, until Ctrl-C
  npm start -- --once        the same, but ends after the story: 0 when every line passed
  npm test                   every check: lint, types, dead code, tests (pnpm check is the same without set-up)
  npm run bench -- NAME      one measurement (--json for machines)
  npm run chaos -- money     kills everything at random while jobs are bought, then audits the money`;

/** Runs `start`, `test`, `check`, `bench` or `chaos` and resolves to the exit code. */
export async function runCommand([command, ...args], env) {
  const commands = { start, test, check: runChecks, bench, chaos };
  const run = Object.hasOwn(commands, command ?? '') ? commands[command] : null;
  const wantsHelp = command === 'start' && args.some((arg) => arg === '--help' || arg === '-h');
  if (!run || wantsHelp) {
    (wantsHelp ? console.log : console.error)(USAGE);
    return wantsHelp ? 0 : 2;
  }
  // A measurement and chaos own stdout.
  const steps = createSteps(['bench', 'chaos'].includes(command) ? process.stderr : process.stdout, env);
  try {
    await installDependencies({ root: ROOT, env, steps });
    await build({ root: ROOT, env, steps });
    return await run(args, { env, steps });
  } catch (error) {
    if (String(error?.code).startsWith('ERR_PARSE_ARGS')) {
      console.error(`${error.message}\n\n${USAGE}`);
      return 2;
    }
    if (!(error instanceof StepFailed)) throw error;
    console.error(error.message);
    return error.exitCode;
  }
}

/** The network runs in this very process, so that signals reach it without a go-between. */
async function start(args, { env }) {
  const { warn } = console;
  // A dependency of @solana/spl-token says while it loads that it uses plain JavaScript; nobody can act on that.
  console.warn = () => {};
  const { startLocalnet } = await import('./localnet/dist/start-localnet.js');
  console.warn = warn;
  return await startLocalnet(args, env);
}

async function test(args, context) {
  const { prepareForTests } = await import('./localnet/dist/prepare-for-tests.js');
  await prepareForTests(context.env);
  return await runChecks(args, context);
}

/** What `pnpm check` and CI run; arguments go to vitest. */
async function runChecks(args, { env, steps }) {
  const startedAt = performance.now();
  const checks = [
    ['lint', 'biome', ['check', '.']],
    ['types', 'tsc', ['-p', 'tsconfig.test.json']],
    ['dead code', 'knip', []],
  ];
  for (const [name, program, programArgs] of checks)
    await check({ name, program, args: programArgs, env, steps });
  const reporters = ['--reporter=default', '--reporter=./deploy/closing-line.mjs'];
  const { code } = await runProgram(binary('vitest'), ['run', ...reporters, ...args], { cwd: ROOT, env });
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  steps.line(code === 0 ? `All checks passed in ${minutes} min.` : `Failed after ${minutes} min.`);
  return code;
}

async function check({ name, program, args, env, steps }) {
  const step = steps.begin(name, program);
  const { code, tail } = await runProgram(binary(program), args, { cwd: ROOT, env, isQuiet: true });
  if (code === 0) return step.done('clean');
  step.failed(`${program} found faults (exit ${code})`);
  throw new StepFailed(tail, code);
}

async function bench(args, { env }) {
  const main = join(ROOT, 'bench/dist/main.js');
  if (!existsSync(main)) throw new StepFailed(['There are no measurements in bench/ yet.'], 1);
  const { code } = await runProgram(process.execPath, [main, ...args], { cwd: ROOT, env });
  return code;
}

async function chaos(args, { env }) {
  const main = join(ROOT, 'deploy/localnet/dist/chaos-main.js');
  const { code } = await runProgram(process.execPath, [main, ...args], { cwd: ROOT, env });
  return code;
}

function binary(name) {
  return join(ROOT, 'node_modules/.bin', name);
}
