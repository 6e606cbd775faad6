import type { Duplex } from 'node:stream';
import { createStdioDemux } from './stdio-demux.ts';

const MAX_DIAGNOSTIC_BYTES = 2000;

export interface StdioListener {
  /** Gets a supervisor's frames, cut anywhere. What it throws ends the connection. */
  onStdout(bytes: Buffer): void;
  /** The stdio has closed, for whatever reason. May be called more than once. */
  onOver(): void;
}

/** Listens to a started container. `diagnostics` is what the supervisor or the runtime said of trouble of their own. */
export function listenToStdio(stdio: Duplex, listener: StdioListener): { diagnostics(): string } {
  let said = '';
  const demux = createStdioDemux((stream, bytes) => {
    if (stream === 'stdout') listener.onStdout(bytes);
    else said = (said + bytes.toString('utf8')).slice(0, MAX_DIAGNOSTIC_BYTES);
  });
  stdio.on('data', (chunk: Buffer) => {
    try {
      demux(chunk);
    } catch (error) {
      said ||= String(error);
      stdio.destroy();
    }
  });
  stdio.on('error', (error) => {
    said ||= String(error);
  });
  for (const event of ['end', 'close', 'error']) stdio.once(event, () => listener.onOver());
  return { diagnostics: () => said.trim() };
}
