import { type Static, Type } from 'typebox';
import { LIMITS } from '../limits.ts';

const Flag = (description: string) => Type.Optional(Type.Boolean({ description }));
const Line = (description: string, maxLength: number) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, description }));
const Selector = Type.String({ minLength: 1, maxLength: LIMITS.selectorLength });
const Fields = (maxProperties: number, description: string) =>
  Type.Optional(
    Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 2000 }), {
      maxProperties,
      description,
    }),
  );
const Milliseconds = Type.Integer({ minimum: 1, maximum: 30_000 });
const closed = { additionalProperties: false };

export const ActionSchema = Type.Union([
  Type.Object({ type: Type.Literal('click'), selector: Selector }, closed),
  Type.Object(
    { type: Type.Literal('type'), selector: Selector, text: Type.String({ maxLength: 2000 }) },
    closed,
  ),
  Type.Object({ type: Type.Literal('press'), key: Type.String({ minLength: 1, maxLength: 20 }) }, closed),
  Type.Object({ type: Type.Literal('scroll') }, closed),
  Type.Object({ type: Type.Literal('wait'), ms: Milliseconds }, closed),
]);

/** How a page is asked for. Members of `options`, all optional. */
export const fetchOptions = {
  headers: Fields(30, 'Sent to the URL’s own host only.'),
  cookies: Fields(50, 'Name to value, for the URL’s own host.'),
  user_agent: Line('Instead of a browser’s.', 500),
  language: Line('As in Accept-Language: de-DE,de;q=0.9.', 100),
  device: Type.Optional(Type.Union([Type.Literal('desktop'), Type.Literal('mobile')])),
  respect_robots: Flag('Refuse what robots.txt disallows.'),
  if_none_match: Line('An ETag; the result may then be a 304 without a page.', 500),
  if_modified_since: Line('An HTTP date; the result may then be a 304 without a page.', 100),
  max_age: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: LIMITS.copyAgeMaxSeconds,
      description:
        'Seconds. A copy of the same page that is no older will do, for less; and a copy of this result may serve others.',
    }),
  ),
};

/** What the browser does. `wait_for`, `scroll` and `actions` turn JavaScript on, `screenshot` screenshots. */
export const browserOptions = {
  wait_for: Type.Optional(
    Type.Object(
      {
        selector: Type.Optional(Selector),
        network_idle: Type.Optional(Type.Boolean()),
        ms: Type.Optional(Milliseconds),
      },
      { ...closed, minProperties: 1, description: 'All that is given must come true, in this order.' },
    ),
  ),
  scroll: Flag('To the bottom, step by step, before the page is read.'),
  actions: Type.Optional(Type.Array(ActionSchema, { minItems: 1, maxItems: 20 })),
  viewport: Type.Optional(
    Type.Object(
      {
        width: Type.Integer({ minimum: 200, maximum: 2560 }),
        height: Type.Integer({ minimum: 200, maximum: 2560 }),
      },
      { ...closed, description: 'CSS pixels.' },
    ),
  ),
  screenshot: Type.Optional(
    Type.Object(
      {
        full_page: Type.Optional(Type.Boolean({ description: 'True unless said otherwise.' })),
        selector: Type.Optional(Selector),
        format: Type.Optional(Type.Union([Type.Literal('png'), Type.Literal('jpeg'), Type.Literal('webp')])),
        quality: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'For jpeg and webp.' })),
      },
      closed,
    ),
  ),
  pdf: Flag('The page as PDF; priced as a screenshot.'),
};

const OptionsSchema = Type.Object({ ...fetchOptions, ...browserOptions });
export type ScrapeFetchOptions = Pick<Static<typeof OptionsSchema>, keyof typeof fetchOptions>;
export type ScrapeBrowserOptions = Pick<Static<typeof OptionsSchema>, keyof typeof browserOptions>;
export type PageAction = Static<typeof ActionSchema>;
export type ExtraScrapeOptions = ScrapeFetchOptions & ScrapeBrowserOptions;

const NAMES = [...Object.keys(fetchOptions), ...Object.keys(browserOptions)] as (keyof ExtraScrapeOptions)[];

/** What was given, in one order and without what says nothing; `false` and the usual device are what is meant anyway. */
export function normaliseExtraOptions(options: ExtraScrapeOptions): ExtraScrapeOptions {
  const said = NAMES.map((name) => [name, options[name]] as const).filter(
    ([, value]) => value !== undefined && value !== false && value !== 'desktop',
  );
  return Object.fromEntries(said.map(([name, value]) => [name, sorted(value)]));
}

/** Whether these options need scripts to run. */
export function needsScripts({ wait_for, scroll, actions }: ExtraScrapeOptions): boolean {
  return wait_for !== undefined || scroll === true || actions !== undefined;
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
