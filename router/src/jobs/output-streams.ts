import { type AttemptId, LIMITS } from '@watt/shared';

/** What those who watch a job are told. A second attempt begins from nothing. */
export type OutputEvent =
  | { type: 'attempt'; attemptId: AttemptId }
  | { type: 'output'; stream: 'stdout' | 'stderr'; text: string }
  /** So many bytes of the stream were left out here, on the way or by a limit. */
  | { type: 'left_out'; stream: 'stdout' | 'stderr'; bytes: number }
  /** The job is over; its result is the authority. Nothing follows. */
  | { type: 'end' };

/** A piece of a program's output, as a node sent it. */
export interface OutputChunk {
  attemptId: AttemptId;
  stream: 'stdout' | 'stderr';
  /** Bytes of the stream before this one, and in it. */
  offset: number;
  bytes: number;
  text: string;
}

export interface OutputStreamLimits {
  /** Jobs that are watched at a time. */
  jobs: number;
  watchersPerJob: number;
  /** Of each job, for those who come late: the latest output, in letters. */
  historyLetters: number;
  /** Of each attempt, both streams together. */
  attemptBytes: number;
}

export const DEFAULT_OUTPUT_STREAM_LIMITS: OutputStreamLimits = {
  jobs: 1_000,
  watchersPerJob: 8,
  historyLetters: 64 * 1024,
  attemptBytes: 2 * LIMITS.outputBytesPerStream,
};

export interface OutputStreams {
  /**
   * Hears a job's output, beginning with what is remembered of it, until the returned function is called. Null when too many
   * watch. Listeners are called in the turn of the event loop in which the output came: they must be quick, and may not throw.
   * To be called before the job is leased, or its node is not asked for output.
   */
  watch(jobId: string, listener: (event: OutputEvent) => void): (() => void) | null;
  isWatched(jobId: string): boolean;
  /** False when nobody wants it, or there was too much of it: the node is not asked for more. */
  publish(jobId: string, chunk: OutputChunk): boolean;
  end(jobId: string): void;
}

interface Channel {
  listeners: Set<(event: OutputEvent) => void>;
  history: OutputEvent[];
  historyLetters: number;
  attemptId: AttemptId | null;
  /** Where each stream goes on if nothing was left out. */
  next: { stdout: number; stderr: number };
  bytes: number;
}

/** Brings the output of running programs from the nodes' links to those who watch. In memory, of this router, and bounded. */
export function createOutputStreams(
  limits: OutputStreamLimits = DEFAULT_OUTPUT_STREAM_LIMITS,
): OutputStreams {
  const channels = new Map<string, Channel>();

  function tell(channel: Channel, event: OutputEvent): void {
    remember(channel, event, limits.historyLetters);
    for (const listener of channel.listeners) listener(event);
  }

  return {
    watch(jobId, listener) {
      const channel = channels.get(jobId) ?? newChannel();
      if (channel.listeners.size >= limits.watchersPerJob) return null;
      if (!channels.has(jobId) && channels.size >= limits.jobs) return null;
      channels.set(jobId, channel);
      for (const event of channel.history) listener(event);
      channel.listeners.add(listener);
      return () => {
        channel.listeners.delete(listener);
        // Whoever comes back to a job that runs finds what it said meanwhile.
        const isForgotten = channel.listeners.size === 0 && channel.attemptId === null;
        if (isForgotten && channels.get(jobId) === channel) channels.delete(jobId);
      };
    },
    isWatched: (jobId) => channels.has(jobId),
    publish(jobId, chunk) {
      const channel = channels.get(jobId);
      if (!channel) return false;
      const { attemptId, stream, offset, bytes, text } = chunk;
      if (channel.attemptId !== attemptId) {
        Object.assign(channel, { attemptId, next: { stdout: 0, stderr: 0 }, bytes: 0 });
        tell(channel, { type: 'attempt', attemptId });
      }
      const leftOut = offset - channel.next[stream];
      // Sent once already, or a node that counts wrong.
      if (leftOut < 0) return false;
      channel.bytes += bytes;
      if (channel.bytes > limits.attemptBytes) return false;
      if (leftOut > 0) tell(channel, { type: 'left_out', stream, bytes: leftOut });
      if (text !== '') tell(channel, { type: 'output', stream, text });
      channel.next[stream] = offset + bytes;
      return true;
    },
    end(jobId) {
      const channel = channels.get(jobId);
      if (!channel) return;
      channels.delete(jobId);
      for (const listener of channel.listeners) listener({ type: 'end' });
    },
  };
}

function newChannel(): Channel {
  return {
    listeners: new Set(),
    history: [],
    historyLetters: 0,
    attemptId: null,
    next: { stdout: 0, stderr: 0 },
    bytes: 0,
  };
}

/** Keeps the latest of the attempt at hand; what no longer fits becomes a gap at the front. */
function remember(channel: Channel, event: OutputEvent, most: number): void {
  if (event.type === 'attempt') {
    channel.history = [];
    channel.historyLetters = 0;
  }
  channel.history.push(event);
  channel.historyLetters += lettersOf(event);
  while (channel.historyLetters > most) {
    const at = channel.history.findIndex(({ type }) => type === 'output');
    const [oldest] = channel.history.splice(at, 1);
    if (oldest?.type !== 'output') return;
    channel.historyLetters -= oldest.text.length;
    const bytes = Buffer.byteLength(oldest.text);
    const gap = channel.history.find((one) => one.type === 'left_out' && one.stream === oldest.stream);
    if (gap?.type === 'left_out') gap.bytes += bytes;
    else channel.history.splice(at, 0, { type: 'left_out', stream: oldest.stream, bytes });
  }
}

function lettersOf(event: OutputEvent): number {
  return event.type === 'output' ? event.text.length : 0;
}
