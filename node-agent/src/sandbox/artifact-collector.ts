import { type ArtifactRef, sha256Hex } from '@watt/shared';
import type { CollectedArtifacts } from './execute-task.ts';
import type { ArtifactVerdict, SupervisorFrame } from './supervisor-frames.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  gif: 'image/gif',
  html: 'text/html',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  md: 'text/markdown',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  webp: 'image/webp',
  xml: 'application/xml',
  zip: 'application/zip',
};

export interface ArtifactCollector {
  push(frame: Extract<SupervisorFrame, { type: 'artifact' | 'artifact_end' }>): void;
  collected(): CollectedArtifacts;
}

/**
 * Puts the files together that the supervisor sends. What a container sends beyond the cap is dropped, and its file with it: the
 * supervisor keeps the cap itself, but nothing that comes out of a container is trusted to.
 */
export function createArtifactCollector(paths: readonly string[], capBytes: number): ArtifactCollector {
  const chunks = paths.map((): Buffer[] => []);
  const verdicts = new Map<number, ArtifactVerdict>();
  let room = capBytes;

  return {
    push(frame) {
      if (frame.type === 'artifact_end') {
        if (!verdicts.has(frame.number)) verdicts.set(frame.number, frame.verdict);
        return;
      }
      room -= frame.bytes.length;
      if (room < 0) verdicts.set(frame.number, 'too_large');
      else chunks[frame.number]?.push(frame.bytes);
    },
    collected() {
      if (paths.length === 0) return { refs: null, files: [] };
      const files = new Map<string, CollectedArtifacts['files'][number]>();
      const refs = paths.map((path, number): [string, ArtifactRef | { problem: ArtifactProblem }] => {
        // None came for a program that was killed with its container, or that never ran.
        const verdict = verdicts.get(number) ?? 'missing';
        if (verdict !== 'ok') return [path, { problem: verdict }];
        const bytes = Buffer.concat(chunks[number] ?? []);
        const sha256 = sha256Hex(bytes);
        const content_type = contentType(path);
        files.set(sha256, { content_type, sha256, bytes });
        return [path, { content_type, sha256, size_bytes: bytes.length }];
      });
      return { refs: Object.fromEntries(refs), files: [...files.values()] };
    },
  };
}

type ArtifactProblem = Exclude<ArtifactVerdict, 'ok'>;

function contentType(path: string): string {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return Object.hasOwn(CONTENT_TYPES, extension)
    ? (CONTENT_TYPES[extension] ?? '')
    : 'application/octet-stream';
}
