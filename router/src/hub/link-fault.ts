import type { OrderedFault } from '@watt/shared';
import type { ArtifactFault } from './artifact-stage.ts';

/** What a node can do wrong after its hello. Each ends the link, with the fault as the code of the `bye`. */
export type LinkFault =
  | OrderedFault
  | ArtifactFault
  | 'early_message'
  | 'frame_too_large'
  | 'output_too_large'
  | 'too_many_messages'
  | 'wrong_node';
