import type { SmtpServer } from '../app/alerts/email.ts';

const isAddress = (text: string) => /^[^\s@<>"]+@[^\s@<>"]+$/.test(text);

/**
 * Reads `smtp://name:password@host:587?from=axenta@company.ru` (`smtps:` for TLS from the first byte). Without `from` the name has to be
 * an address. Null: it is none, or has no sender.
 */
export function parseSmtp(text: string): SmtpServer | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const from = url.searchParams.get('from') ?? decodeURIComponent(url.username);
  if (!['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '' || !isAddress(from)) return null;
  url.searchParams.delete('from');
  return { url: url.toString(), from };
}
