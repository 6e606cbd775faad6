import type { Isolation, Language } from '@watt/shared';
import type { SqlRunner } from '../db/connect.ts';

/** How many nodes that are online have sessions in a language behind which isolation. */
export interface SessionCount {
  language: Language;
  isolation: Isolation;
  nodes: number;
}

/** What the nodes that are online declare, the commonest first. A node that does not say its isolation has the least. */
export async function listSessions(sql: SqlRunner): Promise<SessionCount[]> {
  return sql<SessionCount[]>`
    select l as language, coalesce(n.capabilities -> 'execute' ->> 'isolation', 'container') as isolation, count(*)::int as nodes
    from nodes n, jsonb_array_elements_text(n.capabilities -> 'execute' -> 'sessions' -> 'languages') l
    where n.state = 'online' and jsonb_typeof(n.capabilities -> 'execute' -> 'sessions' -> 'languages') = 'array'
    group by 1, 2
    order by nodes desc, isolation`;
}
