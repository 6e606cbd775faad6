import type { ExecuteOutcome, ExecuteTask } from './execute-task.ts';
import { LANGUAGE_TABLE, type Language, languagesOf } from './languages.ts';

/** At a time, because compilers are what takes a small machine's memory. */
const LANES = 2;
const PROBE_LIMIT_MS = 120_000;

/** For each language a program that says hello. */
const HELLO: Readonly<Partial<Record<Language, string>>> = {
  ruby: 'puts "hello"',
  php: '<?php echo "hello\\n";',
  perl: 'print "hello\\n";',
  lua: 'print("hello")',
  c: '#include <stdio.h>\nint main(void) { puts("hello"); }',
  cpp: '#include <iostream>\nint main() { std::cout << "hello" << std::endl; }',
  go: 'package main\nimport "fmt"\nfunc main() { fmt.Println("hello") }',
  rust: 'fn main() { println!("hello"); }',
};

export interface Toolchain {
  language: Language;
  version: string;
}

/** Says hello in every language of the image with more of them, and gives those that could, with their versions. */
export async function probeMore(
  execute: (task: ExecuteTask, signal: AbortSignal) => Promise<ExecuteOutcome>,
): Promise<Toolchain[]> {
  const left = languagesOf('more');
  const said = new Map<Language, Toolchain>();
  const run = (language: Language, code: string) =>
    execute(
      { job_id: `probe-${language}`, language, code, timeout: 20, memory_mb: 256 },
      AbortSignal.timeout(PROBE_LIMIT_MS),
    );
  const versions = parseVersions(stdoutOf(await run('perl', VERSIONS)));
  const lane = async () => {
    for (let language = left.shift(); language !== undefined; language = left.shift()) {
      const version = versions.get(language);
      if (version === undefined || stdoutOf(await run(language, HELLO[language] ?? '')) !== 'hello\n')
        continue;
      said.set(language, { language, version });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return languagesOf('more').flatMap((language) => said.get(language) ?? []);
}

/** Perl is in the image itself, and can ask the others. */
const VERSIONS = languagesOf('more')
  .map(
    (name) =>
      `print "${name}\\t", (split /\\n/, \`${LANGUAGE_TABLE[name].versionCommand.join(' ')} 2>&1\`)[0], "\\n";`,
  )
  .join('\n');

function parseVersions(text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const [name = '', said = ''] = line.split('\t');
      const version = /\d+\.\d+(\.\d+)*/.exec(said)?.[0];
      return version === undefined ? [] : [[name, version]];
    }),
  );
}

function stdoutOf(outcome: ExecuteOutcome): string {
  return outcome.kind === 'completed' && outcome.success ? outcome.output.stdout : '';
}
