import { runCommand } from './run-command.ts';

const SUITE = 'bookworm';
/** As `apt-get indextargets --format` takes it: one line for each index that this machine's apt uses. */
const FORMAT = '$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(CODENAME)|$(COMPONENT)';

/**
 * Sources of Debian 12, as lines of a sources.list, taken from the mirrors that this machine's own apt is configured for.
 * Empty where it has none of Debian's.
 */
export async function findDebianSources(): Promise<string[]> {
  const targets = await runCommand(['apt-get', 'indextargets', '--format', FORMAT, 'Created-By: Packages'], {
    limitMs: 30_000,
  });
  return targets.ok ? toDebianSources(targets.stdout) : [];
}

/** The same mirrors serve every release of Debian, so a machine that runs another gets its own mirrors' Debian 12. */
export function toDebianSources(targets: string): string[] {
  const sources = targets.split('\n').flatMap((line) => {
    const [origin, uri, release = '', codename = '', component] = line.split('|');
    if (origin !== 'Debian' || component !== 'main' || uri === undefined) return [];
    // The main archive, its updates and the security archive; not backports, and not "stable-debug".
    const kind = /-(security|updates)$/.exec(release)?.[0] ?? '';
    if (kind === '' && release !== codename && release !== 'stable') return [];
    return [`deb ${uri} ${SUITE}${kind} main`];
  });
  return [...new Set(sources)];
}
