import { normaliseScrape } from '@watt/shared';
import { beforeEach, expect, it } from 'vitest';
import { queuedJob } from '../../test/harness/dispatch-fakes.ts';
import { Visits } from './visits.ts';
import { toWaiting, type WaitingJob } from './waiting-job.ts';

let now = 0;
let visits: Visits;
beforeEach(() => {
  now = 0;
  visits = new Visits({ clock: () => now, queueMs: 100_000 });
});

function page({ url = 'https://e.com/', maxAge = 60, timeout = 10, queuedAt = 0 } = {}): WaitingJob {
  const request = JSON.stringify(normaliseScrape({ url, options: { max_age: maxAge, timeout } }));
  return toWaiting(queuedJob({ service: 'scrape', request, queuedAt }));
}

it('lets the first of a page go and the others stand behind it until it is over', () => {
  const [first, second, third, other] = [page(), page(), page(), page({ url: 'https://e.com/other' })];
  expect([first, second, third, other].map((job) => visits.join(job))).toEqual([false, true, true, false]);
  expect([visits.waiting, visits.has(second.job.id), visits.has(first.job.id)]).toEqual([2, true, false]);
  expect(visits.firstOf(third)).toBe(first);
  visits.begin(first);
  expect(visits.end(second)).toEqual([]);
  expect(visits.end(first)).toEqual([second, third]);
  expect([visits.waiting, visits.has(second.job.id), visits.firstOf(first)]).toEqual([0, false, null]);
  expect(visits.end(first)).toEqual([]);
});

it('knows the same page whatever its age and time-out', () => {
  visits.join(page({ maxAge: 0, timeout: 5 }));
  expect(visits.join(page({ maxAge: 3600, timeout: 60 }))).toBe(true);
});

it('lets nobody wait who takes no copy, or who has waited once', () => {
  const [first, second] = [page(), page()];
  visits.join(first);
  expect(visits.join(page({ maxAge: 0 }))).toBe(false);
  expect(visits.join(second)).toBe(true);
  visits.end(first);
  visits.join(page());
  expect(visits.join(second)).toBe(false);
});

it('lets those who waited for nothing be waited for by others', () => {
  const [first, second] = [page(), page()];
  visits.join(first);
  visits.join(second);
  visits.end(first);
  expect(visits.join(second)).toBe(false);
  expect(visits.firstOf(page())).toBe(second);
  expect(visits.join(page())).toBe(true);
});

it('has nothing to do with jobs that share no page', () => {
  const [program, plain] = [
    toWaiting(queuedJob()),
    toWaiting(
      queuedJob({ service: 'scrape', request: JSON.stringify(normaliseScrape({ url: 'https://e.com/' })) }),
    ),
  ];
  for (const job of [program, plain]) {
    expect([visits.join(job), visits.join(job), visits.firstOf(job)]).toEqual([false, false, null]);
    visits.begin(job);
    expect(visits.end(job)).toEqual([]);
  }
});

it('has nobody wait for longer than half of the time for the page, counted from when a node has the first', () => {
  const [first, quick, patient] = [page(), page({ timeout: 6 }), page({ timeout: 20 })];
  for (const job of [first, quick, patient]) visits.join(job);
  now = 50_000;
  expect(visits.takeImpatient()).toEqual([]);
  visits.begin(first);
  now = 52_999;
  expect(visits.takeImpatient()).toEqual([]);
  now = 53_000;
  expect(visits.takeImpatient()).toEqual([quick]);
  expect(visits.takeImpatient()).toEqual([]);
  expect([visits.waiting, visits.has(quick.job.id)]).toEqual([1, false]);
  // Who comes later counts from then.
  const late = page({ timeout: 6, queuedAt: 53_000 });
  expect(visits.join(late)).toBe(true);
  now = 56_000;
  expect(visits.takeImpatient()).toEqual([late]);
  expect(visits.end(first)).toEqual([patient]);
});

it('leaves half of the time that a job may still wait for a node', () => {
  const [first, second, stale] = [page(), page({ timeout: 60 }), page({ timeout: 60, queuedAt: -50_000 })];
  for (const job of [first, second, stale]) visits.join(job);
  now = 60_000;
  visits.begin(first);
  expect(visits.takeImpatient()).toEqual([stale]);
  now = 79_999;
  expect(visits.takeImpatient()).toEqual([]);
  now = 80_000;
  expect(visits.takeImpatient()).toEqual([second]);
});

it('begins a visit by a job that a node had before this router began', () => {
  const [first, second] = [page(), page({ timeout: 6 })];
  visits.begin(first);
  expect(visits.join(second)).toBe(true);
  now = 3000;
  expect(visits.takeImpatient()).toEqual([second]);
});

it('leaves a visit alone when another job of the page begins', () => {
  const [first, second, alone] = [page(), page(), page({ maxAge: 0 })];
  for (const job of [first, second, alone]) visits.join(job);
  visits.begin(alone);
  expect(visits.end(alone)).toEqual([]);
  expect(visits.firstOf(second)).toBe(first);
});
