import { type ChildNode, type Element, isTag, isText, type ParentNode } from 'domhandler';
import { absoluteUrl, isUrlAttribute } from './absolute-url.ts';
import { readFormula } from './formula.ts';
import { isHidden } from './hidden.ts';
import { imageUrl } from './image-url.ts';
import { walk } from './walk.ts';

const VOID = new Set(['br', 'hr', 'img', 'wbr', 'col', 'area']);
/** Controls say nothing without their page. */
const DROPPED = new Set([
  ...['input', 'button', 'textarea', 'link', 'meta', 'base', 'param', 'embed', 'dialog', 'source', 'track'],
]);
/** Their content stays, they do not. */
const UNWRAPPED = new Set([
  'html',
  'body',
  'span',
  'font',
  'form',
  'fieldset',
  'label',
  'center',
  'picture',
  'o:p',
]);
const ATTRIBUTES = new Set([
  ...[
    'href',
    'src',
    'alt',
    'title',
    'lang',
    'dir',
    'datetime',
    'cite',
    'colspan',
    'rowspan',
    'headers',
    'scope',
  ],
  ...['start', 'reversed', 'value', 'type', 'srclang', 'label', 'kind', 'id'],
]);
const TAG = /^[a-z][\w:-]{0,40}$/;

/** A node's content as HTML without scripts, styles, comments, controls and the attributes that are for them; addresses absolute. */
export function cleanHtml(root: ParentNode, baseUrl: string): string {
  const parts: string[] = [];
  let preformatted = 0;
  walk(root, {
    enter(node: ChildNode | ParentNode) {
      if (isText(node)) parts.push(escapeText(preformatted > 0 ? node.data : node.data.replace(/\s+/g, ' ')));
      if (node === root) return true;
      if (!isTag(node)) return 'children' in node;
      if (isHidden(node) || DROPPED.has(node.name)) return false;
      if (node.name === 'script') {
        parts.push(escapeText(formulaText(node)));
        return false;
      }
      if (node.name === 'pre') preformatted += 1;
      if (isKept(node.name)) parts.push(openTag(node, baseUrl));
      return true;
    },
    leave(node) {
      if (node === root || !isTag(node)) return;
      if (node.name === 'pre') preformatted -= 1;
      if (isKept(node.name) && !VOID.has(node.name)) parts.push(`</${node.name}>`);
    },
  });
  return parts.join('').trim();
}

function isKept(name: string): boolean {
  return !UNWRAPPED.has(name) && TAG.test(name);
}

/** In the marks that MathJax and KaTeX look for in text; of all scripts only formulas are not hidden. */
function formulaText(script: Element): string {
  const formula = readFormula(script);
  if (formula === null) return '';
  return formula.isBlock ? `\\[${formula.tex}\\]` : `\\(${formula.tex}\\)`;
}

function openTag(element: Element, baseUrl: string): string {
  const { name, attribs } = element;
  const source = name === 'img' ? imageUrl(element, baseUrl) : null;
  const attributes = source === null ? attribs : { ...attribs, src: source };
  const kept = Object.entries(attributes).flatMap(([attribute, value]) => {
    if (!ATTRIBUTES.has(attribute)) return [];
    const shown = isUrlAttribute(attribute) ? absoluteUrl(value, baseUrl) : value;
    return shown === null ? [] : [` ${attribute}="${escapeAttribute(shown)}"`];
  });
  return `<${name}${kept.join('')}>`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function escapeAttribute(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
