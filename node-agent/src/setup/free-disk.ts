import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Mebibytes that are free where the path lies, or would lie once it is made. Infinity where the system does not tell. */
export async function freeDiskMb(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path);
    return Math.floor((bavail * bsize) / 1024 / 1024);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return isMissing && dirname(path) !== path ? freeDiskMb(dirname(path)) : Number.POSITIVE_INFINITY;
  }
}
