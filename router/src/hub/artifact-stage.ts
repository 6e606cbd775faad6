import { type ArtifactRef, decodeArtifactFrame, LIMITS } from '@watt/shared';

export type ArtifactFault =
  | 'artifact_flood'
  | 'artifact_too_large'
  | 'bad_artifact_hash'
  | 'missing_artifact'
  | 'unnamed_artifact';

export interface ArtifactStage {
  /** Takes in a binary frame; returns what is wrong with it, or null. */
  put(frame: Uint8Array): ArtifactFault | null;
  /** Hands over the files that a result names, by hash, and is empty afterwards. */
  take(refs: readonly ArtifactRef[]): Map<string, Uint8Array> | { fault: ArtifactFault };
}

/**
 * Files wait here for the result that names them. They are unsigned, so as few as one result may have are kept, and the
 * next result must name every one of them.
 */
export function createArtifactStage(artifactBytes: number): ArtifactStage {
  let staged = new Map<string, Uint8Array>();
  return {
    put(frame) {
      const artifact = decodeArtifactFrame(frame);
      if (!artifact) return 'bad_artifact_hash';
      if (artifact.bytes.length > artifactBytes) return 'artifact_too_large';
      if (staged.size >= LIMITS.artifactsPerResult && !staged.has(artifact.sha256)) return 'artifact_flood';
      staged.set(artifact.sha256, artifact.bytes);
      return null;
    },
    take(refs) {
      const named = new Map<string, Uint8Array>();
      for (const ref of refs) {
        const bytes = staged.get(ref.sha256);
        if (bytes?.length !== ref.size_bytes) return { fault: 'missing_artifact' };
        named.set(ref.sha256, bytes);
      }
      if (named.size !== staged.size) return { fault: 'unnamed_artifact' };
      staged = new Map();
      return named;
    },
  };
}
