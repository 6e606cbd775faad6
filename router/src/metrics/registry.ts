import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** One measured value with its labels. */
export interface Sample {
  value: number;
  labels?: Record<string, string>;
}

/** A figure that is read when it is asked for. */
export interface Figure {
  name: string;
  help: string;
  labels?: readonly string[];
  read(): Promise<Sample[]> | Sample[];
}

export interface MetricsRegistry {
  readonly contentType: string;
  /** Everything in Prometheus's text format. A figure that cannot be read is left out: an old one would look like a good one. */
  text(): Promise<string>;
  observeRequest(request: { method: string; route: string; status: number; seconds: number }): void;
}

const BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

export function createRegistry(
  figures: readonly Figure[],
  onFault: (name: string, error: unknown) => void,
): MetricsRegistry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const { name, help, labels = [], read } of figures) {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [registry],
      async collect() {
        gauge.reset();
        // Without labels a gauge begins at 0, which would look like a figure.
        if (labels.length === 0) gauge.remove();
        try {
          for (const sample of await read()) gauge.set(sample.labels ?? {}, sample.value);
        } catch (error) {
          onFault(name, error);
        }
      },
    });
  }
  const requests = new Histogram({
    name: 'watt_http_request_duration_seconds',
    help: 'HTTP requests by method, route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [registry],
  });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    observeRequest: ({ seconds, status, ...labels }) =>
      requests.observe({ ...labels, status: `${status}` }, seconds),
  };
}
