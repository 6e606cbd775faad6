import { type ChildNode, type Element, hasChildren, isTag, type ParentNode } from 'domhandler';

export interface Visitor {
  /** Called for every node in the order of the document, the first one included; false leaves out what is under it. */
  enter(node: ChildNode | ParentNode): boolean;
  /** Called behind the last child of what was entered. */
  leave?(node: ParentNode): void;
}

/** Visits a tree without recursion, which deep pages would overflow. */
export function walk(root: ChildNode | ParentNode, visitor: Visitor): void {
  let node = root;
  for (;;) {
    if (visitor.enter(node) && hasChildren(node)) {
      const first = node.firstChild;
      if (first !== null) {
        node = first;
        continue;
      }
      visitor.leave?.(node);
    }
    while (node !== root && node.next === null) {
      // What is not the root stands under it.
      node = node.parent as ParentNode;
      visitor.leave?.(node);
    }
    if (node === root) return;
    node = node.next as ChildNode;
  }
}

/** Visits the elements under a node; false leaves out what is under one. */
export function walkElements(root: ParentNode, visit: (element: Element) => boolean): void {
  walk(root, { enter: (node) => node === root || (isTag(node) && visit(node)) });
}

/** The first element under a node that is asked for; what `isClosed` names is not looked into. */
export function findFirst(
  root: ParentNode,
  isWanted: (element: Element) => boolean,
  isClosed: (element: Element) => boolean = () => false,
): Element | null {
  let found: Element | null = null;
  walk(root, {
    enter(node) {
      if (found !== null) return false;
      if (!isTag(node)) return true;
      if (isWanted(node)) found = node;
      return found === null && !isClosed(node);
    },
  });
  return found;
}
