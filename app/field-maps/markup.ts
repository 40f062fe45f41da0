import { canonicalText, isEmpty } from './canonical.ts';
import type { Canonical } from './types.ts';

// The names that Bitrix24's editor and converter use; anything else in brackets is the writer's own text.
const bbTag =
  /\[\/?(?:b|i|u|s|p|list|\*|url|img|user|color|size|font|code|quote|left|right|center|justify|table|tr|td|th|disk file id)(?:=[^\]]*|\s[^\]]*)?\]/gi;
const htmlTag =
  /<\/?(?:b|i|u|s|p|div|span|br|strong|em|ul|ol|li|a|img|font|h[1-6]|table|tbody|tr|td|th)(?:\s[^<>]*)?\/?>/gi;
const htmlBreak = /<br(?:\s[^<>]*)?\/?>\n?|<\/(?:p|div|li|tr|h[1-6])>/gi;
const entity = /&(lt|gt|quot|#39|apos|nbsp|amp|#91|#93);/g;
const characters: Record<string, string> = {
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  apos: "'",
  nbsp: ' ',
  amp: '&',
  '#91': '[',
  '#93': ']',
};

/**
 * The plain text of a COMMENTS value. Portals store BB-code, older ones HTML, and convert one into the other: only the words count. A
 * literal bracket exists there only as an entity, `&#91;` or `&#93;`.
 */
export function plainText(value: unknown): Canonical {
  const text = canonicalText(value);
  if (text === null) return null;
  const bare = withoutTags(text, (part) => part.replace(htmlBreak, '\n').replace(htmlTag, '').replace(bbTag, ''));
  return canonicalText(bare.replace(entity, (_, name: string) => characters[name] ?? ''));
}

/** A text of the CRM as COMMENTS can show it: without HTML, which portals convert. */
export function showableText(value: unknown): Canonical {
  if (isEmpty(value)) return null;
  const text = canonicalText(value) ?? '';
  return canonicalText(withoutTags(text, (part) => part.replace(htmlBreak, '\n').replace(htmlTag, '')));
}

/** A plain text as it is sent: `plainText` of it is the text again. */
export function toMarkup(text: string): string {
  return text.replace(entity, '&amp;$1;').replaceAll('[', '&#91;').replaceAll(']', '&#93;');
}

// Taking tags off can bring forth what looks like a tag again; every round makes the text shorter, so this ends.
function withoutTags(text: string, strip: (text: string) => string): string {
  let bare = text;
  for (let before = ''; bare !== before; ) {
    before = bare;
    bare = strip(bare);
  }
  return bare;
}

const pairedTag =
  /\[(\/?)(b|i|u|s|p)\]|<(\/?)(b|i|u|s|p|div|span|strong|em|ul|ol|li|table|tbody|tr|td|th)(?:\s[^<>]*)?>/gi;
const opened =
  /(?:\[(?:b|i|u|s|p)\]|<(?:b|i|u|s|p|div|span|strong|em|ul|ol|li|table|tbody|tr|td|th)(?:\s[^<>]*)?>|\s)+$/i;

/** A part of a marked-up text that stands by itself: tags that open at its end are dropped, tags that stay open are closed. */
export function balanced(markup: string): string {
  const text = markup.replace(opened, '').trim();
  const open: string[] = [];
  for (const [, bbClose, bb, htmlClose, html] of text.matchAll(pairedTag)) {
    const closing = bb === undefined ? `</${html}>` : `[/${bb}]`;
    if (bbClose || htmlClose) {
      const at = open.lastIndexOf(closing);
      if (at !== -1) open.splice(at, 1);
    } else open.push(closing);
  }
  return text + open.reverse().join('');
}
