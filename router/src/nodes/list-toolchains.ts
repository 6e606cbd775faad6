import type { Isolation, Language } from '@watt/shared';
import type { SqlRunner } from '../db/connect.ts';

/** One version of a language in one image, and how many nodes that are online have it behind which isolation. */
export interface ToolchainCount {
  language: Language;
  version: string;
  image: string;
  isolation: Isolation;
  nodes: number;
}

/** What the nodes that are online declare, the commonest first. A node that does not say its isolation has the least. */
export async function listToolchains(sql: SqlRunner): Promise<ToolchainCount[]> {
  return sql<ToolchainCount[]>`
    select t ->> 'language' as language, t ->> 'version' as version, t ->> 'image' as image,
      coalesce(n.capabilities -> 'execute' ->> 'isolation', 'container') as isolation, count(*)::int as nodes
    from nodes n, jsonb_array_elements(n.capabilities -> 'execute' -> 'toolchains') t
    where n.state = 'online' and jsonb_typeof(n.capabilities -> 'execute' -> 'toolchains') = 'array'
    group by 1, 2, 3, 4
    order by nodes desc, version desc, image, isolation`;
}
