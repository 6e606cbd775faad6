import { fillRows, setText } from './fill-rows.js';
import { sayCount, sayNetwork } from './wording.js';

/** What things cost and where the money goes. `pricing` is the answer of `/api/v1/pricing`. */
export function showPrices(pricing) {
  const byId = (id) => document.getElementById(id);
  setText(byId('network'), sayNetwork(pricing.network));
  byId('network').title = pricing.network;
  setText(byId('mint'), pricing.mint);
  setText(byId('pay-to'), pricing.pay_to);
  setText(byId('router-key'), pricing.router);
  const { scrape, execute, shares_bps: shares } = pricing;
  fillRows(byId('prices-rows'), [
    ['Scrape, simple', 'the HTML of a page', sayPrice(scrape.simple)],
    ['Scrape, standard', 'text, JSON or selectors', sayPrice(scrape.standard)],
    ['Scrape, JavaScript', 'rendered in a browser', sayPrice(scrape.javascript)],
    ['Screenshot', 'added to any scrape', `+ ${sayPrice(scrape.screenshot)}`],
    ...execute.map((tier) => [
      `Run code, ${tier.tier}`,
      `up to ${tier.max_timeout_seconds} s and ${tier.max_memory_mb} MB`,
      sayPrice(tier.watt),
    ]),
  ]);
  const percent = (bps) => `${bps / 100} %`;
  setText(
    byId('shares'),
    `Of each price ${percent(shares.node)} goes to the node that did the work, ${percent(shares.burn)} is burned, ${percent(shares.router)} is revenue. ` +
      `At most ${sayCount(pricing.rate_limits_per_hour.scrape_per_agent)} scrapes and ${sayCount(pricing.rate_limits_per_hour.execute_per_agent)} executions an hour for each agent.`,
  );
}

function sayPrice(watt) {
  return watt.toLocaleString('en', { maximumFractionDigits: 6 });
}
