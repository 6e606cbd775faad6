import { readFile } from 'node:fs/promises';

/** Whether a process with this id exists. One that belongs to somebody else exists, too. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * A mark that differs between two processes that had the same id one after the other: the kernel's start time of the process.
 * Null where the system has no /proc. Source: proc(5), field 22 of /proc/<pid>/stat.
 */
export async function processMark(pid: number): Promise<string | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field may contain spaces and brackets, so the fields are counted from its end.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    // No such process, or no /proc: there is no mark to compare.
    return null;
  }
}
