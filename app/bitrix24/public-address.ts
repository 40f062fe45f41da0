import ipaddr from 'ipaddr.js';
import { readAddress } from '../lib/host-list.ts';

/**
 * Whether an address lies in the public internet: everything special (private, loopback, link-local, tunnels of the 6to4 and Teredo
 * kind, …) does not. Of a translated address (NAT64) the IPv4 address inside decides. What is no address is not public either.
 */
export function isPublicAddress(text: string): boolean {
  const address = readAddress(text);
  if (address === null) return false;
  if (address.kind() === 'ipv4') return address.range() === 'unicast';
  const bytes = address.toByteArray();
  if (startsWith(bytes, wellKnown)) return isPublicV4(bytes.slice(12));
  if (startsWith(bytes, localUse)) return embeddedIn(bytes).every(isPublicV4);
  // `::a.b.c.d`, a form of RFC 4291 that no host in the internet has any more.
  if (startsWith(bytes, new Array<number>(12).fill(0))) return false;
  return address.range() === 'unicast';
}

/** `64:ff9b::/96` (RFC 6052) and `64:ff9b:1::/48` (RFC 8215). */
const wellKnown = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];
const localUse = [0, 0x64, 0xff, 0x9b, 0, 1];

/**
 * Every IPv4 address that a translator of this network may read from an address: it may have chosen a prefix of 48, 56, 64 or 96 bits
 * (RFC 6052, 2.2: byte 8 and what is behind the address are zero then).
 */
function embeddedIn(bytes: readonly number[]): number[][] {
  const isZeroFrom = (from: number) => bytes[8] === 0 && bytes.slice(from).every((byte) => byte === 0);
  const places = [
    { at: [6, 7, 9, 10], isPossible: isZeroFrom(11) },
    { at: [7, 9, 10, 11], isPossible: isZeroFrom(12) },
    { at: [9, 10, 11, 12], isPossible: isZeroFrom(13) },
    { at: [12, 13, 14, 15], isPossible: !isZeroFrom(12) },
  ];
  return places.filter(({ isPossible }) => isPossible).map(({ at }) => at.map((index) => bytes[index] ?? 0));
}

function isPublicV4(bytes: number[]): boolean {
  return new ipaddr.IPv4(bytes).range() === 'unicast';
}

function startsWith(bytes: readonly number[], prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}
