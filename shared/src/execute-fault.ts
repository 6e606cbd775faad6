import { LIMITS } from './limits.ts';
import type { ExecuteRequest, InputFile } from './schemas/execute.ts';

/** What is wrong with one field of a request that has the right form, and what to do. */
export interface RequestFault {
  field: string;
  message: string;
  fix: string;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const MIB = 1024 * 1024;
const MAX_SEGMENT = 100;
const MAX_SEGMENTS = 8;
/** Where each language's program itself is put. */
const PROGRAM = /^main\.[a-z]+$/;

/** The first thing that a schema cannot see to be wrong: sizes in bytes, names, base64 and paths. Null when all is well. */
export function executeFault(request: ExecuteRequest): RequestFault | null {
  const { args = [], env = {}, files = [], artifacts = [] } = request;
  const settings = [...args, ...Object.entries(env).flat()];
  return (
    tooLarge('code', bytesOf(request.code), LIMITS.codeBytes) ??
    tooLarge('args', total(settings), LIMITS.argsBytes) ??
    nameFault(env) ??
    contentFault('stdin', request.stdin ?? '', request.stdin_encoding) ??
    filesFault(files) ??
    artifactsFault(artifacts)
  );
}

function nameFault(env: Record<string, string>): RequestFault | null {
  const wrong = Object.keys(env).find((name) => !NAME.test(name));
  return wrong === undefined
    ? null
    : fault(`env.${wrong}`, 'is not a name for a variable', 'Use letters, digits and underscores.');
}

function filesFault(files: readonly InputFile[]): RequestFault | null {
  let bytes = 0;
  for (const [index, { path, content, encoding }] of files.entries()) {
    const found =
      pathFault(`files.${index}.path`, path) ??
      contentFault(`files.${index}.content`, content, encoding) ??
      (PROGRAM.test(path)
        ? fault(`files.${index}.path`, 'is kept for the program', 'Choose a name other than main.')
        : null);
    if (found) return found;
    bytes += bytesOf(content);
  }
  return tooLarge('files', bytes, LIMITS.inputFilesBytes) ?? clash(files.map(({ path }) => path));
}

/** Two files of one path, or a file where another one needs a folder. */
function clash(paths: readonly string[]): RequestFault | null {
  const sorted = [...paths].sort();
  for (const [index, path] of sorted.entries()) {
    const isTaken = sorted.some(
      (other, place) => place !== index && (other === path || other.startsWith(`${path}/`)),
    );
    if (isTaken) {
      const place = paths.indexOf(path);
      return fault(
        `files.${place}.path`,
        'is the path of another file, or of its folder',
        'Give each file its own.',
      );
    }
  }
  return null;
}

function artifactsFault(paths: readonly string[]): RequestFault | null {
  for (const [index, path] of paths.entries()) {
    const found = pathFault(`artifacts.${index}`, path);
    if (found) return found;
    if (paths.indexOf(path) !== index) {
      return fault(`artifacts.${index}`, 'is asked for twice', 'Name each file once.');
    }
  }
  return null;
}

function pathFault(field: string, path: string): RequestFault | null {
  const segments = path.split('/');
  const isSafe = segments.every(
    (one) => one !== '' && one !== '.' && one !== '..' && bytesOf(one) <= MAX_SEGMENT,
  );
  if (isSafe && segments.length <= MAX_SEGMENTS && !path.includes('\0')) return null;
  return fault(field, 'is not a relative path without . and ..', 'Give a path such as data/in.csv.');
}

function contentFault(field: string, content: string, encoding: string | undefined): RequestFault | null {
  const large = tooLarge(field, bytesOf(content), LIMITS.inputFilesBytes);
  if (large || encoding !== 'base64') return large;
  return BASE64.test(content) ? null : fault(field, 'is not base64', 'Give padded base64, RFC 4648.');
}

function tooLarge(field: string, bytes: number, limit: number): RequestFault | null {
  return bytes <= limit ? null : fault(field, `is larger than ${inWords(limit)}`, 'Send less.');
}

function inWords(bytes: number): string {
  return bytes < MIB ? `${bytes / 1024} KiB` : `${bytes / MIB} MiB`;
}

function total(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + bytesOf(text) + 1, 0);
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

function fault(field: string, message: string, fix: string): RequestFault {
  return { field, message, fix };
}
