import { COMPILED_LANGUAGES, LANGUAGES, type Language } from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../../context.ts';
import { listSessions, listToolchains, type SessionCount, type ToolchainCount } from '../../nodes/nodes.ts';

interface LanguageView {
  language: Language;
  is_compiled: boolean;
  /** Each version in each image; empty where no node that is online has the language. */
  toolchains: Omit<ToolchainCount, 'language'>[];
  /** Nodes that are online and have sessions in it; empty where none has. */
  sessions: Omit<SessionCount, 'language'>[];
}

/** `GET /api/v1/languages`: what programs can be written in, as the nodes that are online have it. */
export function languageRoutes(app: FastifyInstance, { database }: Context): void {
  app.get('/api/v1/languages', async (): Promise<{ success: true; languages: LanguageView[] }> => {
    const [toolchains, sessions] = await Promise.all([
      listToolchains(database.sql),
      listSessions(database.sql),
    ]);
    return {
      success: true,
      languages: LANGUAGES.map((language) => ({
        language,
        is_compiled: COMPILED_LANGUAGES.has(language),
        toolchains: ofLanguage(language, toolchains),
        sessions: ofLanguage(language, sessions),
      })),
    };
  });
}

function ofLanguage<C extends { language: Language }>(
  language: Language,
  counts: readonly C[],
): Omit<C, 'language'>[] {
  return counts.filter((one) => one.language === language).map(({ language: _, ...count }) => count);
}
