import type { IncomingMessage, ServerResponse } from 'node:http';
import { NoAnswer } from './faults.ts';
import { RestError } from './types.ts';

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

export function sendPage(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
    .end(`<html><body><h1>${text}</h1></body></html>`);
}

/** Answers with what was thrown: an error of the wire, a balancer's page, or a connection that breaks. Throws what it does not know. */
export function sendFailure(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (error instanceof RestError) {
    const { code, description, extra } = error;
    sendJson(response, error.status, { error: code, error_description: description, ...extra });
  } else if (error instanceof NoAnswer && error.pageStatus === null) request.socket.destroy();
  else if (error instanceof NoAnswer) sendPage(response, error.pageStatus ?? 502, String(error.pageStatus));
  else throw error;
}
