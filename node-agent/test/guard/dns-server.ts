import { createSocket } from 'node:dgram';

/** What a name has. With several sets of A records, each query gets the next set, as a rebinding server does. */
export interface ZoneRecord {
  a?: string[] | string[][];
  aaaa?: string[];
  cname?: string;
}

export interface DnsServer {
  /** `127.0.0.1:port` */
  address: string;
  /** Names asked for, in order. */
  queries: string[];
  close(): Promise<void>;
}

const TYPES = { a: 1, cname: 5, aaaa: 28 } as const;
const MAX_CHAIN = 8;
const REFERENCE_TO_QUESTION = 12;

/** A real DNS server on loopback. Every other name does not exist. Wire format: RFC 1035, section 4. */
export async function startDnsServer(zone: Record<string, ZoneRecord>): Promise<DnsServer> {
  const socket = createSocket('udp4');
  const queries: string[] = [];
  const turns = new Map<string, number>();
  socket.on('message', (query, peer) => {
    const { name, type, end } = readQuestion(query);
    queries.push(name);
    const records = answer(zone, name, type, turns);
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(records === null ? 0x8183 : 0x8180, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records?.length ?? 0, 6);
    socket.send(
      Buffer.concat([header, query.subarray(REFERENCE_TO_QUESTION, end), ...(records ?? [])]),
      peer.port,
      peer.address,
    );
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    queries,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = REFERENCE_TO_QUESTION;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** The chain of aliases and the records at its end; null for a name that does not exist. */
function answer(
  zone: Record<string, ZoneRecord>,
  asked: string,
  type: number,
  turns: Map<string, number>,
): Buffer[] | null {
  const records: Buffer[] = [];
  let name = asked;
  for (let hop = 0; hop < MAX_CHAIN; hop += 1) {
    const entry = zone[name];
    if (!entry) return hop === 0 ? null : records;
    if (entry.cname === undefined) return [...records, ...addressesOf(name, entry, type, turns)];
    records.push(record(name, TYPES.cname, encodeName(entry.cname)));
    name = entry.cname;
  }
  return records;
}

function addressesOf(name: string, entry: ZoneRecord, type: number, turns: Map<string, number>): Buffer[] {
  if (type === TYPES.aaaa) return (entry.aaaa ?? []).map((ip) => record(name, type, ipv6Bytes(ip)));
  if (type !== TYPES.a) return [];
  const sets = (entry.a ?? []).map((set) => (Array.isArray(set) ? set : null));
  const turn = turns.get(name) ?? 0;
  turns.set(name, turn + 1);
  const flat = sets[0] ? (sets[Math.min(turn, sets.length - 1)] ?? []) : ((entry.a ?? []) as string[]);
  return flat.map((ip) => record(name, type, Buffer.from(ip.split('.').map(Number))));
}

function record(name: string, type: number, data: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([encodeName(name), fixed, data]);
}

function encodeName(name: string): Buffer {
  const labels = name
    .split('.')
    .map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1'));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function ipv6Bytes(ip: string): Buffer {
  const plain = new URL(`http://[${ip}]/`).hostname.slice(1, -1);
  const [left = '', right] = plain.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const tail = right === undefined ? [] : groups(right);
  const head = groups(left);
  const zeros = Array<string>(8 - head.length - tail.length).fill('0');
  const bytes = Buffer.alloc(16);
  [...head, ...zeros, ...tail].forEach((group, index) => {
    bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2);
  });
  return bytes;
}
