import { fillRows, setText } from './fill-rows.js';
import { sayCount, sayDuration, sayMany } from './wording.js';

const SERVICES = [
  ['scrape', 'Web scraping'],
  ['execute', 'Code execution'],
];

/** What was asked, done and is going on. `stats` is the answer of `/api/v1/stats`. */
export function showJobs(stats) {
  const byId = (id) => document.getElementById(id);
  const { jobs, dispatch, nodes } = stats;
  const known = nodes.online + nodes.draining + nodes.offline;
  setText(byId('tile-online'), sayCount(nodes.online));
  setText(byId('tile-nodes'), `of ${sayCount(known)} known`);
  setText(byId('tile-done'), sayCount(jobs.scrape.succeeded + jobs.execute.succeeded));
  setText(byId('tile-errors'), `${(stats.error_rate * 100).toFixed(1)} % of the ended failed`);
  setText(byId('tile-running'), sayCount(dispatch.running));
  setText(byId('tile-queued'), `${sayCount(dispatch.queued)} more in the queue`);
  setText(byId('tile-agents'), sayCount(stats.unique_agents));
  fillRows(
    byId('jobs-rows'),
    SERVICES.map(([service, says]) => [
      says,
      sayCount(jobs[service].succeeded),
      { text: sayCount(jobs[service].failed), kind: jobs[service].failed > 0 ? 'warn' : '' },
      sayCount(jobs[service].waiting),
      sayDuration(jobs[service].avg_response_ms),
    ]),
  );
  const domains = stats.most_scraped_domains;
  fillRows(
    byId('domains-rows'),
    domains.length === 0
      ? [['None yet', '']]
      : domains.map(({ domain, scrapes }) => [
          { text: domain ?? 'unknown', kind: 'long' },
          sayCount(scrapes),
        ]),
  );
  document.title = `${sayMany(nodes.online, ['node', 'nodes'])} online · WATT Compute`;
}
