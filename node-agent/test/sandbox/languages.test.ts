import { afterAll, describe, expect, test } from 'vitest';
import { LANGUAGE_TABLE, type Language } from '../../src/sandbox/languages.ts';
import { realImage, realMoreImage, realSandbox } from './real-sandbox.ts';

const image = await realImage();
const moreImage = await realMoreImage();
const { sandbox, complete } = realSandbox(image ?? '', moreImage === undefined ? {} : { moreImage });
afterAll(() => sandbox.close());

/** Reads stdin and arguments, writes to both streams, and ends with a code of its own. */
const PROGRAMS: Partial<Record<Language, string>> = {
  typescript: `
import { readFileSync } from 'node:fs';
const name: string = readFileSync(0, 'utf8');
console.log(\`\${name} \${process.argv[2]}\`); console.error('e'); process.exitCode = 7;`,
  ruby: 'puts "#{STDIN.read} #{ARGV[0]}"; STDERR.puts "e"; exit 7',
  php: '<?php echo stream_get_contents(STDIN), " ", $argv[1], "\\n"; fwrite(STDERR, "e\\n"); exit(7);',
  perl: 'print scalar(<STDIN>), " $ARGV[0]\\n"; print STDERR "e\\n"; exit 7;',
  lua: 'print(io.read("a") .. " " .. arg[1]); io.stderr:write("e\\n"); os.exit(7)',
  c: `
#include <stdio.h>
int main(int argc, char **argv) {
  char name[9] = {0};
  if (fread(name, 1, 8, stdin) > 0) printf("%s %s\\n", name, argv[argc - 1]);
  fputs("e\\n", stderr);
  return 7;
}`,
  cpp: `
#include <iostream>
int main(int, char **argv) { std::string s; std::cin >> s; std::cout << s << " " << argv[1] << std::endl; std::cerr << "e\\n"; return 7; }`,
  go: `
package main
import ("fmt"; "io"; "os")
func main() { b, _ := io.ReadAll(os.Stdin); fmt.Println(string(b), os.Args[1]); fmt.Fprintln(os.Stderr, "e"); os.Exit(7) }`,
  rust: `
use std::io::Read;
fn main() { let mut s = String::new(); std::io::stdin().read_to_string(&mut s).unwrap();
  println!("{} {}", s, std::env::args().nth(1).unwrap()); eprintln!("e"); std::process::exit(7); }`,
};

describe.skipIf(image === null).each(Object.entries(PROGRAMS) as [Language, string][])(
  '%s',
  (language, code) => {
    const isThere = LANGUAGE_TABLE[language].image === 'core' || moreImage !== undefined;

    test.skipIf(!isThere)(
      'runs under the profile, with stdin, arguments, both streams and an exit code',
      async () => {
        const outcome = await complete(language, code, { stdin: 'in', args: ['a b'], memory_mb: 128 });
        expect(outcome).toMatchObject({
          code: 'EXECUTION_ERROR',
          output: { stdout: 'in a b\n', stderr: 'e\n', exit_code: 7 },
        });
        expect(outcome.output).not.toHaveProperty('stage');
      },
    );

    const isCompiled = LANGUAGE_TABLE[language].compile !== undefined;
    test.skipIf(!isThere || !isCompiled)('what does not compile is told from what does not run', async () => {
      const outcome = await complete(language, 'this is not a program {');
      expect(outcome).toMatchObject({
        success: false,
        code: 'EXECUTION_ERROR',
        output: { stage: 'compile', stdout: '' },
      });
      expect(outcome.output.stderr).toContain('main.');
      expect(outcome.message).toContain('The compiler');
    });
  },
);

test.skipIf(moreImage === undefined)(
  'a compiled program has its own memory and time, not its compiler’s',
  async () => {
    const hog =
      '#include <stdlib.h>\nint main(int n) { volatile char *p = malloc(200 << 20); for (int i = 0; i < 200 << 20; i += 4096) p[i] = n; return 0; }';
    const large = await complete('c', hog, { memory_mb: 64 });
    expect(large.code).toBe('OUT_OF_MEMORY');
    const late = await complete('c', 'int main() { for (;;); }', { timeout: 1 });
    expect(late.code).toBe('EXECUTION_TIMEOUT');
    expect(late.metadata.execution_ms).toBeLessThan(10_000);
  },
);
