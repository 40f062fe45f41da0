import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { expect } from 'chai';
import { isDatabaseAway } from '../../../app/lib/database-away.ts';
import { makeLog } from '../../../app/lib/log.ts';
import { connectDatabase, queryRows } from '../../../app/models/database.ts';

/** One message of PostgreSQL's protocol: its letter, its length, its body. */
function message(letter: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(letter), length, body]);
}

const authenticated = message('R', Buffer.alloc(4));
const ready = message('Z', Buffer.from('I'));
const shutDown = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'));

describe('a PostgreSQL that ends a connection in the same breath as it opens it', () => {
  let server: net.Server;

  before(async () => {
    server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(Buffer.concat([authenticated, ready, shutDown])));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());

  it('fails the statement as one that is away, and leaves the process alone', async () => {
    const { port } = server.address() as AddressInfo;
    const url = `postgres://axenta@127.0.0.1:${port}/axenta`;
    const db = connectDatabase(url, makeLog({ level: 'fatal', format: 'json' }), 1);
    const failure = await queryRows(db, 'select 1').then(
      () => null,
      (error: unknown) => error,
    );
    expect(isDatabaseAway(failure)).to.equal(true);
    await db.close();
  });
});
