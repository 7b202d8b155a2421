/** A server of this folder behind HTTP, on this computer alone. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChatServer } from './server.ts';

export interface Loopback {
  /** What a person would type, e.g. `http://127.0.0.1:40123/v1`. */
  readonly url: string;
  close(): Promise<void>;
}

/** `origin`: pages of that origin may read answers (CORS); null: no page may. */
export async function listen(server: Pick<ChatServer, 'handle'>, origin: string | null = '*'): Promise<Loopback> {
  const http = createServer((incoming, outgoing) => {
    const parts: Buffer[] = [];
    const gone = new AbortController();
    outgoing.on('close', () => {
      if (!outgoing.writableFinished) gone.abort();
    });
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => void answer(Buffer.concat(parts)));
    const cors: Record<string, string> =
      origin === null
        ? {}
        : { 'access-control-allow-origin': origin, 'access-control-allow-headers': 'authorization, content-type' };
    const answer = async (body: Buffer): Promise<void> => {
      const { method = 'GET', url = '/', headers } = incoming;
      if (method === 'OPTIONS') {
        outgoing.writeHead(origin === null ? 403 : 204, cors).end();
        return;
      }
      try {
        const response = await server.handle(
          new Request(`http://${headers.host ?? 'localhost'}${url}`, {
            method,
            headers: Object.entries(headers).flatMap(([name, value]): [string, string][] =>
              typeof value === 'string' ? [[name, value]] : [],
            ),
            ...(method === 'POST' && { body: new Uint8Array(body) }),
          }),
          gone.signal,
        );
        outgoing.writeHead(response.status, { ...Object.fromEntries(response.headers), ...cors });
        const reader = response.body?.getReader();
        for (;;) {
          const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
          if (done) break;
          outgoing.write(value);
        }
        outgoing.end();
      } catch {
        outgoing.destroy();
      }
    };
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/v1`,
    close: () =>
      new Promise((resolve) => {
        http.close(() => {
          resolve();
        });
        http.closeAllConnections();
      }),
  };
}
