const key = 'portal frame messages';
const keep = 500;

/** Messages between the page and its frames, the oldest first; they outlive the reload that ends an installation. */
export const messages = JSON.parse(sessionStorage.getItem(key) ?? '[]');

/** Remembers a message: direction, command, sid, text; for what came in, what the page thought of it. */
export function keepMessage(message) {
  messages.push({ at: new Date().toISOString(), ...message });
  while (messages.length > keep) messages.shift();
  sessionStorage.setItem(key, JSON.stringify(messages));
}
