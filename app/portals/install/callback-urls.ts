import { AppError } from '../../lib/errors.ts';

/** Addresses of ours that a portal calls or opens. */
export interface Addresses {
  events: string;
  install: string;
  /** Where a browser leaves for a portal's authorization. */
  authorize: string;
  tab(placement: string): string;
}

/** The addresses under the server's public one. Throws `public_url_missing` when it is not known. */
export function callbackUrlsOf(publicUrl: string | undefined): Addresses {
  if (!publicUrl) throw publicUrlMissing();
  const base = `${publicUrl.replace(/\/+$/, '')}/bitrix24`;
  return {
    events: `${base}/events`,
    install: `${base}/install`,
    authorize: `${base}/authorize`,
    tab: (placement) => `${base}/placements/${placement}`,
  };
}

function publicUrlMissing(): AppError {
  return new AppError({
    code: 'public_url_missing',
    status: 500,
    text: {
      ru: 'Сервер не знает своего адреса в интернете. Администратор сервера задаёт PUBLIC_URL и перезапускает приложение',
      en: "The server does not know its address on the internet. The server's administrator sets PUBLIC_URL and restarts the app",
    },
  });
}
