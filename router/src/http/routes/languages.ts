import { COMPILED_LANGUAGES, LANGUAGES, type Language } from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../../context.ts';
import { listToolchains, type ToolchainCount } from '../../nodes/nodes.ts';

interface LanguageView {
  language: Language;
  is_compiled: boolean;
  /** Each version in each image; empty where no node that is online has the language. */
  toolchains: Omit<ToolchainCount, 'language'>[];
}

/** `GET /api/v1/languages`: what programs can be written in, as the nodes that are online have it. */
export function languageRoutes(app: FastifyInstance, { database }: Context): void {
  app.get('/api/v1/languages', async (): Promise<{ success: true; languages: LanguageView[] }> => {
    const counts = await listToolchains(database.sql);
    return { success: true, languages: LANGUAGES.map((language) => viewOf(language, counts)) };
  });
}

function viewOf(language: Language, counts: readonly ToolchainCount[]): LanguageView {
  const own = counts.filter((one) => one.language === language);
  return {
    language,
    is_compiled: COMPILED_LANGUAGES.has(language),
    toolchains: own.map(({ language: _, ...toolchain }) => toolchain),
  };
}
