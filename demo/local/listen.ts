/** Servers of this machine, for this machine. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that listens. */
export interface Listening {
  port: number;
  close(): Promise<void>;
}

/**
 * Listens on `host`, or on both of the machine's own addresses: a browser may take `localhost`
 * for 127.0.0.1 or for ::1. Port 0 is any free one. Rejects with EADDRINUSE when the port is taken.
 */
export async function listen(handler: RequestListener, port: number, host?: string): Promise<Listening> {
  const first = await open(handler, port, host ?? '127.0.0.1');
  const servers = [first];
  const actual = (first.address() as AddressInfo).port;
  if (host === undefined) {
    try {
      servers.push(await open(handler, actual, '::1'));
    } catch (error) {
      if (!hasNoIPv6(error)) {
        await close(first);
        // A free port of one address may be taken on the other; then take the next.
        if (port === 0) return listen(handler, port);
        throw error;
      }
    }
  }
  return {
    port: actual,
    close: async () => {
      await Promise.all(servers.map(close));
    },
  };
}

async function open(handler: RequestListener, port: number, host: string): Promise<Server> {
  const server = createServer(handler);
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

function hasNoIPv6(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT';
}
