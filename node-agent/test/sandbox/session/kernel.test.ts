import { afterAll, expect, test } from 'vitest';
import { realImage } from '../real-sandbox.ts';
import { realKernels } from './real-kernels.ts';

const image = await realImage();
const { sandbox, start } = realKernels(image ?? '');
afterAll(() => sandbox.close());

test.skipIf(image === null)('Python keeps its state between calls', async () => {
  const { kernel, run, value } = await start('python');
  expect(await value('import math\nx = 41\ndef f(): return math.floor(x + 1.5)')).toBeNull();
  expect(await value('f()')).toBe('42');
  expect(await run("print('out'); import sys; print('err', file=sys.stderr); 'é'")).toMatchObject({
    success: true,
    output: { stdout: 'out\n', stderr: 'err\n', value: "'é'" },
  });
  await kernel.stop();
  expect(await kernel.ended).toMatchObject({ how: 'stopped' });
});

test.skipIf(image === null)('JavaScript keeps its state between calls', async () => {
  const { kernel, run, value } = await start('javascript');
  expect(await value('const x = 41; function f() { return x + 1 }')).toBeNull();
  expect(await value('f()')).toBe('42');
  expect(await value("const y = 1; const os = require('node:os'); os.EOL")).toBe("'\\n'");
  expect(await value('const y = 2; y')).toBe('2');
  expect(await run("console.log('out'); console.error('err'); 'é'")).toMatchObject({
    success: true,
    output: { stdout: 'out\n', stderr: 'err\n', value: "'é'" },
  });
  await kernel.stop();
  expect(await kernel.ended).toMatchObject({ how: 'stopped' });
});
