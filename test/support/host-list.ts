import { type HostList, parseHostList } from '../../app/lib/host-list.ts';

/** A list that is known to be in order. */
export function hostList(text: string, style?: { forProxy: boolean }): HostList {
  const read = parseHostList(text, style);
  if ('wrong' in read) throw new Error(`Not a list of hosts: ${read.wrong.join(', ')}`);
  return read.list;
}
