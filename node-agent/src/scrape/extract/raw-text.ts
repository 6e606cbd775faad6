import { type ChildNode, isText, type ParentNode } from 'domhandler';
import { walk } from './walk.ts';

/** Everything between the tags, as it is. */
export function rawText(root: ChildNode | ParentNode): string {
  const parts: string[] = [];
  walk(root, {
    enter(node) {
      if (isText(node)) parts.push(node.data);
      return true;
    },
  });
  return parts.join('');
}
