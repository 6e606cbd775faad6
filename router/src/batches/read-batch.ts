import {
  AppError,
  type BaseUnits,
  type JobId,
  parseJobId,
  type ScrapeBatchBody,
  ScrapeBatchBodySchema,
} from '@watt/shared';
import {
  createValidator,
  fieldError,
  type ReadRequest,
  type RequestReader,
  readMaxCost,
} from '../intake/intake.ts';

/** A valid batch: every page as a request of its own. */
export interface ReadBatch {
  pages: ReadRequest[];
  jobId: JobId | null;
  /** Of the body, in base units; null without one. */
  maxCost: BaseUnits | null;
}

/** All pages' requests as text: what they have in common is in each of them, so a small body could make a large batch. */
const REQUESTS_CHARACTERS = 4 * 1024 * 1024;

interface NamedFault {
  field: string;
  message: string;
}

const validate = createValidator<ScrapeBatchBody>(ScrapeBatchBodySchema);

/** Throws INVALID_REQUEST or DOMAIN_BLOCKED; `index` names the address that is at fault. */
export function readBatch(reader: RequestReader, raw: unknown): ReadBatch {
  const { urls, job_id, maxCost, ...common } = validate(raw);
  refuseBulk(urls, common);
  return {
    pages: urls.map((url, index) => readPage(reader, { ...common, url }, index)),
    jobId: job_id === undefined ? null : parseJobId(job_id),
    maxCost: readMaxCost('maxCost', maxCost),
  };
}

function refuseBulk(urls: readonly string[], common: object): void {
  const characters = urls.join('').length + urls.length * JSON.stringify(common).length;
  if (characters <= REQUESTS_CHARACTERS) return;
  const message = `is too large with all its pages, which have ${characters} characters of ${REQUESTS_CHARACTERS}`;
  throw fieldError({ field: 'body', message, fix: 'Split the batch, or shorten what its pages share.' });
}

function readPage(reader: RequestReader, body: object, index: number): ReadRequest {
  try {
    return reader.read('scrape', body);
  } catch (error) {
    throw error instanceof AppError ? atIndex(error, index) : error;
  }
}

/** The same fault in terms of the batch's body. What all pages have in common is said as it is. */
function atIndex(error: AppError, index: number): AppError {
  const field = `urls.${index}`;
  const faults = error.extra['errors'] as NamedFault[] | undefined;
  if (!faults) {
    const detail = `${field}: ${error.message}`;
    return new AppError(error.code, { detail, extra: { ...error.extra, index }, cause: error });
  }
  const fault = faults.find((one) => one.field === 'url');
  if (!fault) return error;
  const errors = faults.map((one) => (one === fault ? { ...one, field } : one));
  const detail = `${field} ${fault.message}`;
  return new AppError(error.code, { detail, extra: { ...error.extra, errors, index }, cause: error });
}
