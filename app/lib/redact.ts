/** Removes what must never be written: webhook secrets inside URLs and token-like values of `key=value` texts. */
export function redact(text: string): string {
  return text
    .replace(/(\/rest\/(?:api\/)?\d+\/)[\w-]+/g, '$1***')
    .replace(
      /\b((?:access_token|refresh_token|client_secret|application_token|auth)\]?(?:\\?["'])?\s*[=:]\s*(?:\\?["'])?)[\w.-]{8,}/gi,
      '$1***',
    );
}
