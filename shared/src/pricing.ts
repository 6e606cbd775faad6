import { type BaseUnits, base, watt } from './money.ts';
import type { ExecuteRequest } from './schemas/execute.ts';
import type { ScrapeRequest } from './schemas/scrape.ts';
import type { SessionRequest } from './schemas/session.ts';

/** One execution tier: what fits into it costs its price. */
export interface ExecuteTier {
  name: 'quick' | 'standard' | 'extended';
  maxSeconds: number;
  maxMemoryMb: number;
  price: BaseUnits;
}

/** One session tier: a kernel that fits into its memory costs its price for each minute that is begun. */
export interface SessionTier {
  name: 'standard' | 'extended';
  maxMemoryMb: number;
  pricePerMinute: BaseUnits;
}

export interface PriceTable {
  scrape: { simple: BaseUnits; standard: BaseUnits; javascript: BaseUnits; screenshot: BaseUnits };
  /** From the smallest to the largest. */
  execute: readonly ExecuteTier[];
  /** From the smallest to the largest. */
  session: readonly SessionTier[];
}

export const DEFAULT_PRICES: PriceTable = {
  scrape: { simple: watt(100), standard: watt(200), javascript: watt(500), screenshot: watt(300) },
  execute: [
    { name: 'quick', maxSeconds: 5, maxMemoryMb: 128, price: watt(300) },
    { name: 'standard', maxSeconds: 30, maxMemoryMb: 256, price: watt(500) },
    { name: 'extended', maxSeconds: 60, maxMemoryMb: 512, price: watt(1000) },
  ],
  session: [
    { name: 'standard', maxMemoryMb: 256, pricePerMinute: watt(500) },
    { name: 'extended', maxMemoryMb: 512, pricePerMinute: watt(1000) },
  ],
};

export interface PriceLine {
  item: string;
  price: BaseUnits;
}

export interface Price {
  total: BaseUnits;
  lines: PriceLine[];
}

/**
 * Prices a scrape: JavaScript, else simple for a page's own HTML, which nobody has to parse, and for a map, else standard; a screenshot is added to any of
 * them. Source: specification, section 3 "Pricing".
 */
export function priceScrape(request: ScrapeRequest, table: PriceTable): Price {
  const prices = table.scrape;
  const { main_content, clean_html } = request.options;
  const isHtml =
    request.output_format === 'html' && request.selectors === undefined && !main_content && !clean_html;
  const isSimple = isHtml || request.map !== undefined;
  const lines: PriceLine[] = request.options.javascript
    ? [{ item: 'scrape.javascript', price: prices.javascript }]
    : isSimple
      ? [{ item: 'scrape.simple', price: prices.simple }]
      : [{ item: 'scrape.standard', price: prices.standard }];
  if (request.options.screenshots) lines.push({ item: 'scrape.screenshot', price: prices.screenshot });
  // A PDF is another picture of the page, and costs the node as much.
  if (request.options.pdf) lines.push({ item: 'scrape.pdf', price: prices.screenshot });
  return sum(lines);
}

/** Prices an execution by the smallest tier that holds both its time and its memory; null when none does. Limits are inclusive. */
export function priceExecute(
  request: Pick<ExecuteRequest, 'timeout' | 'memory_mb'>,
  table: PriceTable,
): Price | null {
  const tier = table.execute.find(
    (t) => request.timeout <= t.maxSeconds && request.memory_mb <= t.maxMemoryMb,
  );
  return tier ? sum([{ item: `execute.${tier.name}`, price: tier.price }]) : null;
}

/** Prices a session by the smallest tier that holds its memory, for all minutes that it may last; null when none does. */
export function priceSession(
  request: Pick<SessionRequest, 'memory_mb' | 'session'>,
  table: PriceTable,
): Price | null {
  const tier = table.session.find((t) => request.memory_mb <= t.maxMemoryMb);
  if (!tier) return null;
  const price = base(tier.pricePerMinute * BigInt(request.session.minutes));
  return sum([{ item: `session.${tier.name}`, price }]);
}

function sum(lines: PriceLine[]): Price {
  return { total: base(lines.reduce((total, line) => total + line.price, 0n)), lines };
}
