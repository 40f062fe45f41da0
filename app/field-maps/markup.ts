import { replaceUnits } from '../lib/replace-units.ts';
import { canonicalText, isEmpty } from './canonical.ts';
import { withoutTags } from './tags.ts';
import type { Canonical } from './types.ts';

const entity = /&(lt|gt|quot|#39|apos|nbsp|amp|#91|#93);/g;
const characters: Record<string, string> = {
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  apos: "'",
  nbsp: ' ',
  '#91': '[',
  '#93': ']',
  amp: '&',
};

/**
 * The plain text of a COMMENTS value. Portals store BB-code, older ones HTML, and convert one into the other: only the words count. A
 * literal bracket exists there only as an entity, `&#91;` or `&#93;`.
 */
export function plainText(value: unknown): Canonical {
  const text = canonicalText(value);
  if (text === null) return null;
  return canonicalText(decoded(withoutTags(text, { withBb: true })));
}

/** Each entity is decoded once: what begins with `&amp;` is read last, and not again. */
function decoded(text: string): string {
  if (!text.includes('&')) return text;
  return Object.entries(characters).reduce((read, [name, character]) => read.replaceAll(`&${name};`, character), text);
}

/** A text of the CRM as COMMENTS can show it: without HTML, which portals convert. */
export function showableText(value: unknown): Canonical {
  if (isEmpty(value)) return null;
  const text = canonicalText(value) ?? '';
  return canonicalText(withoutTags(text, { withBb: false }));
}

/** A plain text as it is sent: `plainText` of it is the text again. */
export function toMarkup(text: string): string {
  return replaceUnits(text.replace(entity, '&amp;$1;'), brackets);
}

const brackets = new Map([
  [0x5b, '&#91;'],
  [0x5d, '&#93;'],
]);

const pairedTag =
  /\[(\/?)(b|i|u|s|p)\]|<(\/?)(b|i|u|s|p|div|span|strong|em|ul|ol|li|table|tbody|tr|td|th)(?:\s[^<>]*)?>/gi;
const lastBb = /\[[biusp]\]$/i;
const lastHtml = /^<(?:b|i|u|s|p|div|span|strong|em|ul|ol|li|table|tbody|tr|td|th)(?:\s[^<>]*)?>$/i;

/** A part of a marked-up text that stands by itself: tags that open at its end are dropped, tags that stay open are closed. */
export function balanced(markup: string): string {
  const text = withoutOpenedLast(markup).trim();
  const closings: (string | null)[] = [];
  /** Where in `closings` the tags of each name stand that are still open. */
  const open = new Map<string, number[]>();
  for (const [, bbClose, bb, htmlClose, html] of text.matchAll(pairedTag)) {
    const closing = bb === undefined ? `</${html}>` : `[/${bb}]`;
    const standing = open.get(closing) ?? [];
    if (bbClose || htmlClose) {
      const last = standing.pop();
      if (last !== undefined) closings[last] = null;
    } else {
      standing.push(closings.length);
      open.set(closing, standing);
      closings.push(closing);
    }
  }
  return text + closings.reverse().join('');
}

function withoutOpenedLast(markup: string): string {
  let text = markup.trimEnd();
  for (let before = ''; text !== before; ) {
    before = text;
    const from = text.endsWith('>') ? text.lastIndexOf('<') : -1;
    if (from !== -1 && lastHtml.test(text.slice(from))) text = text.slice(0, from).trimEnd();
    else if (lastBb.test(text.slice(-3))) text = text.slice(0, -3).trimEnd();
  }
  return text;
}
