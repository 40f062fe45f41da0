import { RestError } from './types.ts';

/** Checks an address that the portal is to call or to open. Throws `ERROR_WRONG_HANDLER_URL` and `ERROR_UNSUPPORTED_PROTOCOL`. */
export function checkHandlerUrl(text: string): string {
  const protocol = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (protocol !== undefined && protocol !== 'http' && protocol !== 'https') {
    throw new RestError(400, 'ERROR_UNSUPPORTED_PROTOCOL', 'Unsupported handler protocol');
  }
  const host = URL.canParse(text) ? new URL(text).hostname : '';
  if (!host.includes('.')) throw new RestError(400, 'ERROR_WRONG_HANDLER_URL', 'Wrong handler URL');
  return text;
}

/** A parameter that must be there. Names of parameters may come in either case. */
export function requiredText(params: Record<string, unknown>, name: string): string {
  const value = paramOf(params, name);
  if (value === undefined || value === null || value === '') {
    const argument = name.toUpperCase();
    throw new RestError(400, 'ERROR_ARGUMENT', `Argument '${argument}' is null or empty`, { argument });
  }
  if (typeof value === 'object') {
    const argument = name.toUpperCase();
    const text = `The value of an argument '${argument}' must be of type string`;
    throw new RestError(400, 'ERROR_ARGUMENT', text, { argument });
  }
  return String(value);
}

export function paramOf(params: Record<string, unknown>, name: string): unknown {
  return params[name] ?? params[name.toUpperCase()];
}
