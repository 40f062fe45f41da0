import ipaddr from 'ipaddr.js';

/** Hosts that somebody listed by their names and by networks of addresses. */
export interface HostList {
  /** Whether a host is listed by its name, or by its address where it is written as one. `port` narrows nothing unless a port was listed. */
  hasHost(host: string, port?: number): boolean;
  /** Whether an address lies in a listed network. */
  hasAddress(address: string): boolean;
}

interface Name {
  name: string;
  itself: boolean;
  below: boolean;
  port: number | null;
}

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

const label = '[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?';
const namePattern = new RegExp(`^${label}(\\.${label})*$`, 'i');
const longestName = 253;

/**
 * Reads a list of names with a dot in them (`b24.company.local`), of all names below one (`*.local`), of addresses and networks (`10.1.0.0/16`), commas or
 * blanks between. `forProxy`: as NO_PROXY is written, where a name stands for those below it too, with or without a dot before it, may
 * have a port behind it, and `*` is every host. Returns what of it cannot be read instead.
 */
export function parseHostList(text: string, { forProxy = false } = {}): { list: HostList } | { wrong: string[] } {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  const read = entries.map((entry) => ({ entry, network: readNetwork(entry), name: readName(entry, forProxy) }));
  const wrong = read.filter(({ network, name }) => !network && !name).map(({ entry }) => entry);
  if (wrong.length > 0 || entries.length === 0) return { wrong };
  const networks = read.flatMap(({ network }) => (network ? [network] : []));
  const names = read.flatMap(({ network, name }) => (name && !network ? [name] : []));
  const hasAddress = (address: string) => {
    const known = readAddress(address);
    return known !== null && networks.some((network) => isInside(known, network));
  };
  return {
    list: {
      hasAddress,
      hasHost: (host, port) => hasAddress(host) || names.some((name) => isNamed(host.toLowerCase(), port, name)),
    },
  };
}

/** An address as it is written in URLs and elsewhere; IPv4 inside of IPv6 (`::ffff:10.0.0.1`) is IPv4. Null for a name. */
export function readAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const bare = text.replace(/^\[|\]$/g, '');
  // The library takes it for `::ffff:a.b.c.d`, which is another address.
  const [, compatible = ''] = /^::(\d+(?:\.\d+){3})$/.exec(bare) ?? [];
  if (ipaddr.IPv4.isValidFourPartDecimal(compatible)) {
    return new ipaddr.IPv6([...new Array<number>(12).fill(0), ...ipaddr.IPv4.parse(compatible).octets]);
  }
  return ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare) ? ipaddr.process(bare) : null;
}

function readNetwork(entry: string): Network | null {
  const [address = '', bits, ...more] = entry.split('/');
  const known = readAddress(address);
  if (!known || more.length > 0) return null;
  const most = known.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return [known, most];
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most ? [known, Number(bits)] : null;
}

function readName(entry: string, forProxy: boolean): Name | null {
  if (forProxy && entry === '*') return { name: '', itself: true, below: true, port: null };
  const [whole = '', port] = forProxy ? entry.split(/:(?=\d{1,5}$)/) : [entry];
  const isBelow = whole.startsWith('*.');
  const name = isBelow ? whole.slice(2) : forProxy ? whole.replace(/^\./, '') : whole;
  if (name.length > longestName || !namePattern.test(name) || /^[\d.]+$/.test(name)) return null;
  // Otherwise every word would be a name, `yes` too.
  if (!forProxy && !isBelow && !name.includes('.')) return null;
  return { name: name.toLowerCase(), itself: !isBelow, below: isBelow || forProxy, port: port ? Number(port) : null };
}

function isNamed(host: string, port: number | undefined, { name, itself, below, port: wanted }: Name): boolean {
  if (wanted !== null && wanted !== port) return false;
  if (name === '') return true;
  return (itself && host === name) || (below && host.endsWith(`.${name}`));
}

function isInside(address: ipaddr.IPv4 | ipaddr.IPv6, [network, bits]: Network): boolean {
  return address.kind() === network.kind() && address.match(network as never, bits);
}
