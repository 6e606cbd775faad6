export interface SplitVector {
  price: string;
  node_bps: number;
  burn_bps: number;
  node: string;
  burn: string;
  revenue: string;
}

/** Splits of a price in base units: node and burn rounded down, revenue what is left. */
export function splitVectors(): SplitVector[] {
  const split = (price: string, parts: [node: string, burn: string, revenue: string], bps = [7000, 15]) => ({
    price,
    node_bps: bps[0] ?? 0,
    burn_bps: bps[1] ?? 0,
    node: parts[0],
    burn: parts[1],
    revenue: parts[2],
  });
  return [
    split('100000000', ['70000000', '150000', '29850000']),
    split('200000000', ['140000000', '300000', '59700000']),
    split('300000000', ['210000000', '450000', '89550000']),
    split('500000000', ['350000000', '750000', '149250000']),
    split('800000000', ['560000000', '1200000', '238800000']),
    split('1000000000', ['700000000', '1500000', '298500000']),
    split('0', ['0', '0', '0']),
    split('1', ['0', '0', '1']),
    split('9999', ['6999', '14', '2986']),
    split('9223372036854775807', ['6456360425798343064', '13835058055282163', '2753176553001150580']),
    split('10001', ['10001', '0', '0'], [10000, 0]),
    split('10001', ['0', '10001', '0'], [0, 10000]),
  ];
}

export interface AmountVector {
  text: string;
  /** Base units; null when the text is refused. */
  base: string | null;
  /** How the amount is written back. */
  written?: string;
}

export function amountVectors(): AmountVector[] {
  const refused = [
    '',
    '-1',
    '+1',
    '1e3',
    '.5',
    '1.',
    '1,5',
    ' 1',
    '1 ',
    '0x10',
    '0.1234567',
    '١',
    'NaN',
    '9223372036854.775808',
  ];
  return [
    { text: '200', base: '200000000', written: '200' },
    { text: '0.3', base: '300000', written: '0.3' },
    { text: '0.000001', base: '1', written: '0.000001' },
    { text: '007.10', base: '7100000', written: '7.1' },
    { text: '0', base: '0', written: '0' },
    { text: '9223372036854.775807', base: '9223372036854775807', written: '9223372036854.775807' },
    ...refused.map((text) => ({ text, base: null })),
  ];
}
