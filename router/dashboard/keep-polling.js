const EVERY_MS = 2000;
const SLOWEST_MS = 30_000;
const ANSWER_MS = 10_000;

/**
 * Asks every two seconds while the page is seen, slower and slower while nothing answers, and not at all while its tab is hidden.
 * `ask(signal)` gets the answers; `onAnswer(answers)` shows them; `onFault({since, nextMs, error})` says that there are none.
 */
export function keepPolling({ ask, onAnswer, onFault }) {
  let timer = null;
  let current = null;
  let faults = 0;
  let since = null;

  /** Never rejects: whatever goes wrong is a fault that is shown, and the next turn comes. */
  async function turn() {
    stop();
    const abort = new AbortController();
    current = abort;
    const limit = setTimeout(() => abort.abort(new Error(`no answer in ${ANSWER_MS / 1000} s`)), ANSWER_MS);
    // A later turn, or a tab that is hidden meanwhile, takes the place of this one.
    const isCurrent = () => current === abort;
    try {
      const answers = await ask(abort.signal);
      if (!isCurrent()) return;
      onAnswer(answers);
      faults = 0;
      since = null;
      timer = setTimeout(turn, EVERY_MS);
    } catch (error) {
      if (!isCurrent()) return;
      const nextMs = Math.min(EVERY_MS * 2 ** faults, SLOWEST_MS);
      faults += 1;
      since ??= new Date();
      onFault({ since, nextMs, error });
      timer = setTimeout(turn, nextMs);
    } finally {
      clearTimeout(limit);
    }
  }

  function stop() {
    clearTimeout(timer);
    const before = current;
    current = null;
    before?.abort();
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) stop();
    else void turn();
  });
  if (!document.hidden) void turn();
  return { askNow: turn };
}
