import type { IncomingMessage, ServerResponse } from 'node:http';
import { NoAnswer } from './faults.ts';
import { playStall, Stall } from './stalls.ts';
import { RestError } from './types.ts';

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

export function sendPage(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
    .end(`<html><body><h1>${text}</h1></body></html>`);
}

/**
 * Answers with what was thrown: an error of the wire, a balancer's page, a connection that breaks, or an answer that never ends; then
 * it resolves when the connection is closed. Throws what it does not know.
 */
export async function sendFailure(request: IncomingMessage, response: ServerResponse, error: unknown): Promise<void> {
  if (error instanceof RestError) {
    const { code, description, extra } = error;
    sendJson(response, error.status, { error: code, error_description: description, ...extra });
  } else if (error instanceof NoAnswer && error.pageStatus === null) request.socket.destroy();
  else if (error instanceof NoAnswer) sendPage(response, error.pageStatus ?? 502, String(error.pageStatus));
  else if (error instanceof Stall) await playStall(response, error.action);
  else throw error;
}
