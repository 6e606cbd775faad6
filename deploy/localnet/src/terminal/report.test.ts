import { describe, expect, test } from 'vitest';
import { createReport } from './report.ts';

function recorder(isTTY: boolean) {
  let text = '';
  let time = 0;
  const stream = { isTTY, columns: 40, write: (part: string) => (text += part) };
  const report = createReport({ stream, hasColour: false, now: () => time });
  return { report, text: () => text, pass: (ms: number) => (time += ms) };
}

describe('createReport', () => {
  test('gives a pipe whole lines, and progress at most every ten seconds', () => {
    const { report, text, pass } = recorder(false);
    const step = report.step('dependencies', 'looking');
    pass(9_000);
    step.progress('one');
    pass(2_000);
    step.progress('two');
    pass(1_000);
    step.progress('three');
    step.done('installed');
    expect(text()).toBe('… dependencies    two\n✓ dependencies    installed  12.0 s\n');
  });

  test('shows progress in place on a terminal, cut to its width', () => {
    const { report, text } = recorder(true);
    const step = report.step('build', 'compiling');
    step.progress('a very long line of progress that does not fit');
    step.failed('it failed');
    const shown = text().split('\r\x1b[2K');
    expect(shown.every((part) => part.length < 40)).toBe(true);
    expect(shown.at(-1)).toBe('✗ build           it failed  0.0 s\n');
  });

  test('keeps a line that comes in between apart from the step under way', () => {
    const { report, text } = recorder(true);
    report.step('router', 'starting');
    report.line('news');
    expect(text()).toBe('\r\x1b[2K… router          starting\r\x1b[2Knews\n… router          starting');
  });

  test('ends a step once', () => {
    const { report, text } = recorder(false);
    const step = report.step('site');
    step.done('up');
    step.failed('down');
    expect(text()).toBe('✓ site            up  0.0 s\n');
  });
});
