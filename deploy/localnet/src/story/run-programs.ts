import type { Language } from '@watt/shared';
import { expectThat, type Scene } from './scene.ts';

interface Program {
  language: Language;
  name: string;
  code: string;
  prints: string;
}

const PROGRAMS: Program[] = [
  { language: 'python', name: 'Python', code: 'print(sum(n * n for n in range(1, 101)))', prints: '338350' },
  {
    language: 'javascript',
    name: 'JavaScript',
    code: 'console.log([3, 1, 2].sort().join(" < "))',
    prints: '1 < 2 < 3',
  },
  {
    language: 'bash',
    name: 'Bash',
    code: 'for i in 1 2 3; do printf "%s " $((i * i)); done',
    prints: '1 4 9',
  },
];
/** The smallest tier. */
const QUICK = { timeout: 5, memory_mb: 128 };

/** Has one program of each language run in a sandbox. */
export async function runPrograms({ teller, watt, answers, machine }: Scene): Promise<void> {
  const noSandbox = machine.missing.find(({ what }) => what === 'programs');
  for (const { language, name, code, prints } of PROGRAMS) {
    if (noSandbox) {
      teller.skipped(name, noSandbox.fix);
      continue;
    }
    await teller.line(name, async () => {
      const answer = await watt.runCode({ language, code, ...QUICK });
      answers.push(answer);
      const printed = answer.stdout.trim();
      expectThat(printed === prints, `it printed ${JSON.stringify(printed)} ${answer.stderr}`);
      const { execution_ms: ms, memory_used_mb: memory } = answer.metadata;
      return {
        text: `printed ${printed} (${Math.ceil(ms)} ms in the sandbox, ${Math.ceil(memory)} MB)`,
        watt: answer.cost,
      };
    });
  }
}
